"""A customer's turn as the heads of the shipped intents read it, and as they learn it: its matter, in words that are spelt right."""

from __future__ import annotations

from local_models.classifiers.courtesy import leave_courtesy_out
from local_models.classifiers.features import Features, read_glance, read_plain
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.spelling import mend_spelling


def undress(features: Features) -> Features:
    """The features of a turn without slips of the finger, greeting and thanks, Cantonese told in Mandarin; the same ones where it has none."""
    bare = leave_courtesy_out(mend_spelling(speak_mandarin(features.text)))
    return features if bare == features.text else read_plain(bare)


def read_bare_turn(text: str) -> Features:
    """The same of a text by its head and its tail."""
    return undress(read_glance(text))
