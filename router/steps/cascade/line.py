"""What a cascade needs of the world: calls on the request's own record, and a place for remarks."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from policies.decision import Plan, Reason
from providers.calls import AttemptKind, Completion, Deadline, StreamEvent
from providers.errors import ProviderError
from providers.messages import ChatRequest


class Line(Protocol):
    """Makes calls for one request; each of them is a row of its record."""

    @property
    def deadline(self) -> Deadline: ...

    @property
    def tries(self) -> int:
        """Upstream calls so far that were made for the answer itself, not for a judgement."""
        ...

    def stream(
        self,
        request: ChatRequest,
        plan: Plan,
        *,
        deadline: Deadline | None = None,
        role: AttemptKind | None = None,
    ) -> AsyncGenerator[StreamEvent, None]: ...

    async def complete(
        self,
        request: ChatRequest,
        plan: Plan,
        *,
        deadline: Deadline | None = None,
        role: AttemptKind | None = None,
    ) -> Completion: ...

    def join(self, earlier: ProviderError, later: ProviderError) -> ProviderError:
        """One error for two plans that failed one after the other."""
        ...

    def tell(self, reason: Reason, remark: str, *, stands_in: bool = False) -> None:
        """Note what became of the first answer; `stands_in`: what is given out is not what was wanted."""
        ...
