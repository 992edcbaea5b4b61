"""Whether a text holds code, mathematics or a long document.

What is code is told in `programs.py`, what is mathematics in `exercises.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from local_models.classifiers.exercises import holds_math
from local_models.classifiers.programs import holds_code
from local_models.classifiers.sample import Sample

LONG_DOCUMENT_CHARS = 6_000
"""From here on a single text counts as a long document; Chinese from a third of it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What kind of matter a text holds besides prose."""

    has_code: bool
    has_math: bool
    has_long_document: bool


_HAN = re.compile(r"[\u3400-\u9fff]")
_BLANKS = " \n\r\t\u00a0\u2003\u2028\u200b\u3000\ufeff"


def tell_matter(text: str | Sample, *, reach: int | None = None) -> Matter:
    """Code, mathematics and length; long texts are sampled at head and tail.

    `reach` is how long the longest text of the request is, Chinese counted threefold, where that is known
    and not only this text counts.
    """
    sample = Sample.of(text)
    whole = sample.text
    size = reach
    if size is None:
        size = count_said(text) if isinstance(text, str) else sample.chars
    limit = LONG_DOCUMENT_CHARS
    if (
        reach is None
        and size < limit
        and not whole.isascii()
        and len(_HAN.findall(whole)) * 3 > len(whole)
    ):
        limit //= 3
    return Matter(holds_code(sample), holds_math(sample), size >= limit)


def count_said(text: str) -> int:
    """Characters of a text, as far as something is said: of blanks, half as many as of others at most.

    Prose has one blank for four letters; rows of blanks and empty lines make no document.
    """
    if len(text) * 3 < LONG_DOCUMENT_CHARS:
        return len(text)
    blanks = sum(map(text.count, _BLANKS))
    said = len(text) - blanks
    return said + min(blanks, said // 2)
