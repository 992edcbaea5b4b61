"""Answers whose order is proven: numbered piece by piece, or fetched whole and told from here.

Where a policy says `order: proven`, a streamed answer goes out only as a provider can vouch for the
order of its pieces. What no wire numbers is fetched as one JSON body, which has one order alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from providers.calls import (
    Finished,
    Opened,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from router.steps.dispatch.continuation import PrefixCapable, is_prefix_capable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.decision import Terms
    from providers.base import Model
    from providers.calls import Choice, Completion, Deadline, StreamEvent
    from providers.messages import ChatRequest
    from router.steps.dispatch.deployments import Upstream


@runtime_checkable
class OrderProving(Protocol):
    """A provider that can stream in a way that shows any other order of the pieces."""

    def proves_order(self, model: Model, request: ChatRequest) -> bool:
        """Whether it can for this request, as far as it knows."""
        ...

    def stream_in_order(
        self,
        model: Model,
        request: ChatRequest,
        *,
        deadline: Deadline,
        prefix: str | None = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer, or its rest after `prefix`, each piece in its proven place.

        Raises:
            UnnumberedError: before the first piece, when the server turns out to number nothing;
                `proves_order` is false from then on.
        """
        ...


def must_fetch(terms: Terms, upstream: Upstream, request: ChatRequest) -> bool:
    """Whether a streamed answer must come whole first, because its order could not be proven."""
    if terms.order != "proven":
        return False
    provider = upstream.provider
    return not (
        isinstance(provider, OrderProving) and provider.proves_order(upstream.model, request)
    )


def goes_on_exactly(terms: Terms, upstream: Upstream, request: ChatRequest) -> bool:
    """Whether the upstream goes on from given text token for token; a fetched answer begins anew."""
    return is_prefix_capable(upstream) and not must_fetch(terms, upstream, request)


def start(
    terms: Terms, upstream: Upstream, request: ChatRequest, prefix: str | None, deadline: Deadline
) -> AsyncGenerator[StreamEvent, None]:
    """The stream of a call that need not be fetched whole."""
    provider, model = upstream.provider, upstream.model
    exact = prefix if prefix and is_prefix_capable(upstream) else None
    if terms.order == "proven":
        assert isinstance(provider, OrderProving)
        return provider.stream_in_order(model, request, deadline=deadline, prefix=exact)
    if exact is None:
        return provider.stream(model, request, deadline=deadline)
    assert isinstance(provider, PrefixCapable)
    return provider.continue_from(model, request, exact, deadline=deadline)


async def tell(completion: Completion) -> AsyncGenerator[StreamEvent, None]:
    """A whole answer as the events of a stream."""
    yield Opened(completion.model, completion.provider, completion.upstream_id)
    for choice in completion.choices:
        for event in _events_of(choice):
            yield event
    if completion.usage is not None:
        yield UsageReport(completion.usage)


def _events_of(choice: Choice) -> Iterator[StreamEvent]:
    at = choice.index
    if choice.reasoning:
        yield ReasoningDelta(choice.reasoning, at)
    if choice.text:
        yield TextDelta(choice.text, at, choice.logprobs)
    if choice.refusal:
        yield RefusalDelta(choice.refusal, at)
    for index, call in enumerate(choice.tool_calls):
        name, arguments = call.function.name, call.function.arguments
        yield ToolCallDelta(index, arguments, call.id, name, at)
    yield Finished(choice.finish_reason, at)
