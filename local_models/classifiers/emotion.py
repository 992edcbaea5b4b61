"""How a customer feels: negative, neutral or positive, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local_models.classifiers.features import Features
from local_models.classifiers.head import Head, load_head

LABELS = ("negative", "neutral", "positive")
WEIGHTS = Path(__file__).parent / "weights" / "emotion.npz"


@dataclass(frozen=True, slots=True)
class Mood:
    """The mood of one customer turn."""

    emotion: str
    intensity: float
    """0..1; 0 for neutral."""
    confidence: float
    sarcasm: float = 0.0
    """Probability that praise is meant as blame."""

    @property
    def valence(self) -> float:
        """-1 (as angry as can be) to 1."""
        return {"negative": -1.0, "positive": 1.0}.get(self.emotion, 0.0) * self.intensity


class EmotionReader:
    """Reads moods with the shipped head, or with another of the same labels."""

    def __init__(self, head: Head | None = None) -> None:
        self._head = head or load_head(WEIGHTS)

    def read(self, features: Features) -> Mood:
        """The mood of a turn whose features were read already."""
        if not features.text:
            return Mood("neutral", 0.0, 0.0)
        reading = self._head.read(features)
        chances = dict(zip(self._head.labels, map(float, reading.probabilities), strict=True))
        intensity = 0.0 if reading.label == "neutral" else 1.0 - chances["neutral"]
        return Mood(reading.label, intensity, reading.confidence)
