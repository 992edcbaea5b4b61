"""Why the earlier rules of a past decision did not hold, as far as its row can tell."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from policies.decision import Reason
from policies.engine import decide
from policies.hindsight import retell
from policies.loader import parse_policy
from policies.signals import Caller, Signals, Surroundings
from router.storage.entries import decode_signals, encode_signals
from tests.policies.worlds import NOON, make_model

_POLICY = """
name: told
pools: {all: {models: [a]}}
rules:
  - {name: budget, when: {tier: budget, cel: "metadata.app == 'web'"}, use: all}
  - {name: long, when: {cel: tokens > 100 && turns > 1}, use: all}
  - {name: either, when: {any: [{tier: vip}, {metadata: {app: web}}]}, use: all}
  - {name: sure, when: {any: [{not: {load: above 0.5}}, {tier: vip}], language: en}, use: all}
  - {name: poor, when: {budget_left_usd: below 1}, use: all}
  - {name: shaky, when: {health: {of: a, available: false}}, use: all}
default: {use: all}
"""


def _tell() -> dict[str, Reason]:
    policy = parse_policy(_POLICY)
    signals, caller = Signals(prompt_tokens=7, language="zh"), Caller(metadata={"app": "ios"})
    around = Surroundings(now=NOON)
    plan = decide(policy, signals, caller, [make_model("a")], around)
    told = retell(plan, policy, signals, replace(caller, metadata={}), NOON)
    return {each.text: each.below[0] for each in told.reasons if each.text.startswith("rule ")}


def test_a_part_that_the_row_does_not_hold_hides_none_that_it_does() -> None:
    budget = _tell()["rule 'budget'"]
    assert (budget.text, budget.holds) == ("all of", False)
    tier, cel = budget.below
    assert (tier.text, tier.holds) == ("tier is standard, not budget", False)
    assert cel.text.endswith("reads metadata, which the ledger does not keep")
    assert cel.holds is None


def test_an_expression_over_what_the_row_holds_is_computed() -> None:
    assert _tell()["rule 'long'"].text == "CEL tokens > 100 && turns > 1: false"


def test_what_hangs_on_a_lost_part_is_not_said_to_be_known() -> None:
    told = _tell()
    either = told["rule 'either'"]
    assert (either.text, either.holds) == ("any of", None)
    assert either.below[1].text == "asks for metadata, which the ledger does not keep"
    sure = told["rule 'sure'"]
    assert sure.holds is False
    assert {each.text: each.holds for each in sure.below} == {
        "any of": None,
        "language is zh, not en": False,
    }


def test_budget_and_health_are_not_kept() -> None:
    told = _tell()
    assert told["rule 'poor'"].text == "asks for budget_left_usd, which the ledger does not keep"
    assert told["rule 'shaky'"].text == "asks for health, which the ledger does not keep"


def _tell_of_slots(expression: str) -> Reason:
    """What is said of a line that did not hold when the order number was 2026-1."""
    policy = parse_policy(
        f"{{name: t, pools: {{all: {{models: [a]}}}}, default: {{use: all}}, "
        f"rules: [{{name: asks, when: {{cel: {json.dumps(expression)}}}, use: all}}]}}"
    )
    signals = Signals(slots={"order_number": ("2026-1",)})
    plan = decide(policy, signals, Caller(), [make_model("a")], Surroundings(now=NOON))
    kept = decode_signals(encode_signals(signals))
    told = retell(plan, policy, kept, Caller(), NOON)
    return next(each for each in told.reasons if each.text == "rule 'asks'").below[0]


@pytest.mark.parametrize(
    "expression",
    [
        '!slots.order_number[0].startsWith("2026")',
        'slots["order_number"][0] == "1"',
        "size(slots.order_number[0]) > 10",
        'slots.order_number.exists(each, each == "1")',
        'slots.order_number.map(each, each) == ["1"]',
        'has(slots.order_number) && slots.order_number == ["1"]',
        'slots.exists(kind, slots[kind][0] == "1")',
    ],
)
def test_what_a_slot_said_is_not_kept(expression: str) -> None:
    told = _tell_of_slots(expression)
    assert told.text == f"CEL {expression}: reads slots, which the ledger does not keep"
    assert told.holds is None


@pytest.mark.parametrize(
    "expression",
    [
        "!has(slots.order_number)",
        '!("order_number" in slots)',
        "size(slots.order_number) > 1",
        'slots["order_number"].size() > 1',
        "slots.order_number == []",
        "slots == {}",
        "slots.size() > 1",
        'slots.exists(kind, kind == "amount")',
        'metadata.size() == 1 ? false : tier == "slots"',
    ],
)
def test_which_slots_there_were_and_how_many_is_kept(expression: str) -> None:
    told = _tell_of_slots(expression)
    lost = "reads metadata, which the ledger does not keep" if "metadata" in expression else "false"
    assert told.text == f"CEL {expression}: {lost}"
