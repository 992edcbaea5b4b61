"""How a question is built: about a hundred numbers that do not depend on its subject.

Length, sentences, numbers and their size, words of order, comparison, share and negation, formulas
and code, how the answers to choose from look, and what the last sentence asks for. One pass over
the words finds the marked ones in a table; the rest are counts of characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.normalise import clip
from local_models.classifiers.words import WordCount, open_words

_WORD_GROUPS = {
    "order": "first second third fourth fifth last next previous initially finally",
    "compare": "more fewer less older younger taller longer greater smaller higher lower than larger",
    "as": "as",
    "share": "half third quarter fifth twice thrice double triple times fraction percent remainder",
    "money": "dollar dollars money cost costs price pay pays paid earn earns spend spends sell sells "
             "buy buys bought profit cents budget",
    "time": "hour hours minute minutes day days week weeks month months year years daily weekly",
    "rate": "per each every rate average ratio",
    "condition": "if when unless whether suppose assume given provided",
    "remains": "left remain remains remaining rest",
    "total": "total altogether all both together combined sum",
    "measure": "average ratio probability area volume speed distance mile miles feet inches pound pounds "
               "meters kg cm",
    "he": "he his him",
    "she": "she her hers",
    "they": "they their them",
    "i": "i my we our me",
    "number": "one two three four five six seven eight nine ten twelve dozen hundred thousand",
    "exist": "are there is",
    "have": "had has have get gets got gave give gives",
    "count": "number age ages old class students student people children items",
    "sequence": "after before then until while during later earlier",
    "but": "but only except although however unlike instead",
    "not": "not except never false incorrect least cannot no without neither nor",
    "calculate": "calculate compute find determine solve evaluate estimate derive simplify minimize "
                 "maximize optimize integrate differentiate factor",
    "prove": "prove proof show derive theorem lemma justify rigorous converge diverge bound",
    "write": "write draft compose design implement refactor debug analyze analyse compare summarize "
             "translate explain review plan outline negotiate",
    "code": "def class return function import algorithm python sql javascript java code program loop "
            "array string api regex thread async deadlock compile",
    "law": "contract clause liability statute court defendant plaintiff law legal agreement damages "
           "indemnity breach",
    "which": "which following",
    "what": "what",
    "why": "why because therefore thus hence reason",
    "how": "how",
    "much": "many much",
    "who": "who whom whose where",
    "truth": "true statement statements correct always must",
    "logic": "implies valid argument premise conclusion proposition iff",
    "algebra": "let function set group ring field matrix vector equation polynomial graph integer integers real",
    "hello": "hello hi hey thanks thank please bye ok okay yes sorry",
    "order_desk": "order package delivery refund shipping return cancel parcel account password coupon invoice",
}  # fmt: skip
_MARKS = {
    "calculate": ("计算", "求", "多少", "算一下", "估算", "解方程", "概率"),
    "prove": ("证明", "推导", "论证", "严格", "定理"),
    "write": ("写一", "设计", "分析", "比较", "总结", "翻译", "起草", "制定", "评估", "规划", "方案", "详细"),
    "code": ("代码", "函数", "算法", "编程", "脚本", "数据库", "接口", "并发", "死锁"),
    "law": ("合同", "条款", "法律", "违约", "赔偿", "责任", "诉讼", "合规", "协议"),
    "why": ("为什么", "原因", "因为", "所以", "因此"),
    "condition": ("如果", "假设", "若", "已知", "设"),
    "rate": ("每", "平均", "利率", "比例", "%"),
    "not": ("不", "没", "除外", "错误"),
    "hello": ("你好", "谢谢", "在吗", "您好", "好的", "再见", "亲"),
    "order_desk": ("订单", "快递", "发货", "退款", "退货", "物流", "优惠券", "发票", "运费", "客服"),
    "total": ("一共", "总共", "合计", "总"),
    "order": ("首先", "其次", "第一", "第二", "最后", "步骤"),
}  # fmt: skip
_GROUPS = tuple(_WORD_GROUPS)
_AT: dict[str, tuple[int, ...]] = {}
for _column, _words in enumerate(_WORD_GROUPS.values()):
    for _word in _words.split():
        _AT[_word] = (*_AT.get(_word, ()), _column)
_TABLE = open_words(_AT, {}, 0.0)
_HAN_AT = {mark: _GROUPS.index(group) for group, marks in _MARKS.items() for mark in marks}
_HAN_MARK = re.compile("|".join(sorted(_HAN_AT, key=len, reverse=True)))
_NO_OPTIONS = [0.0] * 12
_ASKS = tuple(_GROUPS.index(name) for name in ("much", "compare", "what", "count", "money", "time"))

_WORD = re.compile(r"[a-z][a-z']*")
_NUMBER = re.compile(r"\d\d*(?:[.,]\d+)*")
"""A pattern that begins with one character is looked for much quicker than with a repeated one."""
_OPTION = re.compile(r"\n\s*\(?[A-J][.)、:] ?")
_SENTENCE = re.compile(r"[.!?。！？;；](?:\s|$|(?<=[。！？；]))")
_NAME = re.compile(r"[A-Z](?<=[a-z,] [A-Z])[a-z]+")
"""Begins with the capital, not with what stands before it: looking for one is quick."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FRACTION = re.compile(r"\d/\d")
_THOUSANDS = re.compile(r"\d(?:\d{3,}|,\d{3})")
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
    *(f"asks_{_GROUPS[at]}" for at in _ASKS),
)
"""The name of each number, in the order in which `read_traits` gives them."""


def read_traits(text: str) -> NDArray[np.float32]:
    """The traits of one text, in the order of TRAITS; all zero for an empty one."""
    sample = clip(text).strip()
    return read_parts(sample, *split_options(sample))


def read_parts(sample: str, stem: str, options: list[str]) -> NDArray[np.float32]:
    """The same of a text that was clipped, stripped and split already."""
    if not sample:
        return np.zeros(len(TRAITS), dtype=np.float32)
    lower = stem.lower()
    words, signs = _TABLE.read(lower), Signs(stem)
    sentences = [part for part in _SENTENCE.split(stem) if part and not part.isspace()]
    last = sentences[-1] if sentences else stem
    marked = _count_marks(words, stem)
    wished = marked if last == stem else _count_marks(_TABLE.read(last.lower()), last)
    values = [
        *_read_size(sample, stem, words, len(sentences) or 1),
        *(_read_options(options, frozenset(_WORD.findall(lower))) if options else _NO_OPTIONS),
        *_read_signs(sample, stem, signs, words, last),
        *_read_code(stem, signs),
        *(min(count, 6) for count in marked),
        *(float(wished[at] > 0) for at in _ASKS),
    ]
    return np.asarray(values, dtype=np.float32)


def split_options(text: str) -> tuple[str, list[str]]:
    """The question itself, and the answers to choose from (three at least, or none at all)."""
    parts = _OPTION.split(text)
    if len(parts) < 4:
        return text, []
    return parts[0], [part.removesuffix("Answer:").strip() for part in parts[1:]]


def _count_marks(words: WordCount, text: str) -> Sequence[int]:
    """How many words, and Chinese marks, of each group the text holds."""
    if text.isascii():
        return words.in_group[: len(_GROUPS)]
    counts = list(words.in_group[: len(_GROUPS)])
    for mark in _HAN_MARK.findall(text):
        counts[_HAN_AT[mark]] += 1
    return counts


def _read_size(sample: str, stem: str, words: WordCount, sentences: int) -> list[float]:
    numbers = _NUMBER.findall(stem)
    distinct = set(numbers)
    largest = max(map(_value_of, distinct), default=0.0)
    count = max(1, words.words)
    return [
        log1p(len(sample)), log1p(len(stem)), log1p(words.words), min(sentences, 30),
        min(words.words / sentences, 80), min(len(numbers), 30), min(len(distinct), 20),
        log1p(largest), min(sum("." in number for number in numbers), 9),
        words.letters / count, words.distinct / count, words.long_words / count,
    ]  # fmt: skip


def _value_of(number: str) -> float:
    digits = number.replace(",", "")
    return min(float(digits), 1e12) if digits.count(".") < 2 and digits[-1] != "." else 0.0


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
    capitals = signs.capitals
    han = 0 if signs.is_ascii else sum(map(len, _HAN.findall(stem)))
    names = len(set(_NAME.findall(stem))) if capitals else 0
    count = signs.count
    return [
        count("?") + signs.count_wide("？"), float(end in "?？"), float(end in ".:：_。,"),
        float("___" in stem), sum(map(count, "+-*/=^<>")) / size, min(count("$"), 20),
        min(count("\\"), 20), min(count("("), 20), min(count("{"), 20),
        min(count('"') + signs.count_wide("“"), 20), min(count(",") + signs.count_wide("，"), 30),
        capitals / size, capitals / max(1, words.words), min(count("\n"), 40),
        _foreign_share(sample), han / size, min(names, 12), log1p(len(last)), len(last) / size,
        count("%"), len(_FRACTION.findall(stem)) if count("/") else 0,
        len(_THOUSANDS.findall(stem)),
    ]  # fmt: skip


class Signs:
    """How often each ASCII character stands in a text, counted in one pass."""

    __slots__ = ("_counts", "_text", "is_ascii")

    def __init__(self, text: str) -> None:
        self._text = text
        self.is_ascii = text.isascii()
        codes = np.frombuffer(text.encode("ascii", "ignore"), np.uint8)
        self._counts: list[int] = np.bincount(codes, minlength=128).tolist()

    def count(self, sign: str) -> int:
        """How often an ASCII character stands in the text."""
        return self._counts[ord(sign)]

    def count_wide(self, sign: str) -> int:
        """How often another character does."""
        return 0 if self.is_ascii else self._text.count(sign)

    @property
    def capitals(self) -> int:
        """Capital letters of any script."""
        if self.is_ascii:
            return sum(self._counts[65:91])
        return sum(map(str.isupper, self._text))


def _foreign_share(text: str) -> float:
    """Share of characters that are not ASCII."""
    if text.isascii():
        return 0.0
    return 1 - len(text.encode("ascii", "ignore")) / len(text)


def _read_code(stem: str, signs: Signs) -> list[float]:
    """What a program has to be followed through, and what a formula holds."""
    count, sign = stem.count, signs.count
    has_formula, has_indent = sign("\\") > 0, sign("\n") > 0 and "\n " in stem
    return [
        min(count("for ") + count("while "), 8) if has_indent else 0.0,
        min(count("if ") + count("else"), 10) if has_indent else 0.0,
        min(sign(".") and sign("(") and len(_CALL.findall(stem)), 16), min(sign("["), 20),
        min(sign("=") and count(" = "), 16),
        min(max(map(len, _INDENT.findall(stem)), default=0) / 4, 6) if has_indent else 0.0,
        log1p(sum(map(len, _LITERAL.findall(stem)))) if sign("'") else 0.0,
        min((sign("=") and count("==")) + (sign("!") and count("!=")) + sign("<") + sign(">"), 8),
        min(len(set(_COMMAND.findall(stem))), 12) if has_formula else 0.0,
        min(count("\\frac") + count("\\sqrt"), 8) if has_formula else 0.0,
        min(count("triangle") + count("circle") + count("angle") + count("[asy]"), 6),
        min(sign("^"), 10),
    ]  # fmt: skip
