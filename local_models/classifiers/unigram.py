"""Cutting a text into the likeliest pieces of words (a unigram model, as SentencePiece makes them).

The pieces are those of XLM-RoBERTa (MIT) that the project's own lines hold, each with the logarithm of its chance. A blank is
`▁`, and one stands before the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BLANK = "▁"
_LONGEST = 16
"""Characters of the longest piece that is looked for."""
_STRANGE = 10.0
"""How much less likely than any piece a character is that stands in none."""


class Unigram:
    """Pieces with their chances; reading keeps no state."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        """`scores` are natural logarithms."""
        self._scores = scores
        self._unknown = min(scores.values()) - _STRANGE
        self._longest = min(_LONGEST, max(map(len, scores)))

    def cut(self, text: str) -> list[str]:
        """The pieces of a text, in order; a character that stands in no piece is one by itself."""
        spelt = (BLANK + text).replace(" ", BLANK)
        best, begins = self._weigh(spelt)
        pieces = []
        end = len(best) - 1
        while end > 0:
            pieces.append(spelt[begins[end] : end])
            end = begins[end]
        return pieces[::-1]

    def _weigh(self, spelt: str) -> tuple[Sequence[float], Sequence[int]]:
        """For every place the score of the likeliest way there, and where its last piece begins."""
        scores, longest, length = self._scores, self._longest, len(spelt)
        worst = float("-inf")
        best, begins = [0.0, *[worst] * length], [0] * (length + 1)
        for begin in range(length):
            here = best[begin]
            if here + self._unknown > best[begin + 1]:
                best[begin + 1], begins[begin + 1] = here + self._unknown, begin
            for end in range(begin + 1, min(length, begin + longest) + 1):
                score = scores.get(spelt[begin:end])
                if score is not None and here + score > best[end]:
                    best[end], begins[end] = here + score, begin
        return best, begins
