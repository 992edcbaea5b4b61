"""Why the earlier rules of a past decision did not hold, as far as its row can tell."""

from __future__ import annotations

from msgspec.structs import replace

from policies.decision import Reason
from policies.engine import decide
from policies.hindsight import retell
from policies.loader import parse_policy
from policies.signals import Caller, Signals, Surroundings
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
