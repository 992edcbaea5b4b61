"""A customer's turn as the shipped heads read it: its matter, or how it is said, in words that are spelt right."""

from __future__ import annotations

from local_models.classifiers.courtesy import leave_courtesy_out, leave_politeness_out
from local_models.classifiers.features import Features, read_glance, read_plain, spell_glance
from local_models.classifiers.regional import speak_mandarin
from local_models.classifiers.spelling import mend_spelling


def undress(features: Features) -> Features:
    """The features of a turn without slips of the finger, greeting and thanks, Cantonese told in Mandarin; the same ones where it has none."""
    bare = undress_text(features.text)
    return features if bare == features.text else read_plain(bare)


def undress_text(text: str) -> str:
    """The same of a text as `normalise` spells it."""
    return leave_courtesy_out(mend_spelling(speak_mandarin(text)))


def read_bare_turn(text: str) -> Features:
    """The same of a text by its head and its tail."""
    return undress(read_glance(text))


def undress_mood(typed: str) -> str:
    """A text in simplified characters without greeting and mere thanks, Cantonese told in Mandarin, English without slips: how
    its writer feels is read in the rest."""
    bare = leave_politeness_out(speak_mandarin(typed))
    return mend_spelling(bare) if bare.isascii() else bare


def spell_message(text: str, *, is_customers: bool) -> str:
    """A message of a talk as the reader of talks knows it: an answer keeps its courtesy."""
    spelt = spell_glance(text)
    return undress_text(spelt) if is_customers else speak_mandarin(spelt)
