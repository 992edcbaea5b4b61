"""Which language a text is in."""

from __future__ import annotations

import re

from local_models.classifiers.normalise import clip
from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import ENGLISH, OTHER_LATIN, WORDS

_NOT_TEXT = re.compile(r"<[A-Z_]+\d*>|\[[^\]\s]{1,20}\]|https?://\S+|(?<=@)\S+|`[^`]*`")
_NOT_TEXT_SIGNS = mask_of("<[`@:")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff]")
_LETTER = re.compile(r"[^\W\d_]")
_ACCENTED = re.compile(r"[^\W\d_\x00-\x7f]")
_UNENGLISH = re.compile(r"[¿¡äöüßåæøñãõąćęłńśźżčďěňřšťůžğışőűăâîșțđơư]", re.IGNORECASE)
"""Letters and marks that no borrowed word brings into a text without one of its commonest words."""


_GLANCE_CHARS = 600
"""A language shows in the head and the tail of a text that is not all ASCII."""


def tell_language(text: str | Sample) -> str:
    """zh, en, mixed or other.

    Mixed means that both a Chinese clause and at least two English words that are no brand or model
    name stand in the text. Placeholders, links and code do not count.
    """
    sample = Sample.of(text)
    plain, has_marks = sample.text, bool(sample.signs & _NOT_TEXT_SIGNS)
    if has_marks or not plain.isascii():
        plain = clip(plain, _GLANCE_CHARS)
        if has_marks:
            plain = _NOT_TEXT.sub(" ", plain)
        words = WORDS.read(plain.lower())
    else:
        words = sample.words
    han = foreign = 0
    if not plain.isascii():
        han = len(_HAN.findall(plain))
        foreign = len(_KANA_HANGUL.findall(plain)) + len(_OTHER_LETTERS.findall(plain))
    letters, english = words.letters, words.in_group[ENGLISH]
    if (han == 0 and letters == 0) or foreign > max(han, letters):
        return "other"
    if han == 0:
        strange = words.in_group[OTHER_LATIN]
        return "en" if _is_english(plain, words.words, english, strange) else "other"
    if english >= 1 and han < 4 and letters > han:
        return "en"
    if english >= 2 and letters > han:
        return "mixed" if han >= 4 else "en"
    return "mixed" if english >= 2 and words.words >= 3 else "zh"


def holds_words(text: str) -> bool:
    """Whether anything is said in letters besides placeholders, links and code."""
    return _LETTER.search(_NOT_TEXT.sub(" ", clip(text, _GLANCE_CHARS))) is not None


def _is_english(plain: str, words: int, common: int, strange: int) -> bool:
    """Plain ASCII letters, and no more of other languages' commonest words than of its own; when long enough,
    also some of those."""
    if not plain.isascii():
        accented = len(_ACCENTED.findall(plain))
        if accented > max(common, 0.05 * len(plain)) or (not common and _UNENGLISH.search(plain)):
            return False
    if strange > common:
        return False
    return words < 8 or common >= 0.08 * words
