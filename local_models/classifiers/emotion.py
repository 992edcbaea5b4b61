"""How a customer feels: negative, neutral or positive, how strongly, and whether praise is meant.

The head knows four classes: sarcasm is learned apart from open displeasure, because its words are
those of praise, and counts as negative when the mood is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local_models.classifiers.features import Features, read_features
from local_models.classifiers.head import Head, load_head
from local_models.classifiers.mood_features import CUES, read_mood_features
from local_models.classifiers.table import TableHolder

LABELS = ("negative", "neutral", "positive")
SARCASTIC = "sarcastic"
"""The head's fourth class; told as negative."""
HEAD_LABELS = (*LABELS, SARCASTIC)
WEIGHTS = Path(__file__).parent / "weights" / "emotion.npz"
INTENSITY_WEIGHTS = Path(__file__).parent / "weights" / "emotion_intensity.npz"


@dataclass(frozen=True, slots=True)
class EmotionReading:
    """The mood of one customer turn."""

    emotion: str
    intensity: float
    """0..1; 0 for neutral."""
    confidence: float
    """Calibrated probability that `emotion` is right."""
    sarcasm: float = 0.0
    """Probability that praise is meant as blame."""

    @property
    def valence(self) -> float:
        """-1 (as angry as can be) to 1."""
        return {"negative": -1.0, "positive": 1.0}.get(self.emotion, 0.0) * self.intensity


class EmotionReader:
    """Reads moods with the shipped heads, or with another head for the classes."""

    def __init__(self, head: Head | None = None, intensity: Head | None = None) -> None:
        self._head = head or load_head(WEIGHTS)
        self._intensity = intensity or load_head(INTENSITY_WEIGHTS)

    @property
    def tables(self) -> tuple[TableHolder, ...]:
        """Who looks texts up here."""
        return self._head, self._intensity

    @classmethod
    def load(cls) -> EmotionReader:
        """A reader with the shipped heads."""
        return cls()

    def read(self, turn: str | Features) -> EmotionReading:
        """The mood of a turn; features that were read already are not read again."""
        base = read_features(turn) if isinstance(turn, str) else turn
        if not base.text:
            return EmotionReading("neutral", 0.0, 0.0)
        cues = read_mood_features(base)
        chances = self._chances(cues if len(self._head.view_weights) > CUES else base)
        sarcasm = chances.pop(SARCASTIC, 0.0)
        if sarcasm:
            chances["negative"] = chances.get("negative", 0.0) + sarcasm
        emotion = max(chances, key=chances.__getitem__)
        strength = 0.0 if emotion == "neutral" else float(self._intensity.probabilities(cues)[0])
        return EmotionReading(emotion, strength, chances[emotion], sarcasm)

    def _chances(self, features: Features) -> dict[str, float]:
        chances = self._head.probabilities(features).tolist()
        return dict(zip(self._head.labels, chances, strict=True))


def told(label: str) -> str:
    """A class of the head as the mood that it tells."""
    return "negative" if label == SARCASTIC else label
