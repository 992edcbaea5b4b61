"""A model's reading is taken word for word or not at all, and remembered for a while."""

from __future__ import annotations

import json

import msgspec
import pytest

from policies.signals import EMOTIONS, INTENTS, Signals
from prompts.library import shipped
from router.steps.second_opinion import read_answer
from router.steps.second_opinion.memory import Memory, normalise
from router.steps.second_opinion.reading import format_for
from router.steps.second_opinion.step import PROMPT

GOOD = {
    "intent": "refund",
    "intents": ["urge", "refund"],
    "emotion": "negative",
    "intensity": "strong",
    "difficulty": "hard",
}


def test_a_reading_replaces_what_was_read_and_leaves_the_rest() -> None:
    before = Signals(
        is_unsure=True, intent_from_context=True, language="zh", prompt_tokens=9, sarcasm=0.4
    )
    after = read_answer(json.dumps(GOOD)).improve(before, 0.75)
    assert (after.intent, after.intents, after.intent_group) == (
        "refund",
        ("refund", "urge"),
        "handle",
    )
    assert (after.is_unsure, after.intent_confidence, after.read_by) == (False, 0.75, "model")
    assert not after.intent_from_context
    assert (after.emotion, after.emotion_intensity, after.difficulty) == ("negative", 0.8, 0.8)
    assert (after.language, after.prompt_tokens, after.sarcasm) == ("zh", 9, 0.4)


def test_other_goes_with_no_other_intent() -> None:
    mixed = {**GOOD, "intents": ["other", "refund", "urge"]}
    assert read_answer(json.dumps(mixed)).improve(Signals(), 0.7).intents == ("refund", "urge")
    torn = {**GOOD, "intent": "other", "intents": ["other", "account", "refund"]}
    assert read_answer(json.dumps(torn)).improve(Signals(), 0.7).intents == ("other",)


def test_small_talk_yields_to_a_wish_beside_it_as_our_own_reader_has_it() -> None:
    polite = {**GOOD, "intent": "smalltalk", "intents": ["smalltalk", "refund"]}
    after = read_answer(json.dumps(polite)).improve(Signals(), 0.7)
    assert (after.intent, after.intents, after.intent_group) == ("refund", ("refund",), "handle")
    beside = {**GOOD, "intents": ["refund", "smalltalk"]}
    assert read_answer(json.dumps(beside)).improve(Signals(), 0.7).intents == ("refund",)
    alone = {**GOOD, "intent": "smalltalk", "intents": ["other", "smalltalk"]}
    assert read_answer(json.dumps(alone)).improve(Signals(), 0.7).intents == ("smalltalk",)


def test_what_fits_nothing_is_still_unsure_and_neutral_has_no_strength() -> None:
    said = {**GOOD, "intent": "other", "intents": [], "emotion": "neutral"}
    after = read_answer(json.dumps(said)).improve(Signals(), 0.75)
    assert (after.is_unsure, after.intents, after.emotion_intensity) == (True, ("other",), 0.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"intent": "refunds"},
        {"intents": ["refund", "money"]},
        {"emotion": "angry"},
        {"intensity": 0.5},
        {"difficulty": None},
        {"extra": "field"},
    ],
)
def test_a_word_of_its_own_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="No reading"):
        read_answer(json.dumps({**GOOD, **wrong}))


@pytest.mark.parametrize("text", ["", "refund", "```json\n{}\n```", "[]", '{"intent": "refund"}'])
def test_what_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="No reading"):
        read_answer(text)


def test_the_schema_and_both_prompts_name_every_word_that_there_is() -> None:
    form = format_for().json_schema
    assert form is not None
    schema = msgspec.json.decode(bytes(form.schema))  # type: ignore[arg-type]
    assert schema["properties"]["intent"]["enum"] == list(INTENTS)
    assert set(schema["required"]) == set(schema["properties"]) == set(GOOD)
    for language in ("zh", "en"):
        prompt = shipped().find(PROMPT, language)
        assert prompt.language == language
        assert all(word in prompt.text for word in (*INTENTS, *EMOTIONS, *GOOD))


def test_width_case_and_blanks_do_not_make_another_text() -> None:
    assert normalise("  Ｈｅｌｌｏ\n THERE ") == normalise("hello there")
    assert normalise("refund") != normalise("refunds")


def test_readings_grow_old_and_the_longest_unused_goes_first() -> None:
    now = [0.0]
    memory = Memory(2, lambda: now[0])
    reading = read_answer(json.dumps(GOOD))
    memory.keep(("a",), reading)
    memory.keep(("b",), reading)
    assert memory.find(("a",), 10) == reading
    memory.keep(("c",), reading)
    assert memory.find(("b",), 10) is None
    now[0] = 10.0
    assert memory.find(("a",), 10) is None
    assert memory.find(("a",), 0) is None
