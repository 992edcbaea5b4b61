"""The project's own labelled turns, which the shipped intent heads learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from local_models.classifiers.data.compose import (
    Line,
    compose,
    compose_emptiness,
    compose_several,
)
from local_models.classifiers.features import read_features
from local_models.classifiers.intents import LABELS
from local_models.classifiers.network import Schedule
from local_models.classifiers.shipped_data import (
    read_fragments,
    read_lines,
    read_places,
    read_turns,
)
from local_models.classifiers.train_shipped import Job, intent_job, train_job
from local_models.classifiers.training import (
    Recipe,
    find_weightiest,
    keep_rows,
    one_hot,
    shared_hot,
    train_head,
)

Reader = Callable[[str], list[Line]]


def everything() -> list[Line]:
    return [
        line
        for read in (read_lines, read_turns, read_fragments, read_places)
        for language in ("zh", "en")
        for line in read(language)
    ]


@pytest.mark.parametrize("read", [read_lines, read_turns, read_fragments, read_places])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_has_text_and_known_labels(read: Reader, language: str) -> None:
    lines = read(language)
    assert lines
    for line in lines:
        assert line.text == line.text.strip() != ""
        assert line.intents and set(line.intents) <= set(LABELS), line.text
        assert line.second in ("", *LABELS) and line.second not in line.intents, line.text
        assert not line.second or len(line.intents) == 1, line.text


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
    job = intent_job([])
    assert job.importance is not None
    assert len(job.importance) == len(job.texts) == len(job.targets)
    other = job.targets.argmax(1) == LABELS.index("other")
    assert job.importance[other].min() > job.importance[~other].max()


def test_a_label_that_is_just_as_fair_gets_a_share_of_the_target() -> None:
    targets = shared_hot(["refund", "urge"], ["payment", ""], LABELS, 0.25)
    assert targets.sum(1) == pytest.approx([1.0, 1.0])
    assert targets[0, LABELS.index("payment")] == pytest.approx(0.25)
    assert targets[1, LABELS.index("urge")] == 1.0
    job = intent_job([])
    assert 0.5 < job.targets.max(1).min() < 1.0 == job.targets.max()


def test_what_names_an_order_or_a_thing_and_nothing_else_asks_about_it() -> None:
    made = compose_emptiness(200)
    assert made == compose_emptiness(200)
    assert {line.intents[0] for line in made} == {"order_query", "product_consult", "other"}
    for line in made:
        is_order = "订单" in line.text or "ORDER" in line.text
        assert (line.intents[0] == "order_query") == is_order, line.text


def test_a_greeting_stays_one_however_it_is_dressed() -> None:
    made = compose([Line("谢谢", ("smalltalk",)), Line("好的呢", ("smalltalk",))], per_line=40)
    assert not any("怎么" in line.text.split("谢谢")[-1] for line in made)


def test_what_makes_up_a_whole_turn_is_kept_before_what_stands_in_sentences() -> None:
    fillers = [
        f"{thing}{ask}"
        for thing in "甲乙丙丁戊己庚辛"
        for ask in ("多久能退回来啊", "开发票要几天呢")
    ]
    texts = [*fillers, "嗯", "在"]
    names = [*(["refund", "invoice"] * 8), "smalltalk", "urge"]
    labels = ("refund", "invoice", "smalltalk", "urge")
    recipe = Recipe(schedule=Schedule(hidden=4, epochs=30), networks=1, min_count=1, held_out=0.0)
    head = train_head(texts, one_hot(names, labels), labels, recipe)
    kept = find_weightiest(head, [read_features(text) for text in texts], 24)
    fewer = keep_rows(head, kept)
    assert len(fewer.keys) == 24 < len(head.keys)
    own = {int(key) for text in ("嗯", "在") for key in read_features(text).hashes}
    assert len(own & {int(key) for key in fewer.keys}) == len(own)


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
