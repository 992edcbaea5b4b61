"""Server-sent events, read and written as bytes.

Lines end with LF, CR or CRLF and with nothing else: U+2028, U+2029 and U+0085 are legal inside JSON
strings, so a reader that ends lines there cuts answers in two. The reader works on bytes and never
decodes text, so a split inside a UTF-8 character or between CR and LF changes nothing.
"""

from __future__ import annotations

import msgspec

MAX_EVENT_BYTES = 8 * 1024 * 1024
_SILENT_FIELDS = frozenset({b"retry"})
_BOM = b"\xef\xbb\xbf"


class EventTooLargeError(ValueError):
    """An event grew past the limit without ending."""


class SseEvent(msgspec.Struct, frozen=True, gc=False):
    """One block of lines that an empty line ended.

    `data` is None for a block without any data line (comments, `retry:`, a bare `event:`).
    """

    data: bytes | None
    event: str = ""
    comments: tuple[bytes, ...] = ()
    stray: bool = False
    """It has a line that is no field of an event. Browsers pass such lines over; a reader of
    answers must not, because a chunk that lost its `data:` would be lost with it."""
    id: str = ""
    """The number of the event, at vendors that number them so."""


class SseReader:
    """Turns bytes, however they were split, into events.

    `feed` gives the events that these bytes completed. `finish` gives what stands behind the last
    empty line when the connection ends: some servers leave the last one out.
    """

    __slots__ = ("_after_cr", "_limit", "_searched", "_started", "_tail")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._tail = bytearray()
        self._searched = 0
        self._after_cr = False
        self._started = False

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """The events that these bytes complete.

        Raises:
            EventTooLargeError: one event is larger than the limit.
        """
        if self._after_cr or b"\r" in chunk:
            chunk = self._normalised(chunk)
        if not self._tail:
            # The usual case by far: one event of one data line, whole, by itself.
            if (
                chunk[:6] == b"data: "
                and chunk.find(b"\n") == len(chunk) - 2
                and chunk[-1:] == b"\n"
            ):
                self._started = True
                return [SseEvent(chunk[6:-2])]
            return self._split(chunk)
        return self._extend(chunk)

    def finish(self) -> list[SseEvent]:
        """What was left without an empty line behind it, if anything."""
        rest = bytes(self._tail)
        self._tail.clear()
        self._searched = 0
        return self._parsed([rest]) if rest.strip(b"\n") else []

    def _normalised(self, chunk: bytes) -> bytes:
        """With LF for every line end; a LF right behind a CR of the chunk before is dropped."""
        if self._after_cr and chunk[:1] == b"\n":
            chunk = chunk[1:]
            self._after_cr = False
            if not chunk:
                return b""
        self._after_cr = chunk[-1:] == b"\r"
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _extend(self, chunk: bytes) -> list[SseEvent]:
        """Search only what is new, so that a large event in small pieces stays linear."""
        tail = self._tail
        tail += chunk
        if not chunk or tail.find(b"\n\n", max(0, self._searched - 1)) < 0:
            self._searched = len(tail)
            self._check_size(len(tail))
            return []
        whole = bytes(tail)
        tail.clear()
        return self._split(whole)

    def _split(self, chunk: bytes) -> list[SseEvent]:
        blocks = chunk.split(b"\n\n")
        rest = blocks.pop()
        if rest:
            # A third line end in a row belongs to the block that it begins: an empty first line.
            self._tail += rest
            self._searched = len(rest)
            self._check_size(len(rest))
        return self._parsed(blocks)

    def _parsed(self, blocks: list[bytes]) -> list[SseEvent]:
        if not self._started and blocks:
            self._started = True
            blocks[0] = blocks[0].removeprefix(_BOM)
        events = []
        for block in blocks:
            if block[:6] == b"data: " and b"\n" not in block:
                events.append(SseEvent(block[6:]))
            elif block and (event := _parse(block)) is not None:
                events.append(event)
        return events

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise EventTooLargeError(
                f"An event of the stream is larger than {self._limit} bytes and has not ended."
            )


def _parse(block: bytes) -> SseEvent | None:
    """One block of lines; None if it holds no line at all."""
    data: list[bytes] = []
    comments: list[bytes] = []
    event = number = ""
    stray = False
    lines = [line for line in block.split(b"\n") if line]
    for line in lines:
        name, _, value = line.partition(b":")
        if not name and line[:1] == b":":
            comments.append(value.removeprefix(b" "))
            continue
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"event":
            event = value.decode("utf-8", "replace")
        elif name == b"id":
            number = value.decode("utf-8", "replace")
        elif name not in _SILENT_FIELDS:
            stray = True
    if not lines:
        return None
    return SseEvent(b"\n".join(data) if data else None, event, tuple(comments), stray, number)


def write_event(data: bytes, event: str = "") -> bytes:
    """One event as bytes; line ends inside `data` become several data lines."""
    head = f"event: {event}\n".encode() if event else b""
    if b"\n" not in data and b"\r" not in data:
        return b"%bdata: %b\n\n" % (head, data)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return head + b"".join(b"data: %b\n" % line for line in lines) + b"\n"


def write_comment(text: str) -> bytes:
    """A comment as bytes: clients ignore it; line ends in it become spaces."""
    flat = text.replace("\r", " ").replace("\n", " ")
    return b": %b\n\n" % flat.encode()
