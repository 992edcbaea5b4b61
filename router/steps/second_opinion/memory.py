"""Readings of texts that were asked about before."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Callable

from router.steps.second_opinion.reading import Reading

Key = tuple[str, ...]


def normalise(text: str) -> str:
    """The text as it is looked up: width, case and blanks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Memory:
    """The newest `most` readings; each holds for as long as the policy says when it is looked up."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[float, Reading]] = OrderedDict()

    def find(self, key: Key, seconds: float) -> Reading | None:
        """What was read at most so long ago."""
        kept = self._kept.get(key)
        if kept is None or self._clock() - kept[0] >= seconds:
            return None
        self._kept.move_to_end(key)
        return kept[1]

    def keep(self, key: Key, reading: Reading) -> None:
        """Remember a reading; the one that was longest out of use goes when there are too many."""
        self._kept[key] = (self._clock(), reading)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
