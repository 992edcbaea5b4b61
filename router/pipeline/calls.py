"""What a door hands to the gateway, and what the gateway carries through the journey."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from providers.calls import StreamEvent
from router.steps.records.record import Settled

if TYPE_CHECKING:
    from policies.decision import Plan, Refusal
    from policies.signals import Caller, Signals, Surroundings
    from providers.calls import Deadline
    from providers.messages import ChatRequest
    from router.errors import NobodyCanAnswerError
    from router.steps.privacy import Masked, Opened
    from router.steps.records import Record


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came through a door, before anybody looked into it."""

    request_id: str
    request: ChatRequest
    credential: str = ""
    """The bare API key, without `Bearer`; empty when none came."""
    hints: dict[str, str] = {}
    """What headers said: user, tier, session, order_number, must_stay_local."""
    metadata: dict[str, str] = {}
    """What the request said about itself, for rules of the policy."""
    deadline_seconds: float | None = None
    """The client's own limit; the policy's holds when it is shorter."""
    cache_wish: str = ""
    """`no-cache`: nothing from the answer cache; `no-store`: nor into it; empty: as the policy says."""


class Understood(msgspec.Struct, frozen=True):
    """A request that has been read, before anything is decided."""

    caller: Caller
    masked: Masked
    signals: Signals
    began: float
    """On the monotonic clock: what the deadline counts from."""


class Supposed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be taken for true when a decision is only considered."""

    at: datetime.datetime | None = None
    budget_left_usd: Decimal | None = None
    is_elsewhere: bool = False
    """Asked in another process than the gateway's: what only its memory holds is not known."""

    def change(self, around: Surroundings) -> Surroundings:
        """The world with what is supposed in it."""
        budget = around.budget_left_usd if self.budget_left_usd is None else self.budget_left_usd
        now = self.at or around.now
        return msgspec.structs.replace(around, now=now, budget_left_usd=budget)


AS_IT_IS = Supposed()


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """A request that has been understood and decided, ready to be sent."""

    request_id: str
    requested: str
    """The model, pool or `auto` that the client named."""
    request: ChatRequest
    """Masked, with the plan's prompt in front: what vendors will see."""
    caller: Caller
    signals: Signals
    plan: Plan
    vault: Opened
    deadline: Deadline
    cache_wish: str = ""
    record: Record | None = None
    """Open already when a model was called before the decision; else it opens with the answer."""

    @property
    def has_secrets(self) -> bool:
        """Whether anything private was masked in this conversation."""
        return bool(self.vault)


class Refused(msgspec.Struct, frozen=True):
    """A request that nobody may answer, with the decision that says why."""

    request_id: str
    requested: str
    signals: Signals
    refusal: Refusal
    error: NobodyCanAnswerError
    """What the caller of a real request would be told."""


class Served(msgspec.Struct, frozen=True):
    """Who answers, known with the first token: what a stream's response headers say."""

    model: str
    provider: str
    attempts: int
    """Upstream calls so far, this one included."""
    remark: str = ""
    """What became of an answer that was held, in few words."""
    cache: str = ""
    """What the answer cache had to say: hit, miss or off; empty where it was not asked."""
    ignored: tuple[str, ...] = ()
    """Fields of the request that this call left out."""


Answer = Served | StreamEvent | Settled
"""One event of a streamed answer."""
