"""The cache step: an equal request gets the same answer again, where its rule says `cache`."""

from __future__ import annotations

from typing import Literal

import msgspec

from policies.decision import Plan, Reason
from providers.calls import Completion
from router.steps.cache.answers import is_keepable, wanted_of
from router.steps.cache.key import Journey, key_of, why_not
from router.steps.cache.shelf import Kept, Shelf

Word = Literal["hit", "miss", "off"]
"""`off`: the rule wants the cache, and this request was not looked up."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the cache has to say to one request."""

    word: Word
    reason: Reason
    kept: Kept | None = None
    """The answer; only on a hit."""
    key: bytes = b""
    """Where the answer to come is to be kept; empty: nowhere."""


class AnswerCache:
    """Answers equal requests from what was answered before. It is asked only where a rule says so."""

    def __init__(self, shelf: Shelf, *, seconds: float = 3_600.0, why_off: str = "") -> None:
        """`seconds` is how long an answer holds where the rule does not say; `why_off` keeps all out."""
        self._shelf = shelf
        self._seconds = seconds
        self._why_off = why_off

    @property
    def entries(self) -> int:
        """Answers that are kept."""
        return self._shelf.entries

    @property
    def size_bytes(self) -> int:
        """What they take of the memory."""
        return self._shelf.size_bytes

    def look_up(self, journey: Journey) -> Found:
        """The answer to an equal request, or why there is none."""
        why = self._why_off or why_not(journey)
        if why:
            return Found(word="off", reason=Reason(f"cache: not looked at: {why}", False))
        wish = journey.cache_wish
        if wish == "no-store":
            said = "cache: not looked at: the caller wants none (no-store)"
            return Found(word="off", reason=Reason(said, False))
        key = key_of(journey)
        if wish == "no-cache":
            said = "cache: not looked at: the caller wants a new answer (no-cache)"
            return Found(word="off", reason=Reason(said, False), key=key)
        kept = self._shelf.find(key)
        if kept is None or kept.completion.model not in wanted_of(journey.plan):
            seconds = self._seconds_of(journey.plan)
            said = f"cache: no equal request was answered here in the last {seconds:g} s"
            return Found(word="miss", reason=Reason(said, False), key=key)
        said = f"cache: {kept.completion.model} has answered an equal request"
        return Found(word="hit", reason=Reason(said, True), kept=kept)

    def foresee(self, journey: Journey) -> Found:
        """The same where the answers are another process's: whether it would look is known, what it has is not."""
        found = self.look_up(journey)
        if found.word == "off":
            return found
        said = "cache: would be looked up; this process cannot see what the gateway keeps"
        return Found(word="miss", reason=Reason(said, False))

    def keep(
        self,
        found: Found,
        plan: Plan,
        completion: Completion | None,
        price_usd: str | None,
        *,
        stands_in: bool = False,
    ) -> None:
        """Keep what was answered after a miss, if an equal request may have the same.

        `price_usd` is what the call cost that gave it; `stands_in` says that somebody in a cascade
        failed, and this is what there was instead.
        """
        if not found.key or completion is None or not is_keepable(completion):
            return
        if completion.model in wanted_of(plan) and not stands_in:
            plain = msgspec.structs.replace(completion, upstream_id=None)
            self._shelf.keep(found.key, Kept(plain, price_usd), self._seconds_of(plan))

    def _seconds_of(self, plan: Plan) -> float:
        return plan.terms.cache_seconds or self._seconds


def why_off(*, enabled: bool, masks: bool) -> str:
    """Why a configuration keeps no answers; empty when it does."""
    if not enabled:
        return "the configuration turns the cache off (`cache.enabled`)"
    if not masks:
        return "nobody looks for private data (`privacy.enabled`)"
    return ""
