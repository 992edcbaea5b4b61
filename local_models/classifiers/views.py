"""Which view of a text a head reads besides the n-grams: none, the cues of moods, or what the text means."""

from __future__ import annotations

from local_models.classifiers.features import VIEWS, Features, read_features
from local_models.classifiers.head import Head
from local_models.classifiers.meaning import has_english, has_meaning, read_meaning
from local_models.classifiers.mood_features import read_mood_features


def read_for(head: Head, turn: str | Features) -> Features:
    """The features that a head was trained on.

    Raises:
        MissingEncoderError: it reads what texts mean, and an encoder is not installed.
    """
    base = read_features(turn) if isinstance(turn, str) else turn
    if len(head.view_weights) == VIEWS:
        return base
    if not has_meaning(head.keys):
        return read_mood_features(base)
    return read_meaning(base, in_english=has_english(head.keys))
