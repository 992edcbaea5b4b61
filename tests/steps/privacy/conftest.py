"""What the privacy tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest

from providers.calls import StreamEvent
from providers.messages import ChatRequest, Message
from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(PrivacySettings(), MemoryVaults())


def ask(*texts: str) -> ChatRequest:
    """A request with one user message for each text."""
    return ChatRequest(model="m", messages=tuple(Message(role="user", content=t) for t in texts))


def sent(request: ChatRequest, place: int = 0) -> str:
    """The text of one message as it leaves the house."""
    content = request.messages[place].content
    assert isinstance(content, str)
    return content


async def stream(events: Iterable[StreamEvent]) -> AsyncIterator[StreamEvent]:
    """The events one after the other."""
    for event in events:
        yield event


async def collect(events: AsyncIterator[StreamEvent]) -> list[StreamEvent]:
    """All events of a stream."""
    return [event async for event in events]
