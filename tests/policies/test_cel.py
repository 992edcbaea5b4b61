"""CEL expressions: what is unknown decides nothing, and what can never be true is refused."""

from __future__ import annotations

import datetime
import random
from decimal import Decimal

import msgspec
import pytest
from pydantic import ValidationError

from policies.conditions import Cel
from policies.errors import PolicyFileError
from policies.expected import expect_at
from policies.expression_check import check_cel
from policies.expression_logic import FIGURES, is_never_true
from policies.expressions import compile_cel, split_tokens
from policies.facts import Facts
from policies.loader import parse_policy
from policies.schema import OWN_INTENTS, ConditionDoc
from policies.signals import INTENTS, Caller, Signals, Surroundings
from tests.policies.worlds import AROUND


def ask(expression: str, budget: str | None = None, longest: int | None = None) -> tuple[bool, str]:
    check_cel(expression)
    left = None if budget is None else Decimal(budget)
    around = msgspec.structs.replace(AROUND, budget_left_usd=left)
    facts = Facts(Signals(max_output_tokens=longest), Caller(), around)
    return tuple(Cel(expression, compile_cel(expression)).check(facts))


def test_a_caller_without_a_budget_is_not_one_whose_budget_is_spent() -> None:
    poor = "budget_left_usd < 0.5"
    assert ask(poor, budget="0.1")[0] and not ask(poor, budget="3")[0]
    holds, why = ask(poor)
    assert not holds and why.endswith("not computable here (budget_left_usd is unknown)")
    assert not ask("budget_left_usd == 0.0")[0] and not ask("budget_left_usd >= 0.0")[0]
    assert ask("has_budget && budget_left_usd < 0.5", budget="0.1")[0]
    assert not ask("has_budget && budget_left_usd < 0.5")[0]
    assert ask("!has_budget || budget_left_usd > 5.0")[0]


def test_an_answer_whose_length_was_not_asked_for_is_neither_short_nor_long() -> None:
    assert ask("max_output_tokens < 100", longest=50)[0]
    for expression in ("max_output_tokens < 100", "max_output_tokens >= 0"):
        holds, why = ask(expression)
        assert not holds and "max_output_tokens is unknown" in why


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("weekday == 0", "compares weekday with 0, so it is never true: it is a whole number from 1 to 7 (Monday is 1, Sunday 7). Write 7 if you mean Sunday"),
        ("0 == weekday", "Write 7 if you mean Sunday"),
        ("weekday in [0, 6]", "compares weekday with 0: it is a whole number from 1 to 7"),
        ("weekday != 0", "never false"),
        ("!(weekday == 8)", "never true"),
        ("hour == 25", "a whole number from 0 to 23"),
        ("hour >= 24", "a whole number from 0 to 23"),
        ("difficulty > 1.0", "a number from 0 to 1"),
        ("emotion_trend < -1.0", "a number from -1 to 1"),
        ("turns < 1", "a whole number, 1 or more"),
        ("1 > turns", "a whole number, 1 or more"),
        ("tokens < 0", "a whole number, 0 or more"),
        ("tokens < 0 || code", "a whole number, 0 or more"),
        ("code ? turns < 1 : math", "a whole number, 1 or more"),
        ("confidence >= 80.0", "Write 0.8 if you mean 80 %"),
        ("confidence < 80.0", "so it is never false: it is a number from 0 to 1. Write 0.8 if you"),
        ("size(intents) < 0", "compares size(intents) with 0, so it is never true"),
        ("intents.size() < 0", "a whole number, 0 or more"),
        ("tokens > 100 && tokens < 50", "is never true: its parts contradict each other. Write ||"),
        ("tokens > 7 && tokens < 8", "contradict"),
        ("language == 'zh' && language == 'en'", "contradict"),
        ("language == 'zh' && (language in ['en', 'other'] || language == 'mixed')", "contradict"),
        ("metadata.app == 'web' && metadata.app == 'ios'", "contradict"),
        ("weekday == 6 && weekday == 7", "contradict"),
        ("weekday == 6 && (weekday < 3 && code)", "contradict"),
        ("code && !code", "contradict"),
        ("code == true && code != true", "contradict"),
        ("intent == 'refund' && !('refund' in intents)", "contradict"),
        ("user.startsWith('a') && !(user.startsWith('a'))", "contradict"),
        ("false && tokens > 1", "contradict"),
        ("int(metadata.age) > 17 && int(metadata.age) < 12", "contradict"),
    ],
)  # fmt: skip
def test_an_expression_that_can_never_be_true_is_refused(expression: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_cel(expression)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "expression",
    [
        "weekday > 0 && weekday < 6", "hour >= 22 && hour < 24 || hour < 6", "weekday >= 6", "turns >= 1", "tokens >= 0",
        "difficulty <= 1.0", "confidence == 0.0", "size(intents) == 0", "load * 100.0 > 80.0", "turns > 2 || turns < 2",
        "budget_left_usd < 0.0", "budget_left_usd > 1.0 && !(budget_left_usd > 2.0)", "tokens > 5 && tokens < 7",
        "tier == 'a*b' && tier != 'a'", "user == 'a' || user == 'b'", "'refund' in intents && 'urge' in intents",
        "code && (math || !code)", "weekday == 7 ? hour > 5 : hour < 5", "order_number == '' && tier in ['vip', 'gold']",
        "tokens - 10 < 0", "user == 'a' && metadata.user == 'b'", "intents[0] == 'refund' && intents[1] == 'urge'",
        "has_budget && budget_left_usd < 0.5", "expected_quality['gpt-6-sol'] > 0.8 && code", "!code == math",
    ],
)  # fmt: skip
def test_an_expression_that_some_request_meets_is_taken(expression: str) -> None:
    check_cel(expression)


def test_numbers_in_an_expression_are_those_of_the_condition_of_that_name() -> None:
    for name in FIGURES.keys() - {"hour", "weekday"}:
        expected = expect_at(ConditionDoc, (name,))
        assert expected is not None and expected.limit("domain") == FIGURES[name]


@pytest.mark.parametrize(
    ("expression", "mend"),
    [
        ("metadata.reports > 3", "int(metadata.reports) > 3"),
        ("3 <= metadata.reports", "3 <= int(metadata.reports)"),
        ("metadata['a b'] + 1 > 3", "int(metadata['a b']) + 1 > 3"),
        ("metadata.score > 0.5", "double(metadata.score) > 0.5"),
        ("code && order_number >= 100", "int(order_number) >= 100"),
        ("slots.amount[0] > 100", "int(slots.amount[0]) > 100"),
        ("tokens > '1000'", "tokens > 1000"),
        ("size(tier) > '2'", "size(tier) > 2"),
        ("difficulty * 2 > 1.0", "difficulty * 2.0 > 1.0"),
        ("!(metadata.age < 18)", "int(metadata.age) < 18"),
    ],
)
def test_what_mixes_types_is_told_as_it_is_to_be_written(expression: str, mend: str) -> None:
    with pytest.raises(ValueError, match="mixes types") as caught:
        check_cel(expression)
    assert str(caught.value).endswith(f"Write `{mend}`")
    check_cel(mend)


def test_what_no_mend_helps_is_told_what_could() -> None:
    with pytest.raises(ValueError, match=r"Change one into the other with int\(x\)"):
        check_cel("intents + 1 > 2")
    with pytest.raises(ValueError, match=r"such as `metadata\.reports == '3'`"):
        check_cel("metadata.reports == 3")


def test_the_mend_of_an_expression_is_followed_by_no_example_of_another() -> None:
    text = "name: p\npools: {a: {models: [x]}}\nrules: [{name: r, when: {cel: metadata.reports > 3}, use: a}]\ndefault: {use: a}"
    with pytest.raises(PolicyFileError) as caught:
        parse_policy(text)
    assert caught.value.findings[0].mend == "Write `int(metadata.reports) > 3`."


@pytest.mark.parametrize("own", [(), ("card_lost",)])
def test_an_intent_that_is_not_known_may_be_one_s_own(own: tuple[str, ...]) -> None:
    context = {OWN_INTENTS: (*INTENTS, *own)}
    for given in ({"intent": "refnud"}, {"intents": ["loan"]}, {"cel": "intent == 'loan'"}):
        with pytest.raises(ValidationError) as caught:
            ConditionDoc.model_validate(given, context=context)
        told = caught.value.errors()[0]["msg"]
        assert ("--config" in told) is not bool(own)
        assert "Did you mean 'refund'" in told or told.count("account") == 1


ATOMS = (
    "tokens > 5", "tokens < 5", "tokens == 5", "tokens != 6", "turns in [1, 3]", "2 > turns", "code", "math == false", "code != math",
    "language == 'zh'", "language != 'en'", "language in ['en', 'other']", "intent == 'refund'", "'refund' in intents", "tier == 'vip'",
    "tier in ['vip', 'gold']", "budget_left_usd < 1.0", "has_budget", "weekday >= 6", "weekday == 5", "size(intents) > 1", "true", "metadata.a == 'x'",
)  # fmt: skip


def write(chance: random.Random, depth: int = 0) -> str:
    kind = chance.choice(("atom", "and", "and", "or", "not")) if depth < 3 else "atom"
    if kind == "atom":
        return chance.choice(ATOMS)
    if kind == "not":
        return f"!({write(chance, depth + 1)})"
    sign = " && " if kind == "and" else " || "
    return f"({sign.join(write(chance, depth + 1) for _ in range(chance.randint(2, 3)))})"


def make_facts(chance: random.Random) -> Facts:
    intents = chance.choice((("refund",), ("urge", "refund"), ("urge",)))
    turns = chance.choice((1, 1, 2, 3, 4))
    signals = Signals(
        intent=intents[0], intents=intents, prompt_tokens=max(4 * turns, chance.randint(3, 7)), turns=turns,
        has_code=chance.random() < 0.5, has_math=chance.random() < 0.5, language=chance.choice(("zh", "en", "mixed", "other", "none")),
    )  # fmt: skip
    metadata = chance.choice(({}, {"a": "x"}, {"a": "y"}))
    caller = Caller(tier=chance.choice(("vip", "gold", "standard")), metadata=metadata)
    budget = chance.choice((None, Decimal("0.5"), Decimal(5)))
    now = AROUND.now + datetime.timedelta(days=chance.randint(0, 6))
    return Facts(signals, caller, Surroundings(now=now, budget_left_usd=budget))


def test_what_is_called_never_true_is_true_of_no_request() -> None:
    chance = random.Random(7)
    worlds = [make_facts(chance) for _ in range(150)]
    dead = 0
    for _ in range(400):
        expression = write(chance)
        if is_never_true(expression, split_tokens(expression)):
            dead += 1
            asked = Cel(expression, compile_cel(expression))
            assert not any(asked.holds(each) for each in worlds), expression
    assert dead > 20
