"""How well requests are understood, beside what is trivial.

    uv run python -m bench.understanding --task intent|multi|emotion|reject --train FILE --test FILE
                                         [--predictions OUT.jsonl] [--shipped]

Files are .jsonl or .csv, plain or as .gz, with the columns text and label (a name, a list of names for
`multi`, oos, none or null for a text that belongs nowhere) and, where present, split. Of --train the rows
marked train or val are learned from, of --test those marked test are measured; a file without such
marks counts whole. One file given twice and without test rows is measured on its val rows, which are
then not learned. How many measured texts are learned from too is said, and is `shared_texts` in the
last line.

For `emotion` the columns sarcastic (yes or no) and twin (or twin_of), where present, add how many
sarcastic lines are called negative and how many of their literal twins are told wrong.

`--shipped` measures the weights in the repository instead of training on --train, which then only
feeds the baselines. For `intent` and `multi` a text that belongs nowhere is then what they call `other`.
For `intent` they read a row with a column `prev` after what was said just before it: the customer's
turn, the mark ⟪客服⟫ or ⟪agent⟫, and what was answered (without a mark, all of it was answered). Rows
without it are read by themselves, as every row is by other tasks and methods. OUT.jsonl holds one object
for each test row, in order: `prediction` (a label, a list of labels, null for a text that belongs nowhere
or is rejected) and `confidence`.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bench.report import print_report
from bench.tables import InputError, check_target, note, refusing
from bench.understanding_baselines import BASELINES
from bench.understanding_data import Rows, count_shared, read_pair
from bench.understanding_scores import Score, as_label, name_places, score
from local_models.classifiers import emotion, intents
from local_models.classifiers.bare_turn import spell_message
from local_models.classifiers.context import Said
from local_models.classifiers.emotion import EmotionReader
from local_models.classifiers.features import read_features, read_glance
from local_models.classifiers.intents import IntentReader
from local_models.classifiers.labelled import NOWHERE
from local_models.classifiers.methods import (
    Answer,
    Reader,
    fit_recipe,
    read_all,
    train_one,
    train_rejecting,
    train_several,
)
from local_models.classifiers.mood_method import CUED, train_moods
from local_models.classifiers.talk_reader import Before

_MARK = re.compile("⟪(?:客服|agent)⟫")
_FEWEST = 2
_OTHER = "other"
"""What the shipped intents call a text that belongs to none of them."""
TASKS = ("intent", "multi", "emotion", "reject")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the predictions."""
    options = _options(arguments)
    with refusing():
        check_target(options.predictions, options.train, options.test)
        train, test = read_pair(options.train, options.test, several=options.task == "multi")
        _check_size(options, train)
    if options.shipped and options.task in ("intent", "multi"):
        train, test = (rows.named_nowhere(_OTHER) for rows in (train, test))
    _tell_strange_labels(options, train, test)
    _measure(options, train, test)


def _check_size(options: argparse.Namespace, train: Rows) -> None:
    if not options.shipped and len(train) < _FEWEST:
        raise InputError(
            f"{options.train} leaves {len(train)} row to learn from; give {_FEWEST} at least, or measure "
            "the weights in the repository with --shipped."
        )


def _tell_strange_labels(options: argparse.Namespace, train: Rows, test: Rows) -> None:
    """Say so where no label that is measured can ever be answered."""
    known = _shipped_labels(options.task) if options.shipped else train.names
    if test.names and not test.names & known:
        example = ", ".join(sorted(test.names)[:3])[:80]
        source = "the shipped weights know" if options.shipped else f"{options.train} teaches"
        note(
            f"No label of {options.test} ({example}) is one that {source} "
            f"({', '.join(sorted(known)[:3])[:80]}, ...): nothing can be told right."
        )


def _shipped_labels(task: str) -> frozenset[str]:
    return frozenset(emotion.LABELS if task == "emotion" else intents.LABELS)


def _measure(options: argparse.Namespace, train: Rows, test: Rows) -> None:
    began = time.perf_counter()
    if options.shipped:
        answers = read_shipped(options.task, test.texts, test.before)
    else:
        answers = learn_and_read(options.task, train, test)
    seconds = time.perf_counter() - began
    if options.predictions:
        write_predictions(options.predictions, options.task, answers)
    found = {"ours": score(options.task, answers, test)}
    for name, baseline in BASELINES.items():
        found[name] = score(options.task, baseline(train, test.texts), test)
    _report(options, train, test, found, seconds)


def learn_and_read(task: str, train: Rows, test: Rows) -> list[Answer]:
    """Train the task's method on the training rows and answer the test texts."""
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task(f"training on {len(train)} texts", total=None)

        def start(passes: int) -> None:
            progress.update(bar, total=passes)

        return read_all(_learn(task, train, start, lambda: progress.advance(bar)), test.texts)


def _learn(
    task: str, train: Rows, on_start: Callable[[int], None], on_pass: Callable[[], None]
) -> Reader:
    if task == "multi":
        sets = [
            (label,) if isinstance(label, str) else label or (NOWHERE,) for label in train.labels
        ]
        return train_several(train.texts, sets, on_start=on_start, on_pass=on_pass)
    names = [label if isinstance(label, str) else NOWHERE for label in train.labels]
    if task == "emotion":
        on_start(fit_recipe(CUED, len(train), len(set(names))).passes)
        return train_moods(train.texts, names, on_pass=on_pass, sarcastic=train.sarcastic)
    if task == "reject" and NOWHERE in names:
        return train_rejecting(train.texts, names, on_start=on_start, on_pass=on_pass)
    return train_one(train.texts, names, on_start=on_start, on_pass=on_pass)


def read_shipped(task: str, texts: Sequence[str], before: Sequence[str] = ()) -> list[Answer]:
    """The answers of the weights in the repository; for `intent` the likeliest, sure or not.

    `before` says of each text what came just before it, where a file has that.
    """
    if task == "emotion":
        moods = EmotionReader()
        read = [moods.read(text) for text in texts]
        return [Answer((mood.emotion,), mood.confidence) for mood in read]
    if task == "intent":
        after = _AfterReader(IntentReader())
        return [
            after.read(text, said)
            for text, said in zip(texts, before or [""] * len(texts), strict=True)
        ]
    reader = IntentReader()
    answers = []
    for text in texts:
        wish = reader.read(text, read_features(text))
        is_rejected = task == "reject" and (wish.is_unsure or wish.intent == "other")
        labels = wish.intents if task == "multi" else (wish.intent,)
        answers.append(Answer(() if is_rejected else labels, wish.confidence))
    return answers


class _AfterReader:
    """Reads a turn after what was said before it, which may be nothing."""

    def __init__(self, intents: IntentReader) -> None:
        self._intents = intents

    def read(self, text: str, before: str) -> Answer:
        """The likeliest intent, as the gateway weighs it within a talk."""
        first, *rest = _MARK.split(before, maxsplit=1)
        user, agent = (first, rest[0]) if rest else ("", first)
        said = [
            Before(whose, spell_message(told, is_customers=whose))
            for whose, told in ((True, user), (False, agent))
        ]
        label, chance = self._intents.likeliest(
            read_glance(text), user=self._hear(user), agent=self._hear(agent),
            talk=[each for each in reversed(said) if each.text],
        )  # fmt: skip
        return Answer((label,), chance)

    def _hear(self, text: str) -> Said | None:
        return self._intents.hear(read_glance(text.strip())) if text.strip() else None


def write_predictions(path: Path, task: str, answers: Sequence[Answer]) -> None:
    """One JSON object for each test row, in order."""
    with path.open("w", encoding="utf-8") as out:
        for answer in answers:
            said = list(name_places(answer.labels)) if task == "multi" else as_label(answer, task)
            row = {"prediction": said, "confidence": round(answer.confidence, 6)}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _report(
    options: argparse.Namespace,
    train: Rows,
    test: Rows,
    found: dict[str, dict[str, Score]],
    seconds: float,
) -> None:
    measures = list(found["ours"])
    rows = [
        [name, *(str(scores[measure]) for measure in measures)] for name, scores in found.items()
    ]
    how = "shipped weights" if options.shipped else f"trained on {len(train)}"
    title = (
        f"{options.task}: {options.test.name}, {len(test)} test rows, {how} (percent ± deviation)"
    )
    shared = count_shared(train, test)
    if shared:
        note(f"{shared} of {len(test)} test rows have a text that is among the training rows too.")
    result = {
        "bench": "understanding", "task": options.task, "test": options.test.name,
        "train_rows": len(train), "test_rows": len(test), "shared_texts": shared,
        "shipped": options.shipped, "seconds": round(seconds, 1),
        **{
            name: {measure: _numbers(value) for measure, value in scores.items()}
            for name, scores in found.items()
        },
    }  # fmt: skip
    print_report(title, ["method", *measures], rows, result)


def _numbers(value: Score) -> list[float | None]:
    pair = (value.value, value.deviation)
    return [None if number != number else round(number, 4) for number in pair]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.understanding", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--task", choices=TASKS, required=True)
    parser.add_argument("--train", type=Path, required=True, help="rows to learn from")
    parser.add_argument("--test", type=Path, required=True, help="rows to measure on")
    parser.add_argument("--predictions", type=Path, help="write one JSON object for each test row")
    parser.add_argument("--shipped", action="store_true", help="measure the weights in the repo")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
