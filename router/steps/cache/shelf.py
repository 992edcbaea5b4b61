"""Where answers are kept: in this process's memory, bounded by number, bytes and time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from providers.calls import Completion

_ENTRY_BYTES = 400
"""What an entry takes besides its answer: its key, its place in the table, the numbers beside it."""
_encode = msgspec.msgpack.Encoder().encode


class Kept(msgspec.Struct, frozen=True):
    """One answer."""

    completion: Completion
    price_usd: str | None
    """What the call cost that gave it; None when the price is unknown."""


_decode = msgspec.msgpack.Decoder(Kept).decode


class Shelf:
    """Keeps answers by key. What was longest out of use goes first when there is no room.

    Answers lie here as bytes, so that what they take is counted and not guessed.
    """

    def __init__(
        self,
        *,
        most_entries: int = 10_000,
        most_bytes: int = 64_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        """By key: until when, and the answer."""
        self._bytes = 0

    @property
    def entries(self) -> int:
        """Answers that lie here."""
        return len(self._kept)

    @property
    def size_bytes(self) -> int:
        """What they take, their keys included."""
        return self._bytes

    def find(self, key: bytes) -> Kept | None:
        """The answer under this key, unless its time is over."""
        found = self._kept.get(key)
        if found is None:
            return None
        until, answer = found
        if self._clock() >= until:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return _decode(answer)

    def keep(self, key: bytes, kept: Kept, seconds: float) -> None:
        """Keep an answer for so long; one that alone would fill the shelf is left out."""
        answer = _encode(kept)
        if len(answer) + _ENTRY_BYTES > self._most_bytes:
            return
        if key in self._kept:
            self._drop(key)
        now = self._clock()
        self._kept[key] = (now + seconds, answer)
        self._bytes += len(answer) + _ENTRY_BYTES
        self._make_room(now)

    def _make_room(self, now: float) -> None:
        # Ordered by last use: what nobody asks for any more drifts to the front.
        while self._kept:
            key, (until, _) = next(iter(self._kept.items()))
            is_full = len(self._kept) > self._most_entries or self._bytes > self._most_bytes
            if now < until and not is_full:
                return
            self._drop(key)

    def _drop(self, key: bytes) -> None:
        _, answer = self._kept.pop(key)
        self._bytes -= len(answer) + _ENTRY_BYTES
