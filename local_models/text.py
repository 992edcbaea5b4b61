"""From token bytes to text that may be shown: whole characters, and nothing past a stop string."""

from __future__ import annotations

import codecs


class TextJoiner:
    """Joins token bytes to whole UTF-8 characters and watches for stop strings.

    Text that could be the start of a stop string is held back until it is clear that it is not.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(word for word in stop if word)
        self._held = ""
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """The text that may be shown now; sets `stopped` when a stop string came."""
        return self._release(self._held + self._decoder.decode(data))

    def finish(self) -> str:
        """What was still held back, at the end of the generation."""
        if self.stopped:
            return ""
        text = self._release(self._held + self._decoder.decode(b"", final=True))
        held, self._held = self._held, ""
        return text if self.stopped else text + held

    def _release(self, text: str) -> str:
        cut = min((at for word in self._stop if (at := text.find(word)) >= 0), default=-1)
        if cut >= 0:
            self.stopped, self._held = True, ""
            return text[:cut]
        keep = max((_overlap(text, word) for word in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, word: str) -> int:
    """The longest end of `text` that is a start of `word`, in characters."""
    for size in range(min(len(text), len(word) - 1), 0, -1):
        if text.endswith(word[:size]):
            return size
    return 0
