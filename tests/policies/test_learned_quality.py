"""What was learned of models counts before their cards, in every decision that asks for quality."""

from __future__ import annotations

import pytest

from policies.checking import check_policy
from policies.consulting import consult
from policies.engine import decide
from policies.facts import Facts
from policies.loader import parse_policy
from policies.roster import Roster
from policies.scoring import expect_learned, expect_quality
from policies.signals import Caller, Signals
from router.storage.entries import decode_signals, encode_signals
from tests.policies.worlds import AROUND, plan, sold_models

BEST = """
name: best
pools: {all: {objective: best, models: [gpt-6-luna, gpt-6-sol]}}
default: {use: all}
"""
FLOOR = "name: x\npools: {a: {quality_floor: 0.7, models: [gpt-6-luna]}}\ndefault: {use: a}\nfallbacks: [gpt-6-sol]"
LEARNED = Signals(difficulty=0.4, learned_odds={"gpt-6-luna": 3.0}, learned_slope=1.0)


def test_a_model_that_was_taught_goes_by_its_own_odds_and_slope_the_others_by_their_cards() -> None:
    roster, policy = Roster(sold_models()), parse_policy(BEST)
    found = roster.expect_on(policy.weighed, LEARNED)
    assert found == {
        "gpt-6-luna": expect_learned(3.0, 1.0, 0.4),
        "gpt-6-sol": expect_quality(0.92, 0.4),
    }
    assert expect_learned(0.0, 2.0, 0.5) == 0.5 and expect_learned(0.0, 2.0, 0.9) < 0.5
    facts = Facts(LEARNED, Caller(), AROUND, roster)
    assert {name: facts.quality_of(name) for name in found} == found
    # Nothing learned of these models: what is remembered for all requests is given.
    stranger = Signals(difficulty=0.4, learned_odds={"somebody": 3.0})
    assert roster.expect_on(policy.weighed, stranger) is roster.expect(policy.weighed, 0.4)


def test_what_was_learned_changes_who_is_best_request_by_request_and_says_so() -> None:
    roster, policy = Roster(sold_models()), parse_policy(BEST)
    for odds, first in ((-1.0, "gpt-6-sol"), (5.0, "gpt-6-luna"), (-1.0, "gpt-6-sol")):
        signals = Signals(difficulty=0.4, learned_odds={"gpt-6-luna": odds}, learned_slope=1.0)
        made = [
            decide(policy, each, Caller(), roster, AROUND)
            for each in (
                signals,
                Signals(
                    difficulty=0.4, learned_odds=signals.learned_odds, learned_slope=1.0,
                    expected_quality=roster.expect_on(policy.weighed, signals),
                ),
            )
        ]  # fmt: skip
        assert made[0] == made[1]
        assert made[0].primary.model == first
        why = {each.model: each.why for each in (made[0].primary, *made[0].fallbacks)}
        assert (
            why["gpt-6-luna"] == f"expected quality {expect_learned(odds, 1.0, 0.4):.2f}, learned"
        )
        assert why["gpt-6-sol"].endswith(f"{expect_quality(0.92, 0.4):.2f}")


def test_a_floor_goes_by_what_was_learned() -> None:
    hard = Signals(difficulty=0.9)
    assert plan(FLOOR, hard).models == ("gpt-6-sol",)
    able = Signals(difficulty=0.9, learned_odds={"gpt-6-luna": 2.0}, learned_slope=0.5)
    assert plan(FLOOR, able).models == ("gpt-6-luna", "gpt-6-sol")
    poor = Signals(difficulty=0.1, learned_odds={"gpt-6-luna": -2.0})
    assert plan(FLOOR, poor).rejected[0].why == (
        "expected quality 0.12, learned, is below pool 'a' floor 0.70"
    )


def test_an_errand_goes_by_cards_since_its_text_is_another() -> None:
    text = """
name: x
dispatcher: {use: reading, when: {turns: at least 1}}
pools: {reading: {quality_floor: 0.6, models: [gpt-6-luna]}, a: {models: [gpt-6-sol]}}
default: {use: a}
"""
    poor = Signals(learned_odds={"gpt-6-luna": -4.0})
    asked = consult(parse_policy(text), poor, Caller(), sold_models(), AROUND)
    assert asked is not None and asked.plan is not None


def test_a_row_of_the_ledger_is_decided_on_as_the_request_was() -> None:
    past = decode_signals(encode_signals(LEARNED))
    assert past == LEARNED
    assert plan(BEST, past) == plan(BEST, LEARNED)
    assert plan(BEST, past).primary.model == "gpt-6-luna"


@pytest.mark.parametrize("taught", [(), ("gpt-6-luna",)])
def test_a_floor_above_the_card_is_in_reach_of_a_model_that_was_taught(
    taught: tuple[str, ...],
) -> None:
    policy = parse_policy(FLOOR.replace("0.7", "0.9"))
    codes = {each.code for each in check_policy(policy, sold_models(), taught=taught)}
    assert ("too-low" in codes) is not bool(taught)


def test_what_was_learned_of_a_model_that_nobody_has_is_told() -> None:
    found = check_policy(parse_policy(BEST), sold_models(), taught=("gpt-6-lnua", "gpt-6-sol"))
    said = [str(each) for each in found if each.code == "unknown-model"]
    assert said == [
        "warning: quality.npz was taught of 'gpt-6-lnua', and no model is called so. "
        "Did you mean 'gpt-6-luna'?"
    ]
