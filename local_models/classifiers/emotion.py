"""How a customer feels: negative, neutral or positive, how strongly, and whether praise is meant.

Whether there is a mood at all is asked of a head of its own, which has seen exam questions, programs,
wishes for music and calmly told troubles besides moods; which mood it is, of another, which knows moods
best. That one has four classes: sarcasm is learned apart from open displeasure, because its words are
those of praise, and counts as negative when the mood is told. How strong a mood is comes from a
third head over the n-grams of the second; the two are joined when they are loaded, so that a text
gathers their rows once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace as replace_in

from local_models.classifiers.bare_turn import undress_mood
from local_models.classifiers.chances import Scores, sigmoids, softmax
from local_models.classifiers.emoji import count_angry, laughs, without_laughter, without_rage
from local_models.classifiers.features import Features
from local_models.classifiers.head import Deep, Head, Rows, load_head
from local_models.classifiers.insults import has_insult
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.table import TableHolder

LABELS = ("negative", "neutral", "positive")
SARCASTIC = "sarcastic"
"""The head's fourth class; told as negative."""
HEAD_LABELS = (*LABELS, SARCASTIC)
STRONG = "strong"
"""The label of the second head: how strong the mood is, by itself."""
WEIGHTS = Path(__file__).parent / "weights" / "emotion.npz"
CALM, MOVED = "calm", "moved"
"""The labels of the head that tells whether there is a mood."""
CALM_WEIGHTS = Path(__file__).parent / "weights" / "emotion_calm.npz"
INTENSITY_WEIGHTS = Path(__file__).parent / "weights" / "emotion_intensity.npz"


class EmotionReading(msgspec.Struct, frozen=True):
    """The mood of one customer turn."""

    emotion: str
    intensity: float
    """0..1; 0 for neutral."""
    confidence: float
    """Calibrated probability that `emotion` is right."""
    sarcasm: float = 0.0
    """Probability that praise is meant as blame."""
    second: str = "neutral"
    """The mood that is likeliest but for `emotion`."""

    def without_joy(self) -> EmotionReading:
        """The reading where somebody cannot be glad: the second likeliest mood instead of gladness."""
        if self.emotion != "positive":
            return self
        strength = 0.0 if self.second == "neutral" else self.intensity
        return EmotionReading(self.second, strength, 1.0 - self.confidence, self.sarcasm)

    @property
    def valence(self) -> float:
        """-1 (as angry as can be) to 1."""
        return {"negative": -1.0, "positive": 1.0}.get(self.emotion, 0.0) * self.intensity


LAUGHTER = EmotionReading("neutral", 0.0, 0.8)
"""What is made of laughing and shrugging without a word."""
_ANGRY_AT_LEAST = 0.65
"""How strong a mood is at least where a sign of rage or an insult stands beside words, as the heads have it of one alone."""
_SURE_OF_SIGNS = 0.8
_SURE_IN_FUN = 0.7
"""How sure the words must be of anger beside a sign of rage that is not meant."""
_SURELY_GLAD = 0.8
"""Who is so surely glad may steam with pride ("we did it 😤")."""
NOTHING_FELT = EmotionReading("neutral", 0.0, 0.0)
"""What is made of no text, and of one in words that nobody taught the reader."""
_FAMILIAR = 0.34
"""A text of which less than this share is known is in such words."""


class EmotionReader:
    """Reads moods with the shipped heads, or with another head for the classes."""

    def __init__(
        self, head: Head | None = None, intensity: Head | None = None, gate: Head | None = None
    ) -> None:
        """`head` tells the classes, `intensity` how strong a mood is, `gate` whether there is one. A head
        of one's own without a gate decides that by itself.

        Raises:
            ValueError: a head has a class that is not for it to tell; says which.
        """
        if gate is not None and set(gate.labels) != {CALM, MOVED}:
            raise ValueError(
                f"The head that tells whether there is a mood has the labels {CALM} and {MOVED}; this one "
                f"has {', '.join(gate.labels)}: train it again with `main.py train --task emotion`."
            )
        if head is not None and (strange := set(head.labels) - {*HEAD_LABELS, STRONG}):
            raise ValueError(
                f"An emotion head tells {', '.join(HEAD_LABELS)}; this one also has "
                f"{', '.join(sorted(strange))}: relabel the file and train it again."
            )
        self._gate = gate or (load_head(CALM_WEIGHTS) if head is None else None)
        self._calm_at = 0 if self._gate is None else self._gate.labels.index(CALM)
        self._strength = intensity or load_head(INTENSITY_WEIGHTS)
        self._head = head or join_heads(load_head(WEIGHTS), self._strength)
        self._is_shipped = head is None
        # How strong a mood is stands behind the classes.
        self._labels = tuple(label for label in self._head.labels if label != STRONG)

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks texts up here."""
        gate = () if self._gate is None else (self._gate,)
        own = (self._head,) if STRONG in self._head.labels else (self._head, self._strength)
        return (*own, *gate)

    @classmethod
    def load(cls) -> EmotionReader:
        """A reader with the shipped heads."""
        return cls()

    def read(self, turn: str | Features) -> EmotionReading:
        """The mood of a turn that nothing else is asked about; features are not read again."""
        cued = read_mood_features(turn)
        bare = self._undress(cued) or cued
        return self._with_signs(bare, self._head.scores_alone(bare))

    def read_cued(self, cued: Features) -> EmotionReading:
        """The mood of a turn whose features hold its cues already; a head without cues ignores them."""
        bare = self._undress(cued)
        if bare is not None:
            return self._with_signs(bare, self._head.scores_alone(bare))
        return self._with_signs(cued, self._head.raw_scores(cued))

    def _undress(self, cued: Features) -> Features | None:
        """Without greeting and mere thanks, Cantonese in Mandarin's words and English without slips; None where that changes
        nothing.

        The shipped heads took "请问一下" for calm, and "thanks" behind a request for gladness.
        """
        if not self._is_shipped or not cued.typed:
            return None
        bare = undress_mood(cued.typed)
        return None if bare == cued.typed else read_mood_features(bare)

    def is_strange_to(self, cued: Features) -> bool:
        """Whether a text is in words that the head never learned. Worth asking of texts in other languages only."""
        return self._head.share_known(cued) < _FAMILIAR

    def _with_signs(self, cued: Features, found: Scores) -> EmotionReading:
        """The mood of the words, and what emoji and words of abuse say of it that the heads hardly know."""
        typed = cued.typed
        if not typed:
            return self._tell(cued, found)
        signs = count_angry(typed)
        rest = without_rage(typed) if signs < 0 else typed
        if laughs(rest):
            rest = without_laughter(rest)
        if rest != typed:
            if not rest:
                return LAUGHTER
            cued = read_mood_features(rest)
            found = self._head.scores_alone(cued)
        told = self._tell(cued, found)
        if signs < 0 and told.emotion == "negative" and told.confidence < _SURE_IN_FUN:
            return LAUGHTER
        angry = max(signs, 0) + has_insult(typed)
        is_glad = told.emotion == "positive" and told.confidence >= _SURELY_GLAD
        if not angry or is_glad:
            return told
        if told.emotion == "negative":
            return replace_in(told, intensity=max(told.intensity, _ANGRY_AT_LEAST))
        strength = min(_ANGRY_AT_LEAST + 0.1 * (angry - 1), 0.9)
        return EmotionReading("negative", strength, _SURE_OF_SIGNS, told.sarcasm)

    def _tell(self, cued: Features, found: Scores) -> EmotionReading:
        if not cued.text:
            return NOTHING_FELT
        labels = self._labels
        told = softmax(found, 1.0 / self._head.temperature, len(labels))
        chances = dict(zip(labels, told, strict=True))
        if self._gate is not None:
            chances = weigh_calm(chances, self._gate.chances(cued)[self._calm_at])
        sarcasm = chances.pop(SARCASTIC, 0.0)
        if sarcasm:
            chances["negative"] = chances.get("negative", 0.0) + sarcasm
        emotion = max(chances, key=chances.__getitem__)
        second = max(chances.keys() - {emotion}, key=chances.__getitem__, default="neutral")
        if emotion == "neutral":
            return EmotionReading(emotion, 0.0, chances[emotion], sarcasm, second)
        strength = sigmoids(found, 1.0, len(self._head.labels))[-1]
        if len(labels) == len(self._head.labels):
            strength = self._strength.chances(cued)[0]
        return EmotionReading(emotion, strength, chances[emotion], sarcasm, second)


def weigh_calm(chances: Mapping[str, float], calm: float) -> dict[str, float]:
    """The chance of no mood as the one head has it; the rest shared among moods as the other does."""
    share = (1.0 - calm) / max(1.0 - chances["neutral"], 1e-9)
    return {mood: calm if mood == "neutral" else chances[mood] * share for mood in chances}


def join_heads(one: Head, other: Head) -> Head:
    """Both heads in one: the columns of the other after those of the one, none of them changed.

    Raises:
        ValueError: the heads were not trained on the same n-grams.
    """
    if not np.array_equal(one.keys, other.keys) or one.deep is None or other.deep is None:
        raise ValueError("Only heads with hidden layers over the same n-grams can be joined.")
    output = np.zeros(
        (len(one.deep.bias) + len(other.deep.bias), len(one.labels) + len(other.labels)),
        dtype=np.float32,
    )
    output[: len(one.deep.bias), : len(one.labels)] = one.deep.output
    output[len(one.deep.bias) :, len(one.labels) :] = other.deep.output
    hidden = np.concatenate([one.deep.bias, other.deep.bias])
    return replace(
        one, labels=(*one.labels, *other.labels), wide=_side_by_side(one.wide, other.wide),
        bias=np.concatenate([one.bias, other.bias]),
        deep=Deep(_side_by_side(one.deep.rows, other.deep.rows), hidden, output),
    )  # fmt: skip


def _side_by_side(one: Rows, other: Rows) -> Rows:
    return Rows(
        np.concatenate([one.cells, other.cells], axis=1), np.concatenate([one.scale, other.scale])
    )


def told(label: str) -> str:
    """A class of the head as the mood that it tells."""
    return "negative" if label == SARCASTIC else label
