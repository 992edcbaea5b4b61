"""Signals of the whole conversation: asked again, asks for a person or threatens, mood over turns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.features import Features
from local_models.classifiers.sample import Sample
from local_models.classifiers.word_groups import ESCALATION_HINT

REASK_SIMILARITY = 0.6
"""Share of the shorter turn's n-grams from which on a turn says again what an earlier one said."""
REASK_CHARS = 4
"""Shorter turns ("好的", "ok") repeat each other without meaning to."""

_ESCALATION_ZH = re.compile(
    r"转人工|人工客服|找人工|要人工|真人|(?:找|叫|让|换|转).{0,6}(?:领导|经理|主管|负责人|上级|老板)|"
    r"12315|12345|12305|消协|消费者协会|工商局?|市场监管|投诉你们|投诉到|要投诉|去投诉|举报|曝光|起诉|律师|法院|报警|媒体|维权|黑猫"
)
_HOTLINES = ("12315", "12345", "12305")
_ESCALATION_EN = re.compile(
    r"\b(?:speak|talk|connect|transfer|put)\b.{0,25}\b(?:human|person|agent|manager|supervisor|representative|someone)\b|"
    r"\b(?:real|live) (?:person|human|agent)\b|\b(?:your|a|the) (?:manager|supervisor)\b|\b(?:lawyer|attorney|sue you|legal action|"
    r"consumer protection|better business bureau|bbb|trading standards|chargeback|small claims|file a complaint|report you|go public|post this)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:不|没|别|无需|不用)(?:想|要|会|用|必)?(?:再)?(?:转人工|找人工|投诉|举报)|don'?t (?:want|need) to (?:speak|talk)",
    re.IGNORECASE,
)


def is_escalation(text: str | Sample) -> bool:
    """Whether the customer asks for a person or a manager, or threatens to complain outside."""
    sample = Sample.of(text)
    whole = sample.text
    may_be_chinese = not whole.isascii() or (
        "123" in whole and any(number in whole for number in _HOTLINES)
    )
    in_chinese = may_be_chinese and bool(_ESCALATION_ZH.search(whole))
    return (in_chinese or _asks_in_english(sample)) and not _DENIED.search(whole)


def _asks_in_english(sample: Sample) -> bool:
    """Looking for a word first spares most texts the slower pattern."""
    has_hint = sample.words.in_group[ESCALATION_HINT] > 0
    return has_hint and _ESCALATION_EN.search(sample.lower) is not None


def is_reask(now: Features, earlier: Sequence[Features]) -> bool:
    """Whether this turn repeats an earlier one, by the overlap of their n-grams."""
    if len(now.text) < REASK_CHARS:
        return False
    told = [before for before in earlier if len(before.text) >= REASK_CHARS]
    return any(similarity(now, before) >= REASK_SIMILARITY for before in told)


def similarity(one: Features, other: Features) -> float:
    """Common n-grams over those of the shorter text, 0..1."""
    shorter = min(len(one.hashes), len(other.hashes))
    return count_shared(one, other) / shorter if shorter else 0.0


def count_shared(one: Features, other: Features) -> int:
    """How many n-grams two texts have in common."""
    if NATIVE is None:
        return count_shared_with_numpy(one, other)
    return NATIVE.shared(one.raw_hashes, other.raw_hashes)


def count_shared_with_numpy(one: Features, other: Features) -> int:
    """What the compiled loop does."""
    return len(np.intersect1d(one.hashes, other.hashes, assume_unique=True))


def mood_trend(moods: Sequence[float]) -> float:
    """The last third of the turns against those before it: below 0 worse, above 0 better, -1..1.

    Each mood runs from -1 (as angry as can be) to 1.
    """
    if len(moods) < 2:
        return 0.0
    last = max(1, len(moods) // 3)
    late, early = moods[-last:], moods[:-last]
    return max(-1.0, min(1.0, (sum(late) / len(late) - sum(early) / len(early)) / 2.0))
