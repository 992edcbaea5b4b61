"""Signals of a whole conversation."""

from __future__ import annotations

import pytest

from local_models.classifiers.conversation import is_escalation, is_reask, mood_trend
from local_models.classifiers.features import read_features


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "叫你们经理出来",
        "我要打12315",
        "let me speak to a manager",
        "i will sue you",
        "不解决我就去消协投诉",
    ],
)
def test_asking_for_a_person_or_threatening_is_escalation(text: str) -> None:
    assert is_escalation(text)


@pytest.mark.parametrize(
    "text", ["退款多久到", "谢谢你", "不用转人工了", "where is my order", "经理推荐的款式"]
)
def test_ordinary_turns_are_not_escalation(text: str) -> None:
    assert not is_escalation(text)


def test_the_same_question_again_is_a_reask_even_when_reworded_a_little() -> None:
    before = [read_features("我的退款什么时候到账")]
    assert is_reask(read_features("我的退款到底什么时候到账啊"), before)
    assert not is_reask(read_features("发票可以开吗"), before)


def test_short_acknowledgements_never_count_as_asked_again() -> None:
    assert not is_reask(read_features("好的"), [read_features("好的")])


def test_the_mood_falls_rises_or_stays() -> None:
    assert mood_trend([]) == mood_trend([-1.0]) == 0.0
    assert mood_trend([0.0, 0.0, -0.9]) < -0.3
    assert mood_trend([-0.9, -0.8, 0.5]) > 0.3
    assert mood_trend([0.2, 0.2]) == 0.0
    assert -1.0 <= mood_trend([1.0, -1.0]) <= 1.0
