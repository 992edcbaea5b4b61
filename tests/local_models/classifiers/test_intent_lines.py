"""The project's own labelled turns, which the shipped intent heads learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from local_models.classifiers.data.compose import Line, compose, compose_several
from local_models.classifiers.features import read_features
from local_models.classifiers.intents import LABELS
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import read_lines, read_turns
from local_models.classifiers.train_shipped import Job, intent_job, train_job
from local_models.classifiers.training import Recipe, one_hot

Reader = Callable[[str], list[Line]]


def everything() -> list[Line]:
    return [
        line
        for read in (read_lines, read_turns)
        for language in ("zh", "en")
        for line in read(language)
    ]


@pytest.mark.parametrize("read", [read_lines, read_turns])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_has_text_and_known_labels(read: Reader, language: str) -> None:
    lines = read(language)
    assert lines
    for line in lines:
        assert line.text == line.text.strip() != ""
        assert line.intents and set(line.intents) <= set(LABELS), line.text


def test_no_text_has_two_labels() -> None:
    labels: dict[str, set[tuple[str, ...]]] = {}
    for line in everything():
        labels.setdefault(line.text, set()).add(line.intents)
    assert [text for text, held in labels.items() if len(held) > 1] == []


def test_every_label_has_turns_in_both_languages() -> None:
    for language in ("zh", "en"):
        held = {line.intents[0] for line in read_turns(language)}
        assert held == set(LABELS)


def test_dressing_keeps_labels_and_is_the_same_each_time() -> None:
    lines = read_turns("zh")[:50]
    made = compose(lines, per_line=2)
    assert made == compose(lines, per_line=2)
    assert len(made) == 150
    labels = {line.text: line.intents for line in lines}
    assert all(labels[line.origin or line.text] == line.intents for line in made)


def test_several_wishes_are_made_of_lines_long_enough_to_stand_beside_another() -> None:
    lines = [Line("退", ("refund",)), Line("催一下", ("urge",)), Line("发票开错了", ("invoice",)),
             Line("什么时候发货", ("logistics",)), Line("地址要改成公司", ("order_modify",))]  # fmt: skip
    made = compose_several(lines, count=20)
    assert {intent for line in made for intent in line.intents} == {
        "invoice",
        "logistics",
        "order_modify",
    }


def test_a_turn_that_wants_nothing_weighs_more_than_one_that_does() -> None:
    job = intent_job(None)
    assert job.importance is not None
    assert len(job.importance) == len(job.texts) == len(job.targets)
    other = job.targets[:, LABELS.index("other")] > 0
    assert job.importance[other].min() > job.importance[~other].max()


def test_a_head_keeps_the_ngrams_that_weigh_most_and_reads_as_before() -> None:
    lines = [line for line in read_turns("zh") if line.intents in (("refund",), ("invoice",))][:400]
    labels = ("refund", "invoice")
    targets = one_hot([line.intents[0] for line in lines], labels)
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=15), networks=1, held_out=0.0)
    job = Job([line.text for line in lines], targets, labels, recipe)
    whole = train_job(job)
    half = train_job(replace(job, most_rows=len(whole.keys) // 2))
    assert len(half.keys) == len(half.idf) == len(whole.keys) // 2
    assert np.isin(half.keys, whole.keys).all() and (np.diff(half.keys.astype(int)) > 0).all()
    texts = [read_features(text) for text in job.texts]
    same = [half.read(text).label == whole.read(text).label for text in texts]
    assert np.mean(same) > 0.95
