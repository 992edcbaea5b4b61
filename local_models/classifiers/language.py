"""Which language a text is in, and whether it holds code, mathematics or a long document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from local_models.classifiers.normalise import clip
from local_models.classifiers.words import Hints, open_words

LONG_DOCUMENT_CHARS = 6_000
"""From here on a single text counts as a long document; Chinese from a third of it."""

_NOT_TEXT = re.compile(r"<[A-Z_]+\d*>|\[[^\]\s]{1,20}\]|https?://\S+|(?<=@)\S+|`[^`]*`")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff]")


_GLANCE_CHARS = 600
"""A language shows in the head and the tail of a text."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    "the a an i you he she it we they my your his her its our their me him us them is am are was were be been do does "
    "did have has had can could will would should may might must not no yes and or but if so because to of in on at "
    "for with from by about as into up out off over this that these those there here what when where who why how "
    "which please thanks thank hello hi hey help want need get got order refund return cancel delivery package "
    "invoice payment account change address phone not don't can't didn't i'm i've it's more any some just very"
)
_WORDS = open_words(dict.fromkeys(_ENGLISH, (0,)), {}, 0.0)


def tell_language(text: str) -> str:
    """zh, en, mixed or other.

    Mixed means that both a Chinese clause and at least two English words that are no brand or model
    name stand in the text. Placeholders, links and code do not count.
    """
    plain = clip(text, _GLANCE_CHARS)
    if any(mark in plain for mark in "<[`@:"):
        plain = _NOT_TEXT.sub(" ", plain)
    words = _WORDS.read(plain.lower())
    han = foreign = 0
    if not plain.isascii():
        han = len(_HAN.findall(plain))
        foreign = len(_KANA_HANGUL.findall(plain)) + len(_OTHER_LETTERS.findall(plain))
    letters, english = words.letters, words.in_group[0]
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
    r"^\s*(?:def |class |import |from \w[\w.]* import |public |private |static |void |func |fn |let |const |var |"
    r"#include|#!/|SELECT\b.+\bFROM\b|INSERT INTO|UPDATE \w+ SET|CREATE TABLE|return\b.*;|if\s*\(.+\)\s*\{|for\s*\(.+\)\s*\{|"
    r"while\s*\(.+\)|package \w|using \w|<\?php|</?\w+[^<>]*>\s*$|Traceback \(|\w+\(.*\)\s*[;{]\s*$|\w+ = .+;\s*$|print\(|console\.log)",
    re.MULTILINE | re.IGNORECASE,
)
_CODE_WISH = re.compile(
    r"\b(?:python|javascript|typescript|java|golang|rust|c\+\+|c#|sql|regex|bash|html|css)\b.{0,40}"
    r"\b(?:code|function|script|query|program|class|bug|error|method)\b|(?:写|改|调试|优化).{0,8}(?:代码|函数|脚本|程序|sql|正则)|"
    r"\b(?:write|fix|debug|refactor|implement)\b.{0,30}\b(?:code|function|script|query|program|unit tests?)\b",
    re.IGNORECASE,
)
_MATH = re.compile(
    r"\\(?:frac|sum|int|sqrt|begin\{|alpha|beta|theta|lim|cdot|times|leq|geq|mathbb)|\$[^$\n]{2,80}[=^_\\][^$\n]{0,80}\$|"
    r"[∑∫√∞≤≥≠∀∃∈⊂∂∇]|\b\d*[xyz]\s?\^\s?\d|\bd[xy]/d[xyt]\b|\b(?:f|g)\(x\)|\b[xyz]\s?=\s?-?\d|\d\s?[×÷]\s?\d|"
    r"\d+\s?[+*/]\s?\d+\s?=|\b(?:prove that|solve for|integral of|derivative of|equation|theorem|polynomial|eigenvalue|"
    r"probability that|how many ways|modulo|triangle|logarithm)\b|解方程|方程|求导|导数|积分(?=.{0,4}(?:∫|上限|区间|函数))|"
    r"证明[:：]|求证|概率是多少|几何|矩阵|行列式|等差数列|等比数列|勾股",
    re.IGNORECASE,
)


_CODE_HINTS = Hints(
    "code function script query program class bug error method unit sql regex tests"
)
_CODE_HINTS_ZH = ("代码", "函数", "脚本", "程序", "sql", "正则")
_MATH_HINTS = Hints(
    "prove solve integral derivative equation theorem polynomial eigenvalue probability ways modulo "
    "triangle logarithm"
)
_MATH_HINTS_ZH = (
    "方程", "求导", "导数", "积分", "证明", "求证", "概率", "几何", "矩阵", "行列式", "等差", "等比", "勾股",
)  # fmt: skip
_MATH_SIGNS, _RARE_MATH_SIGNS = ("\\", "^", "=", "/d", "(x)"), "×÷∑∫√∞≤≥≠∀∃∈⊂∂∇"


def tell_matter(text: str, *, whole_chars: int | None = None) -> Matter:
    """Code, mathematics and length; long texts are sampled at head and tail."""
    sample, size = clip(text), len(text) if whole_chars is None else whole_chars
    lower = sample.lower()
    code = "```" in sample or "~~~" in sample or _has_code_lines(sample) or _wishes_code(lower)
    limit = (
        LONG_DOCUMENT_CHARS // 3
        if not sample.isascii() and len(_HAN.findall(sample)) * 3 > len(sample)
        else LONG_DOCUMENT_CHARS
    )
    return Matter(code, _holds_math(lower), size >= limit)


def _wishes_code(lower: str) -> bool:
    """Most texts have none of the words, which is quick to see."""
    has_hint = _CODE_HINTS.hold(lower) or (
        not lower.isascii() and any(word in lower for word in _CODE_HINTS_ZH)
    )
    return has_hint and _CODE_WISH.search(lower) is not None


def _holds_math(lower: str) -> bool:
    return _hints_at_math(lower) and _MATH.search(lower) is not None


def _hints_at_math(lower: str) -> bool:
    """Looking for single signs and words is quick; the pattern is not."""
    if any(sign in lower for sign in _MATH_SIGNS) or ("$" in lower and "_" in lower):
        return True
    if not lower.isascii() and any(sign in lower for sign in (*_RARE_MATH_SIGNS, *_MATH_HINTS_ZH)):
        return True
    return _MATH_HINTS.hold(lower)


def _has_code_lines(sample: str) -> bool:
    """Two code-like lines, or one among few lines."""
    hits = sum(1 for _ in _code_lines(sample))
    return hits >= 2 or (
        hits == 1 and sample.count("\n") < 4 and any(ch in sample for ch in "(){};=")
    )


def _code_lines(sample: str) -> Iterator[re.Match[str]]:
    """Code-like lines. The pattern is tried where a line begins, not at every character."""
    start = 0
    while start >= 0:
        found = _CODE_LINE.match(sample, start)
        if found:
            yield found
        line_end = sample.find("\n", max(start, found.end() - 1 if found else start))
        start = line_end + 1 if line_end >= 0 else -1
