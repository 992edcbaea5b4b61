"""How much of what a message says is still read when it is dressed up or typed carelessly.

    uv run python -m bench.robustness --test FILE [--task intent|emotion] [--messages 500]

FILE has rows with a `text`, its `label` (an intent, or a mood), perhaps a second one in `or` that is just as fair, and perhaps
`hurried`: the same wish as somebody else would type it in haste. `local_models/classifiers/data/turns_*_blind.jsonl` were never
learned. Each text is read as a request by the whole gateway's reader, as it is and then changed in ways that leave its wish
alone: other marks at its end, a greeting, thanks or a face round it, blanks for commas, slips of the finger. Of each way it is told how
many texts it changes, how many of those are read as another intent and as another mood than the text as it is, and how many of
all texts are read rightly; the deviation is that over draws of texts.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import print_report
from bench.tables import InputError, read_table, refusing
from bench.talks import spread
from local_models.classifiers.emotion import LABELS as MOODS
from local_models.classifiers.intents import LABELS
from policies.signals import Signals
from providers.messages import ChatRequest, Message
from router.steps.understanding import Understanding

Change = Callable[[str, random.Random], str]
"""What makes another text of a text; the same for the same state of chance."""

_HAN = re.compile("[\u4e00-\u9fff]")
_END = re.compile(r"[\s。.!！~～?？…]+$")
_HOMOPHONES = "在再 再在 的得 得的 账帐 做作 已以 款宽 票飘 递弟 订定 券卷 址止 退腿 货获 费废 录陆 修休 换唤 发法 单担 价架 送宋 保包 评平 钱前 收手 号好 差插 码马 格阁 流留 运云 装庄"
_LETTERS = re.compile("[a-zA-Z]{4,}")


@dataclass(frozen=True, slots=True)
class Row:
    """A text and what it says."""

    text: str
    labels: tuple[str, ...]
    """The label, and a second one that is just as fair."""
    hurried: str
    """The same typed in haste; empty where nobody did."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--test", type=Path, required=True, help="labelled texts")
    parser.add_argument(
        "--task", choices=("intent", "emotion"), default="intent", help="what the label tells"
    )
    parser.add_argument("--messages", type=int, default=None, help="how many are read at most")
    options = parser.parse_args(arguments)
    with refusing():
        rows = read_rows(options.test, options.task)[: options.messages]
    result = measure(Understanding(), rows, options.task)
    table = [
        [name, told["changed"], *(_percent(told[key]) for key in ("intents_differ", "moods_differ", "first", "either", "deviation"))]
        for name, told in result.items()
    ]  # fmt: skip
    print_report(
        f"{len(rows)} texts of {options.test.name}, percent; right by the label, and by either label",
        ["how it is written", "changed", "intent differs", "mood differs", "right", "either", "±"], table,
        {"bench": "robustness", "task": options.task, "messages": len(rows), "ways": result},
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def measure(
    reader: Understanding, rows: Sequence[Row], task: str
) -> dict[str, dict[str, float | None]]:
    """Of every way to write the texts: the shares that are read otherwise, and rightly."""
    plain = [_read(reader, row.text) for row in rows]
    result = {"as it is": _tell(rows, plain, plain, [row.text for row in rows], task)}
    for name, change in {**CHINESE, **ENGLISH}.items():
        chance = random.Random(1)
        texts = [_change(row.text, name, change, chance) for row in rows]
        if texts != [row.text for row in rows]:
            read = [_read(reader, text) for text in texts]
            result[name] = _tell(rows, plain, read, texts, task)
    if any(row.hurried for row in rows):
        texts = [row.hurried or row.text for row in rows]
        read = [_read(reader, text) for text in texts]
        result["in haste, by another hand"] = _tell(rows, plain, read, texts, task)
    return result


def _change(text: str, name: str, change: Change, chance: random.Random) -> str:
    """The text changed, where this is a way to write its language."""
    is_chinese = _HAN.search(text) is not None
    return change(text, chance) if name in (CHINESE if is_chinese else ENGLISH) else text


def _tell(
    rows: Sequence[Row], plain: Sequence[Signals], read: Sequence[Signals], texts: Sequence[str], task: str
) -> dict[str, float | None]:  # fmt: skip
    changed = [at for at, row in enumerate(rows) if texts[at] != row.text]
    said = [each.intent if task == "intent" else each.emotion for each in read]
    first = [label == row.labels[0] for label, row in zip(said, rows, strict=True)]
    either = [label in row.labels for label, row in zip(said, rows, strict=True)]

    def differ(what: Callable[[Signals], str]) -> float | None:
        if not changed:
            return None
        return sum(what(plain[at]) != what(read[at]) for at in changed) / len(changed)

    return {
        "changed": len(changed), "intents_differ": differ(lambda one: one.intent),
        "moods_differ": differ(lambda one: one.emotion),
        "first": sum(first) / len(rows), "either": sum(either) / len(rows),
        "deviation": spread(first, [str(at) for at in range(len(rows))]),
    }  # fmt: skip


def _read(reader: Understanding, text: str) -> Signals:
    return reader.read(ChatRequest(model="auto", messages=(Message(role="user", content=text),)))


def read_rows(path: Path, task: str) -> list[Row]:
    """The rows of a file.

    Raises:
        InputError: a row has no text, or a label that is none; says which.
    """
    known = LABELS if task == "intent" else MOODS
    rows = []
    for line, record in read_table(path):
        text, hurried = record.get("text"), record.get("hurried") or ""
        if not isinstance(text, str) or not text.strip() or not isinstance(hurried, str):
            raise InputError(
                f'{path}, line {line}: a row is {{"text": TEXT, "label": LABEL}}, perhaps with "or": LABEL and "hurried": TEXT.'
            )
        labels = tuple(str(record[name]) for name in ("label", "or") if record.get(name))
        if unknown := [label for label in labels if label not in known] or (not labels and [""]):
            raise InputError(
                f"{path}, line {line}: there is no {task} {json.dumps(unknown[0], ensure_ascii=False)}; there are {', '.join(known)}."
            )
        rows.append(Row(text, labels, hurried))
    if not rows:
        raise InputError(f"{path} holds no rows.")
    return rows


def _end_with(mark: str) -> Change:
    """Instead of the marks at its end; a question keeps its own."""

    def change(text: str, chance: random.Random) -> str:
        return text if text.endswith(("?", "？")) else (_END.sub("", text) or text) + mark

    return change


def _begin_with(words: str) -> Change:
    return lambda text, chance: words + text


def _close_with(words: str) -> Change:
    return lambda text, chance: text + words


def _mistake(text: str, chance: random.Random) -> str:
    """One character for another that sounds like it."""
    places = [
        (at, pair[1]) for pair in _HOMOPHONES.split() for at, char in enumerate(text) if char == pair[0]
    ]  # fmt: skip
    if not places:
        return text
    at, other = chance.choice(places)
    return text[:at] + other + text[at + 1 :]


def _drop(text: str, chance: random.Random) -> str:
    """One character too few, of Chinese."""
    if len(text) < 6:
        return text
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + text[at + 1 :]


def _swap(text: str, chance: random.Random) -> str:
    if len(text) < 6:
        return text
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _in_word(slip: Callable[[str, int], str]) -> Change:
    """A slip in one word of four letters or more, behind its first."""

    def change(text: str, chance: random.Random) -> str:
        words = list(_LETTERS.finditer(text))
        if not words:
            return text
        word = chance.choice(words)
        return slip(text, chance.randrange(word.start() + 1, word.end() - 1))

    return change


CHINESE: dict[str, Change] = {
    "no mark at its end": lambda text, chance: _END.sub("", text) or text,
    "。 at its end": _end_with("。"), "！ at its end": _end_with("！"), "~ at its end": _end_with("~"), "。。。 at its end": _end_with("。。。"),
    "blanks for commas": lambda text, chance: re.sub("[，,]", " ", text),
    "亲， before it": _begin_with("亲，"), "你好 before it": _begin_with("你好"), "请问一下 before it": _begin_with("请问一下"),
    "那个，before it": _begin_with("那个，"), "，谢谢 behind it": _close_with("，谢谢"), "，麻烦了 behind it": _close_with("，麻烦了"), "😊 behind it": _close_with("😊"),
    "a wrong homophone": _mistake, "a character missing": _drop, "two characters swapped": _swap,
}  # fmt: skip
ENGLISH: dict[str, Change] = {
    "no mark": lambda text, chance: _END.sub("", text) or text,
    ". at its end": _end_with("."), "! at its end": _end_with("!"), "... at its end": _end_with("..."),
    "lower case": lambda text, chance: text.lower(), "capitals": lambda text, chance: text.upper(),
    "no apostrophes": lambda text, chance: re.sub("['\u2019]", "", text),
    "hi, before it": _begin_with("hi, "), "Good morning! before it": _begin_with("Good morning! "),
    "thanks behind it": _close_with(" thanks"), "please behind it": _close_with(" please"), "🙂 behind it": _close_with(" 🙂"),
    "two letters swapped": _in_word(lambda text, at: text[:at] + text[at + 1] + text[at] + text[at + 2 :]),
    "a letter missing": _in_word(lambda text, at: text[:at] + text[at + 1 :]),
    "a letter twice": _in_word(lambda text, at: text[:at] + text[at] + text[at:]),
}  # fmt: skip


if __name__ == "__main__":
    main()
