"""What was said just before a turn, weighed against what the turn says by itself.

"微信" names a way to pay; after "how did you pay, I look for your refund" it is about the refund. A
small network looks at what the intent heads say of the turn, of the customer's turn before it and of
the answer in between, label by label: the same few weights for every label, and three small matrices
for what one label makes of another.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.table import Floats

BY_LABEL = 4
"""Numbers that a message has for each label: log chance, chance, presence, and whether it leads."""
WHOLE = 11
"""Numbers that a message has as a whole."""
_BEST_WISH = 1
"""Which of these is the chance of the likeliest wish."""
MESSAGES = 3
"""The turn, the customer's turn before it, the answer in between."""

_WANTS_NOTHING = ("other", "smalltalk")
_TELLING = ("other", "smalltalk", "complaint", "urge", "human_agent")
"""What a message may be besides a matter: its chances tell how much the turn leans on others."""
_SCALES = np.array([1 / 3, 1.0, 1 / 4, 1.0], dtype=np.float32)
_LEAST_CHANCE = 6e-6
_MOST_PRESENCE = 8.0
_RARE = 1.0 / (1.0 + math.exp(_MOST_PRESENCE))
_ASKS_WITHIN = 60
_ASKS = re.compile(r"[?？吗呢]|什么|多少|哪|提供|留")
_YES = (
    r"(?:[嗯恩啊哦]{1,3}[,，\s]?)?(?:是的?[啊呀呢吧]?|(?:对[的啊呀呢吧]?){1,3}|没错[的啊]?|可以的?|要的?|需要|行|有的?|就是(?:这个|这样|它)?|正是|确[认定]的?|我确[认定]|当然)|[嗯恩]"
    r"|(?:(?:y(?:es|eah|ep|up)|sure|ok|okay|right|correct)[,.]? ?)?(?:i (?:do|did|have|am|was|can|would|confirm)|it (?:is|does|was|did|has)|they (?:are|were|do|did)|we (?:do|did|have|are)|that is (?:right|correct))"
    r"|y(?:es|eah|ep|up)(?:,? please)?|correct|right|exactly|that'?s (?:right|it|correct)|sure(?: thing)?|please do|go ahead|(?:i )?confirm(?:ed)?|of course|definitely|absolutely|affirmative|true|indeed|you got it"
)
_NO = r"没有?|还没有?|不是的?|不对|no(?:pe)?|not yet|(?:no[,.]? )?(?:i (?:don't|didn't|did not|haven't|have not)|it (?:isn't|doesn't|hasn't|didn't)|not yet)"
_STOPS = r"[\s.。!！~,，]*"
_YES_OR_NO = re.compile(rf"(?:{_YES}|{_NO}|不要|不用){_STOPS}")
"""A bare answer: to a question it is about what was asked, where "好的" only takes note."""
_CONFIRMS = re.compile(rf"(?:{_YES}){_STOPS}")
_DENIES = re.compile(rf"(?:{_NO}){_STOPS}")
_ASKS_FOR_MORE = re.compile(
    r"还有(?:其他|其它|别的|什么)|(?:其他|其它|别的)(?:问题|需要|可以)|(?:什么|哪里)[^，。！？?]{0,6}帮|anything else|any other|how (?:can|may) (?:i|we) help|what can (?:i|we)"
)
"""A question after which a yes is about nothing yet."""
_OFFERS = re.compile(
    r"需要|要不要|要我|帮[您你]|为[您你]|可以吗|好吗|(?:do|would) you (?:want|like|need)|shall (?:i|we)|should (?:i|we)|(?:want|like) me to|can i help"
)
"""A question after which a no wants nothing more."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the intent heads make of one message."""

    by_label: Floats
    """Shape (labels, BY_LABEL)."""
    whole: Floats
    """Shape (WHOLE,)."""
    confirms: bool = False
    """It only says that something is so."""
    denies: bool = False
    """It only says that something is not so."""
    asks: bool = False
    """It ends with a question, other than what else there is."""
    offers: bool = False
    """It ends with an offer to do something."""

    def is_answered_by(self, turn: Said) -> bool:
        """Whether a turn only says yes or no to what it asks. Who declines an offer wants nothing more."""
        return self.asks and (turn.confirms or (turn.denies and not self.offers))

    def matter(self) -> float:
        """The chance of the likeliest wish in it."""
        return float(self.whole[_BEST_WISH])


def weigh_message(
    labels: Sequence[str], chances: Sequence[float], present: Sequence[float], plain: str
) -> Said:
    """A message as the network takes it.

    `chances` add up to one, `present` are each for themselves, both in the order of `labels`;
    `plain` is the normalised text.
    """
    odds = [_log_odds(value) for value in present]
    logs = [math.log(chance if chance > _LEAST_CHANCE else _LEAST_CHANCE) for chance in chances]
    by_label = np.zeros((len(chances), BY_LABEL), dtype=np.float32)
    by_label[:, 0], by_label[:, 1], by_label[:, 2] = logs, chances, odds
    by_label *= _SCALES
    by_label[chances.index(max(chances)), 3] = 1.0
    wishes, telling = _places(tuple(labels))
    end = plain[-_ASKS_WITHIN:]
    asks = _ASKS.search(end) is not None
    whole = [
        1.0, max([chances[at] for at in wishes]), max([odds[at] for at in wishes]) / 4.0,
        *[chances[at] for at in telling],
        math.log1p(len(plain)) / 4.0, 1.0 if asks else 0.0,
        1.0 if _YES_OR_NO.fullmatch(plain) else 0.0,
    ]  # fmt: skip
    return Said(
        by_label,
        np.array(whole, dtype=np.float32),
        confirms=_CONFIRMS.fullmatch(plain) is not None,
        denies=_DENIES.fullmatch(plain) is not None,
        asks=asks and _ASKS_FOR_MORE.search(end) is None,
        offers=asks and _OFFERS.search(end) is not None,
    )


@cache
def _places(labels: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Where the wishes stand among the labels, and where those that tell of leaning."""
    wishes = [at for at, label in enumerate(labels) if label not in _WANTS_NOTHING]
    return wishes, [labels.index(label) for label in _TELLING]


def _log_odds(chance: float) -> float:
    if not _RARE < chance < 1.0 - _RARE:
        return -_MOST_PRESENCE if chance < 0.5 else _MOST_PRESENCE
    return math.log(chance / (1.0 - chance))


@cache
def say_nothing(labels: int) -> Said:
    """Stands for a message that there is not."""
    by_label = np.tile(np.array([-1.0, 0.0, -1.0, 0.0], dtype=np.float32), (labels, 1))
    return Said(by_label, np.zeros(WHOLE, dtype=np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Combiner:
    """The trained network: one score a label from three messages."""

    labels: tuple[str, ...]
    inputs: Floats
    """Shape (MESSAGES * BY_LABEL, hidden units): the same for every label."""
    wholes: Floats
    """Shape (MESSAGES * WHOLE, hidden units)."""
    units: Floats
    """Shape (labels, hidden units): where each label begins."""
    output: Floats
    """One weight a hidden unit."""
    direct: Floats
    """Shape (MESSAGES * BY_LABEL,): past the hidden units."""
    across: Floats
    """Shape (MESSAGES * labels, labels): what a label of one message makes of another label."""
    bias: Floats
    temperature: float = 1.0

    def weigh(self, turn: Said, user: Said | None, agent: Said | None) -> list[float]:
        """The chance of each label for the turn, after what the customer and the agent said."""
        nothing = say_nothing(len(self.labels))
        messages = [turn, user or nothing, agent or nothing]
        by_label = np.concatenate([said.by_label for said in messages], axis=1)
        whole = np.concatenate([said.whole for said in messages])
        scores = self.scores(by_label, whole) / np.float32(self.temperature)
        raised = np.exp(scores - scores.max())
        return [float(value) for value in raised / raised.sum()]

    def scores(self, by_label: Floats, whole: Floats) -> Floats:
        """One raw score a label, of one turn or of several (a row each)."""
        before = by_label @ self.inputs + (whole @ self.wholes)[..., None, :] + self.units
        chances = by_label[..., 1::BY_LABEL]
        flat = chances.swapaxes(-1, -2).reshape(*chances.shape[:-2], -1)
        scores = np.maximum(before, 0.0) @ self.output + by_label @ self.direct
        return np.asarray(scores + flat @ self.across + self.bias, dtype=np.float32)


_ARRAYS = ("inputs", "wholes", "units", "output", "direct", "across", "bias")


def save_combiner(combiner: Combiner, path: Path) -> None:
    """Write it to one compressed .npz file."""
    about = {"labels": combiner.labels, "temperature": combiner.temperature}
    arrays: dict[str, NDArray[np.generic]] = {
        name: getattr(combiner, name).astype(np.float32) for name in _ARRAYS
    }
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_combiner(path: Path) -> Combiner:
    """Read it back."""
    with np.load(path, allow_pickle=False) as stored:
        about = json.loads(stored["about"].tobytes())
        arrays = {name: stored[name] for name in _ARRAYS}
    return Combiner(labels=tuple(about["labels"]), temperature=about["temperature"], **arrays)
