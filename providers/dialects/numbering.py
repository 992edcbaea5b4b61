"""The order of an answer's pieces, where the wire numbers them.

Two kinds of numbers exist. Servers of one's own put the count of tokens so far into every chunk: it
never goes back, but it may stand still (several pieces of one step) or leap (tokens without text of
their own). Others number their frames one by one: there every number is the last one and one more.
"""

from __future__ import annotations

from collections.abc import Sequence

from providers.calls import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta
from providers.dialects.reading import disorder
from providers.errors import UnnumberedError

_Channel = tuple[type, int]


class TokenCount:
    """The pieces of one choice against the tokens counted so far.

    `proves`: each piece must have its number. A server may leave it out where one token brings two
    pieces of different kinds; then the piece must be followed by one of another kind, so that no
    two pieces of one kind can have changed places.
    `exact`: a piece of text is at least one token of this server's own, so more pieces than tokens
    means that some came twice.
    """

    __slots__ = ("_counted", "_exact", "_last", "_leapt", "_loose", "_pieces", "_proves")

    def __init__(self, *, proves: bool = False, exact: bool = False) -> None:
        self._proves = proves
        self._exact = exact
        self._last = 0
        self._pieces = 0
        self._counted = False
        self._leapt = False
        """A number was left out, which a piece from further on does too."""
        self._loose: _Channel | None = None

    def take(self, tokens: int | None, events: Sequence[StreamEvent]) -> None:
        """Note one chunk's pieces with its count, before they are given out.

        Raises:
            StreamBrokenError: the count went back, or is below the number of pieces.
            UnnumberedError: the first piece has no count and must have one.
        """
        if tokens is None:
            if self._proves:
                self._take_loose(events)
            return
        last = self._last
        if tokens < last:
            raise disorder(f"a piece at token {tokens} came after token {last}", spoilt=self._leapt)
        if self._loose is not None:
            self._check_loose(events)
        if tokens > last + 1:
            self._leapt = True
        self._last = tokens
        self._counted = True
        if self._exact and type(events[0]) in _SPOKEN:
            self._pieces += 1
            if self._pieces > tokens:
                raise disorder(f"piece {self._pieces} came at token {tokens}", spoilt=self._leapt)

    def _take_loose(self, events: Sequence[StreamEvent]) -> None:
        if not self._counted:
            raise unnumbered()
        self._check_loose(events)
        self._loose = _channel(events[-1])

    def _check_loose(self, events: Sequence[StreamEvent]) -> None:
        if self._loose == _channel(events[0]):
            raise disorder("a piece came without a number", spoilt=True)
        self._loose = None


class FrameNumbers:
    """Frames numbered one by one: a number that comes again or is left out is a frame that did."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: int | None = None

    def take(self, number: int | None) -> None:
        """Note one frame, before anything in it is given out.

        Raises:
            StreamBrokenError: it is not the next one.
            UnnumberedError: the first frame has no number.
        """
        last = self._last
        if number is None:
            if last is None:
                raise unnumbered()
            raise disorder(f"a frame without a number came after frame {last}")
        if last is not None and number != last + 1:
            raise disorder(f"frame {number} came after frame {last}")
        self._last = number


def unnumbered() -> UnnumberedError:
    """The server numbers nothing, although it was asked to."""
    return UnnumberedError(
        "The server does not number the pieces of its answer, so their order cannot be proven; "
        "its answers are fetched whole from now on."
    )


_SPOKEN = frozenset({TextDelta, ReasoningDelta})


def _channel(event: StreamEvent) -> _Channel:
    """What a piece is a part of: pieces of different ones may change places without harm."""
    return type(event), event.index if type(event) is ToolCallDelta else 0
