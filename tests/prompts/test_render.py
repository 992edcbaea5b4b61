"""Templates are ours and values are theirs: a value is never read as a template."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.errors import MissingVariableError
from prompts.fewshots import choose
from prompts.library import shipped
from prompts.render import LONGEST_VALUE, fill, render
from prompts.schema import Example, Turn


def test_a_missing_variable_is_named_together_with_what_was_given() -> None:
    with pytest.raises(MissingVariableError, match="'shop' needs company; given: agent"):
        fill("{agent} of {company}", {"agent": "Pat"}, prompt="shop")


def test_a_line_whose_values_are_all_empty_is_left_out() -> None:
    assert (
        fill("a\n- tier: {tier}\n- order: {order}\nb", {"tier": "", "order": "7"}, prompt="p")
        == "a\n- order: 7\nb"
    )


@given(st.text())
def test_no_value_is_interpreted_or_breaks_the_line(value: str) -> None:
    filled = fill("<{a}|{b}>", {"a": "{b}{{7*7}}%s$x", "b": value}, prompt="p")
    assert filled.startswith("<{b}{{7*7}}%s$x|")
    assert len(filled.splitlines()) == 1


def test_a_value_is_cut_at_its_longest() -> None:
    assert len(fill("{a}", {"a": "x" * 999}, prompt="p")) == LONGEST_VALUE


def test_compact_is_much_shorter_and_brings_no_examples() -> None:
    for language in ("zh", "en"):
        prompt = shipped().find("customer-service/upset", language)
        full, compact = render(prompt, {}), render(prompt, {}, size="compact")
        assert len(compact.system) < len(full.system) / 2
        assert full.examples and not compact.examples
        assert full.label == compact.label == f"customer-service/upset@1/{language}#{prompt.digest}"


def test_shipped_prompts_stay_lean() -> None:
    chinese = render(shipped().find("customer-service", "zh"), {}).system
    english = render(shipped().find("customer-service", "en"), {}).system
    assert len(chinese) < 600 and len(english.split()) < 250


def example(user: str, *intents: str) -> Example:
    return Example((Turn("user", user), Turn("assistant", "…")), frozenset(intents))


def test_examples_for_the_intents_come_first_then_those_that_teach_manner() -> None:
    manner, refund, urge = example("m"), example("r", "refund"), example("u", "urge")
    chosen = choose([manner, refund, urge], ("urge", "refund"), most=2)
    assert chosen == (urge, refund)
    assert choose([manner, refund, urge], ("invoice",), most=2) == (manner,)
    assert choose([manner, refund], ("refund",), most=0) == ()
