"""A shipped head that learned a user's rows: new where they speak, what it was where they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from local_models.classifiers.emotion import WEIGHTS as MOODS
from local_models.classifiers.features import read_glance
from local_models.classifiers.head import Head, load_head
from local_models.classifiers.intents import WEIGHTS
from local_models.classifiers.labelled import Row
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.near_shipped import SCHEDULE, open_head, train_near
from local_models.classifiers.own_lines import choose_anchors, choose_controls
from local_models.classifiers.vectors import Vocabulary, to_matrix

QUICK = replace(SCHEDULE, epochs=4)
ROWS = [f"{lead}{wish}" for wish in ("想看下赛程表", "赛程什么时候出", "when is the fixture list out")
        for lead in ("", "你好，", "请问", "hi, ", "麻烦")]  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Head:
    return load_head(WEIGHTS / "intent.npz")


@pytest.fixture(scope="module")
def near(shipped: Head) -> Head:
    anchors = choose_anchors("intent")[::5]
    return train_near(shipped, ROWS, ["promotion"] * len(ROWS), anchors, QUICK, read=read_glance)


def tell(head: Head, text: str) -> str:
    return head.read(read_glance(text)).label


def test_the_user_s_border_is_drawn(shipped: Head, near: Head) -> None:
    assert tell(shipped, "赛程什么时候公布") != "promotion"
    assert tell(near, "赛程什么时候公布") == "promotion"
    assert (near.labels, near.threshold) == (shipped.labels, shipped.threshold)


@pytest.mark.parametrize("at", [0, 1])
def test_what_the_rows_do_not_mention_is_read_as_before_in_both_languages(
    shipped: Head, near: Head, at: int
) -> None:
    rows: tuple[Row, ...] = choose_controls("intent")[at].rows
    same = [tell(shipped, row.text) == tell(near, row.text) for row in rows]
    assert len(rows) >= 300 and np.mean(same) > 0.95


def test_n_grams_that_only_the_rows_hold_are_added(shipped: Head, near: Head) -> None:
    assert set(shipped.keys.tolist()) < set(near.keys.tolist())


def test_a_head_opened_for_training_scores_as_it_did(shipped: Head) -> None:
    vocabulary = Vocabulary(
        shipped.keys, shipped.idf, shipped.view_weights, np.ones(len(shipped.keys), dtype=np.bool_)
    )
    corpus = [read_glance(text) for text in ("退款多久到账", "where is my parcel", "你好")]
    scores = open_head(shipped, vocabulary).scores(to_matrix(corpus, vocabulary))
    assert np.allclose(scores, [shipped.scores(features) for features in corpus], atol=1e-3)


def test_a_row_that_is_only_called_negative_may_be_sarcastic_still() -> None:
    moods = load_head(MOODS)
    mocking = [f"真行，问了{count}天没人理" for count in "一二三四五六七八"]
    calm = [f"第{count}单到了" for count in "一二三四五六七八"]
    near = train_near(
        moods, mocking + calm, ["negative"] * 8 + ["neutral"] * 8, choose_anchors("emotion")[::10],
        QUICK, read=lambda text: read_mood_features(read_glance(text)), told_as={"sarcastic": "negative"},
    )  # fmt: skip
    assert near.read(read_mood_features("真行，问了九天没人理")).label == "sarcastic"


@pytest.mark.parametrize("task", ["intent", "emotion", "difficulty"])
def test_what_is_measured_is_never_learned(task: str) -> None:
    anchors = set(choose_anchors(task))
    measured = [row.text for control in choose_controls(task) for row in control.rows]
    assert measured and anchors
    assert sum(text in anchors for text in measured) / len(measured) < 0.02
