"""How hard a request is: 0 for small talk, 1 for a proof.

Learned from which model answered which question rightly, and from the project's own graded
requests. For questions with answers to choose from, further weights tell how much better a strong
model does than a weak one; that moves what the question by itself reads, on the same scale. See
docs/model-cards/difficulty.md.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from local_models.classifiers.courtesy import leave_politeness_out
from local_models.classifiers.features import Features, read_glance
from local_models.classifiers.head import Head
from local_models.classifiers.language import tell_language
from local_models.classifiers.ranker import load_ranker
from local_models.classifiers.sample import Sample
from local_models.classifiers.table import TableHolder, count_known
from local_models.classifiers.traits import split_options
from local_models.classifiers.word_groups import ENGLISH, OTHER_LATIN

LABELS = ("any_model", "strong_only")
"""What a user's own labelled file says of a request."""
WEIGHTS = Path(__file__).parent / "weights"
OPEN, WITH_OPTIONS = WEIGHTS / "difficulty_open.npz", WEIGHTS / "difficulty_options.npz"

UNKNOWN = 0.5
"""What is read of words that were never learned: neither easy nor hard, and where models' cards hold."""
_FAMILIAR = 1 / 3
"""Of a text in another language so many words must be known, ..."""
_A_FEW = 8
"""... and of so many words and pairs in any language, one: a short foreign text may pass for English."""
_PLAINLY = 5
"""So many common words of English, and none of another language, are English."""

_CENTRE, _SHARPNESS = 0.42, 7.5
"""Regression pulls towards the middle: open-ended readings are pulled apart again around it."""
_USUAL_GAIN, _GAIN_SHARPNESS = 0.44, 15.0
"""The same for questions with options, around what an exam question usually reads."""
_STEM_SHARE = 0.2
"""How much the question by itself counts beside them. More tells easy exams from hard ones better, and worse
which questions of an exam the strong model alone gets right."""
_USUAL_OPTIONS = 4

_THOUGHT = re.compile(
    r"\b(?:calculate|compute|compar(?:e|ing|ison)|explain|analy[sz]e|work out|figure out|optimal|cheapest|(?:in )?total|trade-?offs?|api|sdk|webhook|idempoten\w{1,5}|endpoint|algorithm|regex|architecture|contract|legal(?:ly)?|clause)\b|\d ?%"
    r"|划算|凑单|怎么算|算一?下|计算|比较|对比|区别|分析|解释|原理|依据|条款|接口|幂等|代码|脚本|算法|架构|满\d|[\d.]折"
)


class DifficultyReader:
    """Reads difficulty with the shipped weights, or with a head that a user trained on LABELS."""

    def __init__(self, head: Head | None = None) -> None:
        self._head = head
        if head is None:
            self._open, self._with_options = load_ranker(OPEN), load_ranker(WITH_OPTIONS)
        elif LABELS[1] not in head.labels:
            raise ValueError(
                f"A difficulty head needs the label '{LABELS[1]}'; this one has "
                f"{', '.join(head.labels)}: relabel the file with {' and '.join(LABELS)}."
            )

    @property
    def is_shipped(self) -> bool:
        """Whether it reads with the weights of the house."""
        return self._head is None

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks most texts up here."""
        return (self._open,) if self._head is None else (self._head,)

    def read(self, text: str | Sample, features: Features, language: str = "") -> float:
        """0.0 small talk, 1.0 a proof; UNKNOWN where it is said in a language that was never learned.

        `features` are those of a glance at the same text, `language` is what it is in where that is known.
        """
        sample = Sample.of(text)
        if not features.text:
            return 0.0
        if self._is_strange(sample, features, language or tell_language(sample)):
            return UNKNOWN
        if self._head is not None:
            chances = self._head.probabilities(features)
            return float(chances[self._head.labels.index(LABELS[1])])
        stripped = sample.text.strip()
        bare = leave_politeness_out(stripped)
        if bare != stripped:
            # Who greets asks nothing easier than who does not.
            sample, features = Sample(bare), read_glance(bare)
        stem, options = split_options(bare)
        if not options:
            return _as_share(self._read_open(sample, stem, features))
        gain = float(self._with_options.predict_parts(sample, stem, options, features)[0])
        moved = _GAIN_SHARPNESS * (gain - _USUAL_GAIN) + _tell_luck(len(options))
        return _as_share(
            _STEM_SHARE * self._read_open(Sample(stem), stem, read_glance(stem)) + moved
        )

    def _read_open(self, sample: Sample, text: str, features: Features) -> float:
        """The log odds of being difficult of a text that gives no options."""
        raw = float(self._open.predict_parts(sample, text, [], features)[0])
        return _SHARPNESS * (raw - _CENTRE)

    def _is_strange(self, sample: Sample, features: Features, language: str) -> bool:
        """Whether too few of its words were learned; not asked where it plainly speaks English."""
        if language == "none":
            return False
        of_group = sample.words.in_group
        if language == "en" and of_group[ENGLISH] >= _PLAINLY and not of_group[OTHER_LATIN]:
            return False
        known, asked = count_known((self._head or self._open).keys, features)
        if language != "other":
            return not known and asked >= _A_FEW
        return known < _FAMILIAR * asked


def wants_thought(lower: str) -> bool:
    """Whether a text, in lower case, wants something reckoned, compared or explained, or speaks of programs: more than a
    service's plain wish, whatever it is about."""
    return _THOUGHT.search(lower) is not None


def _tell_luck(options: int) -> float:
    """By how much so many options are harder than four: the log odds of a wrong guess, less those of four."""
    return math.log((options - 1) / (_USUAL_OPTIONS - 1))


def _as_share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
