"""The order of an answer's pieces, where the wire numbers them.

Two kinds of numbers exist. Servers of one's own put the count of tokens so far into every chunk: it
never goes back, but it may stand still (several pieces of one step) or leap (tokens without text of
their own), so it shows most disorder and proves no order. Others number their frames one by one:
there every number is the last one and one more, and a piece that is moved, repeated or lost is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from providers.calls import ReasoningDelta, StreamEvent, TextDelta
from providers.dialects.reading import disorder
from providers.errors import UnnumberedError

_SPOKEN = frozenset({TextDelta, ReasoningDelta})


class TokenCount:
    """The pieces of one choice against the tokens counted so far.

    `exact`: a piece of text is at least one token of this server's own, so more pieces than tokens
    means that some came twice.
    """

    __slots__ = ("_exact", "_last", "_leapt", "_pieces")

    def __init__(self, *, exact: bool = False) -> None:
        self._exact = exact
        self._last = 0
        self._pieces = 0
        self._leapt = False
        """A number was left out, which a piece from further on does too."""

    def take(self, tokens: int, events: Sequence[StreamEvent]) -> None:
        """Note one chunk's pieces with its count, before they are given out.

        Raises:
            StreamBrokenError: the count went back, or is below the number of pieces.
        """
        last = self._last
        if tokens < last:
            raise disorder(f"a piece at token {tokens} came after token {last}", spoilt=self._leapt)
        if tokens > last + 1:
            self._leapt = True
        self._last = tokens
        if self._exact and type(events[0]) in _SPOKEN:
            self._pieces += 1
            if self._pieces > tokens:
                raise disorder(f"piece {self._pieces} came at token {tokens}", spoilt=self._leapt)


class FrameNumbers:
    """Frames numbered one by one: a number that comes again or is left out is a frame that did.

    `first`: the number to begin with, at most; None where a stream that lacks its beginning is seen
    by other means.
    """

    __slots__ = ("_first", "_last")

    def __init__(self, first: int | None = None) -> None:
        self._first = first
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
        if last is None:
            if self._first is not None and number > self._first:
                raise disorder(f"it began with frame {number}")
        elif number != last + 1:
            raise disorder(f"frame {number} came after frame {last}")
        self._last = number


def unnumbered() -> UnnumberedError:
    """The server numbers nothing, although it was asked to."""
    return UnnumberedError(
        "The server does not number the pieces of its answer, so their order cannot be proven; "
        "its answers are fetched whole from now on."
    )
