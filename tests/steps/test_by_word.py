"""Turns read by the words of their talk, in the gateway's own reading, and the setting that leaves it out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from local_models.classifiers.intents import WEIGHTS
from policies.signals import Signals
from providers.messages import ChatRequest, Message
from router.settings import UnderstandingEntry
from router.steps.understanding import Understanding
from router.wiring import open_understanding

TALK = ("帮我开发票", "A:请问是个人还是单位呢", "单位", "A:请提供一下税号", "还要多久")


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return open_understanding(UnderstandingEntry())


def ask(*said: str) -> ChatRequest:
    messages = tuple(
        Message(
            role="assistant" if text.startswith("A:") else "user", content=text.removeprefix("A:")
        )
        for text in said
    )
    return ChatRequest(model="auto", messages=messages)


def tell(signals: Signals) -> tuple[str, bool]:
    return signals.intent, signals.intent_from_context


def test_a_turn_is_read_by_the_words_of_its_talk_unless_that_is_left_out(
    understanding: Understanding,
) -> None:
    assert tell(understanding.read(ask(*TALK))) == ("invoice", True)
    without = open_understanding(UnderstandingEntry(by_word=False))
    confidences = [reader.read(ask(*TALK)).intent_confidence for reader in (understanding, without)]
    assert confidences[0] != confidences[1]


def test_the_words_are_not_asked_where_the_heads_are_sure_within_the_talk(
    understanding: Understanding,
) -> None:
    talk = (*TALK[:-1], "公司的")
    without = open_understanding(UnderstandingEntry(by_word=False))
    read, plain = understanding.read(ask(*talk)), without.read(ask(*talk))
    assert tell(read) == tell(plain) == ("invoice", True)
    assert read.intent_confidence == plain.intent_confidence >= 0.9


def test_heads_of_ones_own_keep_the_setting(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "intent.npz", tmp_path)
    with_words, without = (
        open_understanding(UnderstandingEntry(weights=str(tmp_path), by_word=by_word))
        for by_word in (True, False)
    )
    assert (
        with_words.read(ask(*TALK)).intent_confidence != without.read(ask(*TALK)).intent_confidence
    )


def test_a_message_by_itself_has_its_intent_from_nothing_before(
    understanding: Understanding,
) -> None:
    for text in ("发你了", "这要自己出钱不", "two of them"):
        assert not understanding.read(ask(text)).intent_from_context


@pytest.mark.parametrize("said", [("", "在吗"), ("A:您好", "在吗"), ("在吗", "A:", "")])
def test_empty_messages_and_greetings_are_read(
    understanding: Understanding, said: tuple[str, ...]
) -> None:
    assert understanding.read(ask(*said)).intent in ("smalltalk", "other")
