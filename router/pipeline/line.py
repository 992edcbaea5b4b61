"""The dispatcher on behalf of one request: every call is a row of its record."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine
from typing import TYPE_CHECKING, Any

from router.steps.dispatch import join_failures

if TYPE_CHECKING:
    from policies.decision import Plan, Reason
    from providers.calls import AttemptKind, Completion, Deadline, StreamEvent
    from providers.errors import ProviderError
    from providers.messages import ChatRequest
    from router.pipeline.calls import Journey
    from router.steps.dispatch import Dispatcher
    from router.steps.records import Record


class Line:
    """What steps are handed that call models themselves, in any number and by plans of their own."""

    def __init__(self, dispatcher: Dispatcher, journey: Journey, record: Record) -> None:
        self._dispatcher = dispatcher
        self._record = record
        self._session = journey.caller.session
        self.deadline = journey.deadline

    @property
    def calls(self) -> int:
        """Upstream calls so far."""
        return self._record.attempts

    @property
    def tries(self) -> int:
        """Those of them that were made for the answer itself."""
        return self._record.tries

    def stream(
        self,
        request: ChatRequest,
        plan: Plan,
        *,
        deadline: Deadline | None = None,
        role: AttemptKind | None = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it comes; `role` is what its calls are written down as."""
        return self._dispatcher.stream(
            request,
            plan,
            self._record,
            deadline=deadline or self.deadline,
            session=self._session,
            role=role,
            first_number=self.calls + 1,
        )

    def complete(
        self,
        request: ChatRequest,
        plan: Plan,
        *,
        deadline: Deadline | None = None,
        role: AttemptKind | None = None,
    ) -> Coroutine[Any, Any, Completion]:
        """The whole answer at once."""
        return self._dispatcher.complete(
            request,
            plan,
            self._record,
            deadline=deadline or self.deadline,
            session=self._session,
            role=role,
            first_number=self.calls + 1,
        )

    async def read(self, request: ChatRequest, plan: Plan) -> Completion:
        """What a model says that a request is about."""
        return await self.complete(request, plan, role="dispatcher")

    def join(self, earlier: ProviderError, later: ProviderError) -> ProviderError:
        """One error for two plans that failed one after the other, with the story of each call."""
        return join_failures(earlier, later)

    def tell(self, reason: Reason, remark: str, *, stands_in: bool = False) -> None:
        """Note in the record what became of an answer that was held."""
        self._record.tell(reason, remark, stands_in=stands_in)
