"""What every reader of a vendor's stream has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from providers.calls import StreamEvent, Usage
from providers.dialects.failures import VendorError, read_error
from providers.errors import StreamBrokenError
from providers.sse import SseEvent

T = TypeVar("T")


class ErrorEvent(Exception):  # noqa: N818 - an event of the stream that says what went wrong
    """The vendor sent an error inside a stream that began with status 200."""

    def __init__(self, error: VendorError) -> None:
        super().__init__(error.message)
        self.error = error


class EventReader(Protocol):
    """Turns a vendor's SSE events into ours, and never takes a part for the whole.

    `read` raises `StreamBrokenError` for what is malformed or out of order, and `ErrorEvent` for
    an error that the vendor sent. `finish` is called once at the end of the body.
    """

    done: bool
    """The vendor said that nothing more will come."""

    @property
    def upstream_id(self) -> str | None:
        """The vendor's own name for this answer, once it has said it."""
        ...

    def read(self, event: SseEvent) -> list[StreamEvent]: ...

    def finish(self) -> list[StreamEvent]:
        """The usage, if the vendor sent one.

        Raises:
            StreamBrokenError: the answer never finished (`why` is cut).
        """
        ...


def error_of(event: SseEvent) -> VendorError:
    """The error that an event holds, with the status that DashScope puts into a comment."""
    error = read_error(event.data or b"") or VendorError(
        message=(event.data or b"an error event without a body").decode("utf-8", "replace")[:500]
    )
    for comment in event.comments:
        word, _, number = comment.partition(b"/")
        if word == b"HTTP_STATUS" and number.isdigit():
            return VendorError(
                message=error.message,
                type=error.type,
                code=error.code,
                param=error.param,
                status=int(number),
            )
    return error


def decode_event(event: SseEvent, decode: Callable[[bytes], T], *, is_over: bool) -> T | None:
    """What an event's JSON says; None where it holds nothing, or comes after the answer's end.

    Raises:
        ErrorEvent: it is named an error.
        StreamBrokenError: it is no event, or cannot be read.
    """
    if event.event == "error":
        raise ErrorEvent(error_of(event))
    if is_over:
        return None
    if event.stray:
        raise malformed("a line that is no part of an event")
    if event.data is None:
        return None
    try:
        check_text(event.data)
        return decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise malformed("an event that cannot be read", event.data) from None


def check_text(data: bytes) -> None:
    """Whether the bytes are UTF-8 throughout; the JSON decoder skips fields that it does not know.

    Raises:
        UnicodeDecodeError: they are not.
    """
    if not data.isascii():
        data.decode()


def cut(what: str) -> StreamBrokenError:
    """The stream ended before the answer did."""
    return StreamBrokenError(f"The stream was cut: {what}.", why="cut")


def malformed(what: str, data: bytes = b"") -> StreamBrokenError:
    """Something came that is no chunk of an answer. The data is named by its size alone."""
    size = f" ({len(data)} bytes)" if data else ""
    return StreamBrokenError(f"The stream is malformed: {what}{size}.", why="malformed")


def disorder(what: str, *, spoilt: bool = False) -> StreamBrokenError:
    """Chunks were repeated, left out or came in another order.

    `spoilt`: a piece from further on may have been given out already.
    """
    return StreamBrokenError(f"The stream is out of order: {what}.", why="disorder", spoilt=spoilt)


def check_count(pieces: int, usage: Usage | None) -> None:
    """Whether the text came in no more pieces than the vendor counted tokens.

    Raises:
        StreamBrokenError: it did, so some pieces came more than once.
    """
    if usage is not None and pieces > usage.completion_tokens > 0:
        said = usage.completion_tokens
        raise disorder(f"{pieces} pieces came for {said} tokens, so some came twice")
