"""Which language a text is in, and whether it holds code, mathematics or a long document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from local_models.classifiers.normalise import clip
from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.word_groups import CODE_HINT, ENGLISH, MATH_HINT, WORDS

LONG_DOCUMENT_CHARS = 6_000
"""From here on a single text counts as a long document; Chinese from a third of it."""

_NOT_TEXT = re.compile(r"<[A-Z_]+\d*>|\[[^\]\s]{1,20}\]|https?://\S+|(?<=@)\S+|`[^`]*`")
_NOT_TEXT_SIGNS = mask_of("<[`@:")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff]")


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
        return "en" if _is_english(plain, words.words, english) else "other"
    if english >= 1 and han < 4 and letters > han:
        return "en"
    if english >= 2 and letters > han:
        return "mixed" if han >= 4 else "en"
    return "mixed" if english >= 2 and words.words >= 3 else "zh"


def _is_english(plain: str, words: int, common: int) -> bool:
    """Plain ASCII letters; when long enough, also some of the commonest words."""
    if not plain.isascii():
        accented = sum(ch.isalpha() and not ch.isascii() for ch in plain)
        if accented > 0.05 * len(plain):
            return False
    return words < 8 or common >= 0.08 * words


@dataclass(frozen=True, slots=True)
class Matter:
    """What kind of matter a text holds besides prose."""

    has_code: bool
    has_math: bool
    has_long_document: bool


_CODE_LINE = re.compile(
    r"^[^\S\n]*(?:def |class |import |from \w[\w.]* import |public |private |static |void |func |fn |let |const |var |"
    r"#include|#!/|SELECT\b.+\bFROM\b|INSERT INTO|UPDATE \w+ SET|CREATE TABLE|return\b.*;|if[^\S\n]*\(.+\)[^\S\n]*\{|for[^\S\n]*\(.+\)[^\S\n]*\{|"
    r"while[^\S\n]*\(.+\)|package \w|using \w|<\?php|</?\w+[^<>\n]*>[^\S\n]*$|Traceback \(|\w+\(.*\)[^\S\n]*[;{][^\S\n]*$|\w+ = .+;[^\S\n]*$|print\(|console\.log)",
    re.MULTILINE | re.IGNORECASE,
)
_CODE_WORDS = (
    "def ", "class ", "import ", "from ", "public ", "private ", "static ", "void ", "func ", "fn ", "let ", "const ",
    "var ", "#", "select", "insert ", "update ", "create ", "return", "package ", "using ", "<", "console.log",
)  # fmt: skip
"""What a code-like line begins with that holds neither a bracket nor an equals sign."""
_CODE_SIGNS, _CODE_OR_LINES = mask_of("(="), mask_of("(=\n")
_LONGEST_INDENT = 120
_CODE_WISH = re.compile(
    r"\b(?:python|javascript|typescript|java|golang|rust|c\+\+|c#|sql|regex|bash|html|css)\b.{0,40}"
    r"\b(?:code|function|script|query|program|class|bug|error|method)\b|(?:写|改|调试|优化).{0,8}(?:代码|函数|脚本|程序|sql|正则)|"
    r"\b(?:write|fix|debug|refactor|implement)\b.{0,30}\b(?:code|function|script|query|program|unit tests?)\b",
    re.IGNORECASE,
)
_MATH = re.compile(
    r"\\(?:frac|sum|int|sqrt|begin\{|alpha|beta|theta|lim|cdot|times|leq|geq|mathbb)|\$[^$\n]{2,80}[=^_\\][^$\n]{0,80}\$|"
    r"[∑∫√∞≤≥≠∀∃∈⊂∂∇]|\b\d*[xyz]\s?\^\s?\d|\bd[xy]/d[xyt]\b|\b(?:f|g)\(x\)|\b[xyz]\s?=\s?-?\d|\d\s?[×÷]\s?\d|"
    r"\d(?<!\d.)\d*\s?[+*/]\s?\d+\s?=|\b(?:prove that|solve for|integral of|derivative of|equation|theorem|polynomial|eigenvalue|"
    r"probability that|how many ways|modulo|triangle|logarithm)\b|解方程|方程|求导|导数|积分(?=.{0,4}(?:∫|上限|区间|函数))|"
    r"证明[:：]|求证|概率是多少|几何|矩阵|行列式|等差数列|等比数列|勾股",
    re.IGNORECASE,
)


_CODE_HINTS_ZH = ("代码", "函数", "脚本", "程序", "sql", "正则")
_MATH_HINTS_ZH = (
    "方程", "求导", "导数", "积分", "证明", "求证", "概率", "几何", "矩阵", "行列式", "等差", "等比", "勾股",
)  # fmt: skip
_RARE_MATH_SIGNS = "×÷∑∫√∞≤≥≠∀∃∈⊂∂∇"
_SURE_SIGNS, _SIGNS_OF_TWO, _FENCES = mask_of("\\^="), mask_of("/($"), mask_of("`~")


def tell_matter(text: str | Sample, *, whole_chars: int | None = None) -> Matter:
    """Code, mathematics and length; long texts are sampled at head and tail.

    `whole_chars` is how long the text was before, where it is known only in part.
    """
    sample = Sample.of(text)
    whole = sample.text
    size = sample.chars if whole_chars is None else whole_chars
    code = _has_fence(sample) or _has_code_lines(sample) or _wishes_code(sample)
    limit = LONG_DOCUMENT_CHARS
    if size < limit and not whole.isascii() and len(_HAN.findall(whole)) * 3 > len(whole):
        limit //= 3
    return Matter(code, _holds_math(sample), size >= limit)


def _wishes_code(sample: Sample) -> bool:
    """Most texts have none of the words, which is quick to see."""
    lower = sample.lower
    has_hint = sample.words.in_group[CODE_HINT] or (
        not lower.isascii() and any(word in lower for word in _CODE_HINTS_ZH)
    )
    return bool(has_hint) and _CODE_WISH.search(lower) is not None


def _holds_math(sample: Sample) -> bool:
    return _hints_at_math(sample) and _MATH.search(sample.lower) is not None


def _hints_at_math(sample: Sample) -> bool:
    """Looking for single signs and words is quick; the pattern is not."""
    lower, signs = sample.lower, sample.signs
    if signs & _SURE_SIGNS or (signs & _SIGNS_OF_TWO and _has_signs_of_two(lower)):
        return True
    if not lower.isascii() and any(sign in lower for sign in (*_RARE_MATH_SIGNS, *_MATH_HINTS_ZH)):
        return True
    return sample.words.in_group[MATH_HINT] > 0


def _has_signs_of_two(lower: str) -> bool:
    return "/d" in lower or "(x)" in lower or ("$" in lower and "_" in lower)


def _has_fence(sample: Sample) -> bool:
    return bool(sample.signs & _FENCES) and ("```" in sample.text or "~~~" in sample.text)


def _has_code_lines(sample: Sample) -> bool:
    """Two code-like lines, or one among few lines."""
    text, signs = sample.text, sample.signs
    if not signs & _CODE_OR_LINES and not _begins_like_code(text, 0):
        return False
    hits = sum(1 for _ in _code_lines(text, may_hold_anywhere=bool(signs & _CODE_SIGNS)))
    return hits >= 2 or (hits == 1 and text.count("\n") < 4 and any(ch in text for ch in "(){};="))


def _code_lines(sample: str, *, may_hold_anywhere: bool) -> Iterator[re.Match[str]]:
    """Code-like lines. The pattern is tried where a line begins, not at every character; and without
    brackets and equals signs only where it begins with one of a few words."""
    start = 0
    while start >= 0:
        found = None
        if may_hold_anywhere or _begins_like_code(sample, start):
            found = _CODE_LINE.match(sample, start)
        if found:
            yield found
        line_end = sample.find("\n", max(start, found.end() - 1 if found else start))
        start = line_end + 1 if line_end >= 0 else -1


def _begins_like_code(sample: str, start: int) -> bool:
    first = sample[start : start + _LONGEST_INDENT].lstrip()
    return not first or first.lower().startswith(_CODE_WORDS)
