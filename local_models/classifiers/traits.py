"""How a question is built: about a hundred numbers that do not depend on its subject.

Length, sentences, numbers and their size, words of order, comparison, share and negation, formulas
and code, how the answers to choose from look, and what the last sentence asks for. Words are counted
by `words.py`, characters by `signs.py`; numbers in brackets here are the characters' ASCII codes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers import word_groups
from local_models.classifiers.sample import Sample
from local_models.classifiers.signs import Signs, read_signs
from local_models.classifiers.survey import survey
from local_models.classifiers.word_groups import ASKED, MARK_GROUPS, WORDS
from local_models.classifiers.words import WordCount

_GROUPS = tuple(word_groups.TRAITS)
_HAN_MARK = re.compile("|".join(MARK_GROUPS))
_NO_OPTIONS = [0.0] * 12

_WORD = re.compile(r"[a-z][a-z']*")
_OPTION = re.compile(r"\n[^\S\n]*\(?[A-J][.)、:] ?")
_CALL = re.compile(r"\.[a-z_]+\(")
_INDENT = re.compile(r"\n( +)\S")
_LITERAL = re.compile(r"'([^'\n]{0,200})'")
_COMMAND = re.compile(r"\\[a-z]+")
_SHORT_VALUE = re.compile(r"[-+$¥]?[\d.,/%\s^*()a-z\\]{1,14}")

_PLAIN = (
    "log_chars", "log_stem_chars", "log_words", "sentences", "words_per_sentence", "numbers",
    "distinct_numbers", "log_largest", "decimals", "word_length", "distinct_words", "long_words",
    "options", "option_chars", "longest_option", "shortest_option", "option_spread", "option_words",
    "numeric_options", "capital_options", "common_words", "overlap_with_stem", "all_or_none",
    "option_operators", "questions", "ends_asking", "ends_open", "blank", "operators", "dollars",
    "backslashes", "brackets", "braces", "quotes", "commas", "capitals", "capital_words", "lines",
    "not_ascii", "han_share", "names", "log_last_chars", "last_share", "percent", "fractions",
    "thousands",
)  # fmt: skip
_CODE = (
    "loops", "branches", "calls", "subscripts", "assignments", "indent", "literals", "compares",
    "commands", "roots", "figures", "powers",
)  # fmt: skip
TRAITS = (
    *_PLAIN,
    *_CODE,
    *(f"words_{name}" for name in _GROUPS),
    *(f"asks_{_GROUPS[at]}" for at in ASKED),
)
"""The name of each number, in the order in which `read_traits` gives them."""

_CHARS_AT, _OPTIONS_AT, _NOT_ASCII_AT, _CODE_AT = map(
    TRAITS.index, ("log_chars", "options", "not_ascii", _CODE[0])
)

Numbers = list[float] | bytearray
"""The traits as plain numbers, or as float32."""


def read_traits(text: str | Sample) -> NDArray[np.float32]:
    """The traits of one text, in the order of TRAITS; all zero for an empty one."""
    sample = Sample.of(text)
    traits, _ = count_parts(sample, *split_options(sample.text.strip()))
    return as_array(traits)


def as_array(numbers: Numbers) -> NDArray[np.float32]:
    """The traits as an array."""
    if isinstance(numbers, bytearray):
        return np.frombuffer(bytes(numbers), np.float32)
    return np.array(numbers, dtype=np.float32)


def count_parts(sample: Sample, stem: str, options: list[str]) -> tuple[Numbers, bytes | None]:
    """The same of a text that was stripped and split already, with the hashes of the stem's words where
    the compiled loops counted them."""
    found = survey(stem) if options else sample.survey
    if found is None:
        return read_parts_with_patterns(sample, stem, options), None
    if not stem and not options:
        return [0.0] * len(TRAITS), found.hashes
    if found.is_code_like or options:
        _look_closer(np.frombuffer(found.traits, np.float32), sample, stem, options)
    return found.traits, found.hashes


def _look_closer(
    traits: NDArray[np.float32], sample: Sample, stem: str, options: list[str]
) -> None:
    """Write what the compiled loop leaves to patterns: code, and answers to choose from."""
    traits[_CODE_AT : _CODE_AT + len(_CODE)] = _read_code(stem, read_signs(stem))
    if not options:
        return
    whole = sample.text.strip()
    asked = frozenset(_WORD.findall(stem.lower()))
    traits[_CHARS_AT], traits[_NOT_ASCII_AT] = log1p(len(whole)), _foreign_share(whole)
    traits[_OPTIONS_AT : _OPTIONS_AT + len(_NO_OPTIONS)] = _read_options(options, asked)


def read_parts_with_patterns(sample: Sample, stem: str, options: list[str]) -> list[float]:
    """What the compiled loop does, and what it leaves to patterns."""
    if not stem and not options:
        return [0.0] * len(TRAITS)
    lower = stem.lower()
    words, signs = WORDS.read(lower), read_signs(stem)
    last = stem[signs.last_start : signs.last_end]
    marked = _count_marks(words, stem)
    wished = marked if last == stem else _count_marks(WORDS.read(last.lower()), last)
    whole = sample.text.strip()
    asked = frozenset(_WORD.findall(lower)) if options else frozenset()
    return [
        *_read_size(whole, stem, signs, words),
        *(_read_options(options, asked) if options else _NO_OPTIONS),
        *_read_signs(whole, stem, signs, words, last),
        *_read_code(stem, signs),
        *[6 if count > 6 else count for count in marked],
        *[1.0 if wished[at] else 0.0 for at in ASKED],
    ]


def split_options(text: str) -> tuple[str, list[str]]:
    """The question itself, and the answers to choose from (three at least, or none at all)."""
    parts = _OPTION.split(text) if "\n" in text else ()
    if len(parts) < 4:
        return text, []
    stem = parts[0]
    blank = stem.find("\n", len(stem.rstrip()))
    answers = [part.removesuffix("Answer:").strip() for part in parts[1:]]
    return stem if blank < 0 else stem[:blank], answers


def _count_marks(words: WordCount, text: str) -> Sequence[int]:
    """How many words, and Chinese marks, of each group the text holds."""
    if text.isascii():
        return words.in_group[: len(_GROUPS)]
    counts = list(words.in_group[: len(_GROUPS)])
    for mark in _HAN_MARK.findall(text):
        counts[MARK_GROUPS[mark]] += 1
    return counts


def _read_size(sample: str, stem: str, signs: Signs, words: WordCount) -> list[float]:
    count, sentences = words.words or 1, signs.sentences or 1
    return [
        log1p(len(sample)), log1p(len(stem)), log1p(words.words), min(sentences, 30),
        min(words.words / sentences, 80), min(signs.numbers, 30), min(signs.distinct_numbers, 20),
        log1p(signs.largest), min(signs.decimals, 9),
        words.letters / count, words.distinct / count, words.long_words / count,
    ]  # fmt: skip


def _read_options(options: list[str], asked: frozenset[str]) -> list[float]:
    count = len(options)
    lengths = [len(option) for option in options]
    mean = sum(lengths) / count
    spread = (sum((length - mean) ** 2 for length in lengths) / count) ** 0.5
    sets = [frozenset(_WORD.findall(option.lower())) for option in options]
    every, common = frozenset().union(*sets), sets[0].intersection(*sets[1:])
    lower = "\n".join(options).lower()
    return [
        count, log1p(mean), log1p(max(lengths)), log1p(min(lengths)), spread / (mean + 1),
        sum(option.count(" ") + 1 for option in options) / count,
        sum(_is_value(option) for option in options) / count,
        sum(option[:1].isupper() for option in options) / count, len(common) / max(1, len(every)),
        sum(len(asked & held) / max(1, len(held)) for held in sets) / count,
        float("all of the" in lower or "none of the" in lower),
        min(sum(lower.count(sign) for sign in "+-*/=^"), 20),
    ]  # fmt: skip


def _is_value(option: str) -> bool:
    return any(map(str.isdigit, option)) and _SHORT_VALUE.fullmatch(option) is not None


def _read_signs(sample: str, stem: str, signs: Signs, words: WordCount, last: str) -> list[float]:
    size = len(stem) or 1
    end = stem.rstrip()[-1:]
    count = signs.ascii
    wide = stem.count if signs.foreign else _none
    operators = count[43] + count[45] + count[42] + count[47] + count[61] + count[94]
    return [
        count[63] + wide("？"), float(end in "?？"), float(end in ".:：_。,"),
        float("___" in stem), (operators + count[60] + count[62]) / size, min(count[36], 20),
        min(count[92], 20), min(count[40], 20), min(count[123], 20),
        min(count[34] + wide("“"), 20), min(count[44] + wide("，"), 30),
        signs.capitals / size, signs.capitals / (words.words or 1), min(count[10], 40),
        _foreign_share(sample), signs.han / size, min(signs.names, 12), log1p(len(last)),
        len(last) / size, count[37], signs.fractions, signs.thousands,
    ]  # fmt: skip


def _none(_: str) -> int:
    return 0


def _foreign_share(text: str) -> float:
    """Share of characters that are not ASCII."""
    if text.isascii():
        return 0.0
    return 1 - len(text.encode("ascii", "ignore")) / len(text)


def _read_code(stem: str, signs: Signs) -> list[float]:
    """What a program has to be followed through, and what a formula holds."""
    count, sign = stem.count, signs.ascii
    has_formula, has_indent = sign[92] > 0, sign[10] > 0 and "\n " in stem
    equals = sign[61] > 0
    return [
        min(count("for ") + count("while "), 8) if has_indent else 0.0,
        min(count("if ") + count("else"), 10) if has_indent else 0.0,
        min(len(_CALL.findall(stem)), 16) if sign[46] and sign[40] else 0.0, min(sign[91], 20),
        min(count(" = "), 16) if equals else 0.0,
        min(max(map(len, _INDENT.findall(stem)), default=0) / 4, 6) if has_indent else 0.0,
        log1p(sum(map(len, _LITERAL.findall(stem)))) if sign[39] else 0.0,
        min((count("==") + count("!=") if equals else 0) + sign[60] + sign[62], 8),
        min(len(set(_COMMAND.findall(stem))), 12) if has_formula else 0.0,
        min(count("\\frac") + count("\\sqrt"), 8) if has_formula else 0.0,
        min(count("triangle") + count("circle") + count("angle") + count("[asy]"), 6),
        min(sign[94], 10),
    ]  # fmt: skip
