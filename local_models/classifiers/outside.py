"""Texts that belong to none of a user's labels, for files that bring none of their own.

The project's own lines stand in: shop matters that the user's labels do not touch, everyday questions,
small talk and tales of all walks of life, in the languages of the user's rows, or the language itself
would tell what belongs nowhere.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from local_models.classifiers.features import read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import WEIGHTS
from local_models.classifiers.labelled import Row
from local_models.classifiers.language import tell_language
from local_models.classifiers.shipped_data import read_grades, read_lines, read_moods, read_turns

_TOUCHED = 0.15
"""A matter of ours that the shipped head sees so often in the rows of one label is a matter of theirs."""
_CHATTING = 0.5
"""The same for small talk, which opens many a turn about something else."""
_MOST_CHECKED = 60
"""Rows of a label that are looked at."""
_PLAIN = {
    "zh": {
        "smalltalk": ("你好", "谢谢"), "refund": ("我要退款", "钱退了吗"), "logistics": ("快递到哪了",), "invoice": ("开发票",),
        "order_query": ("查一下订单",), "order_modify": ("取消订单", "改地址"), "return_exchange": ("我要退货",), "urge": ("快点",),
        "payment": ("怎么付款",), "promotion": ("有优惠吗",), "account": ("登录不上",), "shipping_fee": ("包邮吗",),
        "product_consult": ("有货吗",), "warranty": ("坏了能修吗",), "complaint": ("我要投诉",), "human_agent": ("转人工",),
    },
    "en": {
        "smalltalk": ("hello", "thanks"), "refund": ("I want a refund",), "logistics": ("where is my parcel",), "invoice": ("I need an invoice",),
        "order_query": ("check my order",), "order_modify": ("cancel my order",), "return_exchange": ("I want to return this",), "urge": ("hurry up",),
        "payment": ("how can I pay",), "promotion": ("any discounts",), "account": ("I can't log in",), "shipping_fee": ("is delivery free",),
        "product_consult": ("is it in stock",), "warranty": ("it stopped working",), "complaint": ("I want to complain",), "human_agent": ("talk to a person",),
    },
}  # fmt: skip
"""How each matter is said most plainly: these always stand in, whichever others chance adds."""


def gather_outside(rows: Sequence[Row], count: int, seed: int) -> list[str]:
    """So many of the project's own texts of other matters, each once; fewer where there are no more."""
    rng, touched, known = random.Random(seed), find_touched(rows), {row.text for row in rows}
    is_apart = _Apart(touched)
    chinese = sum(tell_language(row.text) in ("zh", "mixed") for row in rows)
    wanted = {"zh": round(count * chinese / max(1, len(rows)))}
    wanted["en"] = count - wanted["zh"]
    chosen: list[str] = []
    for language, most in wanted.items():
        kinds = _kinds(language, touched)
        for texts in kinds:
            rng.shuffle(texts)
        candidates = chain(_say_plainly(language, touched), _in_turns(kinds))
        fresh = (text for text in dict.fromkeys(candidates) if text not in known and is_apart(text))
        chosen += islice(fresh, most)
    rng.shuffle(chosen)
    return chosen


def find_touched(rows: Sequence[Row]) -> frozenset[str]:
    """The matters of ours that the rows of some label are about, as the shipped head reads them.

    What is none of a shop's business (`other`) is never one matter.
    """
    head = load_head(WEIGHTS / "intent.npz")
    by_label: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row.text)
    touched: set[str] = set()
    for texts in by_label.values():
        seen = [head.probabilities(read_glance(text)) for text in texts[:_MOST_CHECKED]]
        means = dict(zip(head.labels, np.mean(seen, axis=0).tolist(), strict=True))
        bars = dict.fromkeys(means, _TOUCHED) | {"smalltalk": _CHATTING, "other": 1.1}
        touched |= {label for label, mean in means.items() if mean >= bars[label]}
    return frozenset(touched)


class _Apart:
    """Tells texts that are about none of the touched matters; tales and requests have no label that says so."""

    def __init__(self, touched: frozenset[str]) -> None:
        self._touched = touched
        self._head = load_head(WEIGHTS / "intent.npz")

    def __call__(self, text: str) -> bool:
        return self._head.read(read_glance(text)).label not in self._touched


def _say_plainly(language: str, touched: frozenset[str]) -> list[str]:
    return [
        text
        for matter, texts in _PLAIN[language].items()
        if matter not in touched
        for text in texts
    ]


def _kinds(language: str, touched: frozenset[str]) -> list[list[str]]:
    """Texts by kind: each matter, calm tales, moody ones, and what people ask of an assistant."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for line in read_lines(language) + read_turns(language):
        if not touched & {*line.intents, line.second}:
            kinds[line.intents[0]].append(line.text)
    for text, mood in read_moods(language):
        kinds["calm" if mood == "neutral" else "moody"].append(text)
    kinds["asked"] = [text for text, _ in read_grades() if tell_language(text) == language]
    return list(kinds.values())


def _in_turns(kinds: Sequence[list[str]]) -> Iterator[str]:
    """One text of each kind, then another of each, until there are no more."""
    for at in range(max(map(len, kinds), default=0)):
        yield from (texts[at] for texts in kinds if at < len(texts))
