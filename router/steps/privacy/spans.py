"""What a detector gives back, and the words for what it found."""

from __future__ import annotations

from bisect import bisect
from typing import NamedTuple

LABELS = {
    "phone": "PHONE",
    "landline": "PHONE",
    "hotline": "PHONE",
    "id_card": "IDCARD",
    "bank_card": "CARD",
    "email": "EMAIL",
    "passport": "PASSPORT",
    "plate": "PLATE",
    "company_code": "COMPANYCODE",
    "ip": "IP",
    "ssn": "SSN",
    "national_id": "NATIONALID",
    "iban": "IBAN",
    "bank_account": "BANKACCOUNT",
    "secret": "SECRET",
    "account": "ACCOUNT",
    "address": "ADDRESS",
    "name": "NAME",
    "literal": "LITERAL",
}
"""Kind of private data -> the word in its placeholder. `literal` is text of the caller's own that
looks like a placeholder which already means something else."""

KINDS = tuple(kind for kind in LABELS if kind != "literal")
KIND_OF_LABEL = {LABELS[kind]: kind for kind in reversed(KINDS)}
"""The kind that a placeholder's word stands for; of several that share it the first."""


class Span(NamedTuple):
    """A stretch of text that holds one private value."""

    start: int
    end: int
    kind: str
    confidence: float = 1.0
    """0..1: what shape and context say; a checksum that holds raises it, none is required."""


def without_overlaps(spans: list[Span]) -> list[Span]:
    """The spans in order of their place. The surest are placed first, of equals the longest; a
    span that overlaps a placed one is dropped, and what it pushed aside by itself may stay."""
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    group: list[int] = []
    reach = 0
    for place in sorted(range(len(spans)), key=[span.start for span in spans].__getitem__):
        if spans[place].start >= reach:
            kept += _surest([spans[each] for each in sorted(group)])
            group = []
        group.append(place)
        reach = max(reach, spans[place].end)
    return kept + _surest([spans[each] for each in sorted(group)])


def unite(spans: list[Span]) -> list[Span]:
    """Spans in order of their place, those that overlap as one, of the surest one's kind.

    Of two values that share a few characters, the one that gave way would leave the rest of it to be read.
    """
    united: list[Span] = []
    surest: Span | None = None
    for span in sorted(spans):
        last = united[-1] if united else None
        if last is None or surest is None or span.start >= last.end:
            united.append(span)
            surest = span
            continue
        surest = max(surest, span, key=_strength)
        united[-1] = surest._replace(start=last.start, end=max(last.end, span.end))
    return united


def _surest(spans: list[Span]) -> list[Span]:
    """The same for spans of which each overlaps another."""
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    for span in sorted(spans, key=_strength, reverse=True):
        place = bisect(kept, span)
        is_free_before = place == 0 or kept[place - 1].end <= span.start
        if is_free_before and (place == len(kept) or span.end <= kept[place].start):
            kept.insert(place, span)
    return kept


def _strength(span: Span) -> tuple[float, int]:
    return span.confidence, span.end - span.start
