"""The demo model learns from dialogues that keep their promises."""

from __future__ import annotations

import random
import re

import pytest
import yaml

from local_models.demo.chat import END, START, TEMPLATE, pieces
from local_models.demo.conversations import DIALOGUES, Turn, Writer, patterns, written_utterances
from local_models.demo.grammar import expand
from local_models.demo.noise import disturb
from policies.signals import INTENTS


def conversations(count: int) -> list[list[Turn]]:
    writer = Writer(random.Random(1))
    return [writer.conversation() for _ in range(count)]


def test_a_pattern_gives_each_of_its_sentences_and_no_other() -> None:
    rng = random.Random(0)
    said = {expand("{a|b{c|d}}[ x] $n", rng, {"n": lambda: "7"}) for _ in range(300)}
    assert said == {f"{start}{end} 7" for start in ("a", "bc", "bd") for end in ("", " x")}


def test_the_same_seed_writes_the_same_conversations() -> None:
    assert conversations(20) == conversations(20)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_intent_of_the_house_has_words_in_both_languages(language: str) -> None:
    assert set(INTENTS) <= set(patterns(language)["intents"])
    for intent in set(INTENTS) - {"smalltalk", "other"}:
        assert len(written_utterances()[language, intent]) >= 10


def test_no_pattern_is_left_unfilled_and_no_turn_is_empty() -> None:
    for turns in conversations(400):
        for turn in turns:
            assert not re.search(r"\$[a-z]|\{[^{}]*\|", turn.content), turn
        assert all(turn.content for turn in turns if turn.role == "assistant")


def test_an_order_number_or_placeholder_that_the_assistant_names_was_said_before() -> None:
    for turns in conversations(400):
        so_far = ""
        for turn in turns:
            if turn.role == "assistant":
                for named in re.findall(r"<[A-Z]+_\d>|[A-Z-]*\d{5,}", turn.content):
                    assert named in so_far, turn
            so_far += turn.content


def test_haste_never_touches_a_placeholder_or_an_order_number() -> None:
    rng = random.Random(2)
    for _ in range(500):
        assert "<PHONE_1>" in disturb("我的电话是<PHONE_1>，请尽快联系我吧", "zh", rng)
        assert "PM20261234" in disturb("please check the order PM20261234 soon", "en", rng)


def test_only_the_assistants_own_words_are_learnt() -> None:
    turns = [
        Turn("user", "hi"),
        Turn("assistant", "shown", True),
        Turn("user", "hi"),
        Turn("assistant", "learnt"),
    ]
    assert [text for text, is_learnt in pieces(turns) if is_learnt] == [f"learnt{END}"]
    assert "".join(text for text, _ in pieces(turns)).startswith(f"{START}user\nhi{END}\n")
    assert START in TEMPLATE


def test_the_phrasings_that_judge_the_model_are_kept_out_of_its_training() -> None:
    judged = yaml.safe_load((DIALOGUES / "unseen.yaml").read_text(encoding="utf-8"))
    unseen = {row[0].lower() for rows in judged.values() for row in rows}
    written = {text.lower() for texts in written_utterances().values() for text in texts}
    assert not unseen & written
    said = {turn.content.lower() for turns in conversations(2000) for turn in turns}
    assert not unseen & said
