"""What one HTTP reply does, step by step: the only thing that the server plays and faults alter."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple


class Kind(enum.Enum):
    """What a step means; faults find their place by it."""

    HEAD = "head"
    OPEN = "open"
    """Stream bytes before the first token, such as a role chunk."""
    TOKEN = "token"
    """One token of text or of reasoning."""
    TOOL = "tool"
    """A tool call begins."""
    ARGUMENTS = "arguments"
    """A piece of a tool call's arguments."""
    SHUT = "shut"
    """A content block ends (Anthropic)."""
    FINISH = "finish"
    """The frame that says why the answer ended."""
    USAGE = "usage"
    DONE = "done"
    """The wire's own last frame."""
    NOISE = "noise"
    """Bytes that carry no part of the answer: comments, pings, rubbish."""
    RAW = "raw"
    """Bytes outside HTTP's own framing."""
    BODY = "body"
    """The whole body of a reply that is not a stream."""
    PAUSE = "pause"
    HANG = "hang"
    """Nothing more until the client leaves."""
    END = "end"
    """The reply ends as HTTP says; the connection lives on."""
    CLOSE = "close"
    RESET = "reset"
    """The connection ends with a TCP reset."""
    REFUSE = "refuse"
    """The listening socket closes for a while: new connections are refused."""


class Step(NamedTuple):
    """One thing that the server does."""

    kind: Kind
    data: bytes = b""
    seconds: float = 0.0


HEAD = Step(Kind.HEAD)
END = Step(Kind.END)
CLOSE = Step(Kind.CLOSE)
RESET = Step(Kind.RESET)
HANG = Step(Kind.HANG)

PACED = frozenset({Kind.TOKEN, Kind.ARGUMENTS})
"""Steps that take a token's time."""
GENERATED = frozenset({Kind.TOKEN, Kind.TOOL, Kind.ARGUMENTS})


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers, and what is done after them.

    `chunked` frames the body as HTTP chunks; otherwise `headers` carry the length, or the
    connection's end does. `unit` is how many bytes go out in one write; None leaves it to TCP.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    chunked: bool = False
    unit: int | None = None

    @property
    def body(self) -> bytes:
        """Every byte of the body, in order."""
        return b"".join(step.data for step in self.steps)

    def doing(self, steps: Iterable[Step]) -> Reply:
        """The same reply with other steps."""
        return replace(self, steps=tuple(steps))

    def with_header(self, name: str, value: str | None) -> Reply:
        """The same reply with one header set, or taken away when the value is None."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=kept if value is None else (*kept, (name, value)))


def whole_reply(
    body: bytes,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> Reply:
    """A reply with its length in the header."""
    fixed = (("content-type", content_type), ("content-length", str(len(body))))
    return Reply(status, (*fixed, *headers), (HEAD, Step(Kind.BODY, body), END))


def stream_reply(steps: Iterable[Step], *, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """A stream of server-sent events."""
    fixed = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
    return Reply(200, (*fixed, *headers), (HEAD, *steps, END), chunked=True)
