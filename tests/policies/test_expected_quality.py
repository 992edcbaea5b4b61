"""What a model is expected to be worth on the very request: its card, moved by the difficulty."""

from __future__ import annotations

import pytest

from policies.checking import check_policy
from policies.engine import decide
from policies.errors import NoCandidateError
from policies.facts import Facts
from policies.hindsight import retell
from policies.loader import load_policy, parse_policy, shipped_policies
from policies.roster import Roster
from policies.scoring import expect_quality
from policies.signals import Caller, Candidate, Signals
from tests.policies.worlds import AROUND, make_model, plan, sold_models

EASY, HARD = Signals(difficulty=0.04), Signals(difficulty=0.96)
GOOD_ENOUGH = """
name: good-enough
pools: {cheap: {models: [gpt-6-luna]}, strong: {objective: best, models: [gpt-6-sol]}}
rules:
  - {name: good-enough, when: {quality: {of: cheap, is: above 0.6}}, use: cheap}
default: {use: strong}
fallbacks: [cheap, strong]
"""
CEL = GOOD_ENOUGH.replace(
    "{quality: {of: cheap, is: above 0.6}}", "{cel: 'expected_quality[\"gpt-6-luna\"] > 0.6'}"
)


def test_a_harder_request_costs_every_model_quality_but_never_changes_their_order() -> None:
    cards = {"strong": 0.95, "middle": 0.8, "weak": 0.5}
    easy, usual, hard = (
        {name: expect_quality(card, level) for name, card in cards.items()}
        for level in (0.05, 0.5, 0.95)
    )
    assert usual == pytest.approx(cards)
    for name in cards:
        assert easy[name] > usual[name] > hard[name]
    assert hard["strong"] > hard["middle"] > hard["weak"]
    assert hard["strong"] - hard["weak"] > easy["strong"] - easy["weak"]


def test_cards_at_the_very_ends_stay_shares() -> None:
    assert 0.0 <= expect_quality(0.0, 0.0) < expect_quality(0.999, 0.0) < 1.0
    assert expect_quality(0.999, 1.0) < expect_quality(1.0, 1.0) < 1.0


@pytest.mark.parametrize("text", [GOOD_ENOUGH, CEL])
def test_a_rule_that_asks_for_quality_tells_easy_requests_from_hard_ones(text: str) -> None:
    easy, hard = plan(text, EASY), plan(text, HARD, thorough=True)
    assert (easy.rule, easy.primary.model) == ("good-enough", "gpt-6-luna")
    assert (hard.rule, hard.primary.model) == ("default", "gpt-6-sol")
    if text == GOOD_ENOUGH:
        assert hard.reasons[0].below[0].text == "expected quality of cheap 0.32 is not above 0.6"
        assert hard.primary.why == "expected quality 0.65"


def test_a_floor_keeps_out_who_is_not_expected_to_be_good_enough_for_this_request() -> None:
    text = (
        "name: x\npools: {a: {quality_floor: 0.7, models: [gpt-6-luna]}, b: {models: [gpt-6-sol]}}"
        "\ndefault: {use: a, fallbacks: [b]}"
    )
    assert plan(text, EASY).models == ("gpt-6-luna", "gpt-6-sol")
    hard = plan(text, HARD)
    assert hard.models == ("gpt-6-sol",)
    assert hard.rejected[0].why == "expected quality 0.32 is below pool 'a' floor 0.70"


def test_what_a_test_says_of_a_model_counts_and_the_others_are_expected_as_usual() -> None:
    signals = Signals(difficulty=0.96, expected_quality={"gpt-6-luna": 0.9})
    assert plan(GOOD_ENOUGH, signals).rule == "good-enough"
    facts = Facts(signals, Caller(), AROUND, Roster(sold_models()))
    assert facts.quality_of("gpt-6-luna") == 0.9
    assert facts.quality_of("gpt-6-sol") == expect_quality(0.92, 0.96)


def test_what_is_remembered_of_an_order_is_told_anew_for_each_difficulty() -> None:
    policy, roster = parse_policy(GOOD_ENOUGH), Roster(sold_models())

    def told(difficulty: float) -> tuple[float, str]:
        signals = Signals(difficulty=difficulty)
        filled = Signals(
            difficulty=difficulty, expected_quality=roster.expect(policy.weighed, difficulty)
        )
        made = [decide(policy, each, Caller(), roster, AROUND) for each in (signals, filled)]
        assert made[0] == made[1]
        return made[0].primary.score, made[0].primary.why

    first = told(0.96)
    assert told(0.9) != first
    assert told(0.96) == first == (expect_quality(0.92, 0.96), "expected quality 0.65")


def test_a_roster_expects_of_the_models_that_a_policy_names_and_of_those_in_the_house() -> None:
    text = GOOD_ENOUGH.replace("models: [gpt-6-luna]", "models: [gpt-6-luna, any-local]")
    policy, roster = parse_policy(text), Roster(sold_models("openai"))
    found = roster.expect(policy.weighed, 0.9)
    assert dict(found) == {
        name: expect_quality(roster[name].quality, 0.9)
        for name in ("gpt-6-luna", "gpt-6-sol", "pointsman-demo")
    }
    assert roster.expect(policy.weighed, 0.9) is found
    assert roster.expect(("gpt-6-sol",), 0.9).keys() == {"gpt-6-sol"}


def test_a_model_that_is_asked_something_else_than_the_request_counts_by_its_card() -> None:
    text = """
name: x
dispatcher: {use: reading, when: {turns: at least 1}}
pools: {reading: {quality_floor: 0.6, models: [gpt-6-luna]}, a: {models: [gpt-6-sol]}}
default: {use: a}
"""
    from policies.consulting import consult

    for signals in (EASY, HARD):
        asked = consult(parse_policy(text), signals, Caller(), sold_models(), AROUND)
        assert asked is not None and asked.plan is not None
        assert asked.plan.primary.model == "gpt-6-luna"
    demo = text.replace("[gpt-6-luna]", "[pointsman-demo]").replace("0.6", "0.5")
    asked = consult(parse_policy(demo), EASY, Caller(), sold_models(), AROUND)
    assert asked is not None and asked.plan is None


def test_a_past_decision_says_what_was_expected_then() -> None:
    policy, roster = parse_policy(GOOD_ENOUGH), Roster(sold_models())
    expected = roster.expect(policy.weighed, 0.96)
    signals = Signals(difficulty=0.96, expected_quality=expected)
    made = decide(policy, signals, Caller(), roster, AROUND)
    told = retell(made, policy, signals, Caller(), AROUND.now)
    assert told.reasons[0].below[0].text == "expected quality of cheap 0.32 is not above 0.6"
    before = Signals(difficulty=0.96)
    told = retell(made, policy, before, Caller(), AROUND.now)
    assert told.reasons[0].below[0].text == "asks for quality, which the ledger does not keep"


def test_a_past_decision_does_not_say_of_a_pool_that_may_have_been_off_that_it_was_good_enough() -> (
    None
):
    policy, roster = parse_policy(GOOD_ENOUGH), Roster(sold_models("openai"))
    signals = Signals(difficulty=0.1, expected_quality={"gpt-6-luna": 0.9})
    text = GOOD_ENOUGH.replace("models: [gpt-6-sol]", "models: [gpt-6-sol, qwen3.8-max]")
    policy = parse_policy(text)
    made = decide(policy, signals, Caller(), roster, AROUND)
    assert made.rule == "default"
    told = retell(made, policy, signals, Caller(), AROUND.now).reasons[0].below[0]
    assert (told.text, told.holds) == ("asks for health, which the ledger does not keep", None)


@pytest.mark.parametrize("name", shipped_policies())
@pytest.mark.parametrize("off", [(), ("openai", "anthropic"), ("dashscope",)])
def test_no_shipped_policy_refuses_a_request_because_it_is_hard(
    name: str, off: tuple[str, ...]
) -> None:
    policy = load_policy(name)
    models = [each for each in sold_models(*off) if not each.is_local]
    for intent in ("refund", "complaint", "smalltalk"):
        for language in ("zh", "en", "other"):
            for hundredths in range(0, 101, 2):
                signals = Signals(
                    intent=intent, intents=(intent,), language=language, intent_confidence=0.9,
                    difficulty=hundredths / 100, prompt_tokens=200,
                )  # fmt: skip
                made = decide(policy, signals, Caller(), models, AROUND)
                assert made.primary.model


def found(text: str, *models: Candidate) -> list[str]:
    listed = models or tuple(sold_models())
    return [
        f"{each.severity} {each.code}: {each.message}"
        for each in check_policy(parse_policy(text), listed)
    ]


def test_a_floor_that_no_model_reaches_on_the_requests_of_a_rule_is_found() -> None:
    text = """
name: x
pools:
  a: {quality_floor: 0.75, models: [gpt-6.1-terra, qwen3.7-plus]}
  b: {models: [gpt-6-sol, gpt-6-luna]}
rules: [{name: hard, when: {difficulty: above 0.75}, use: a}]
default: {use: b}
fallbacks: [b, a]
expect: [{signals: {difficulty: 0.2}, pool: b}]
"""
    said = [each for each in found(text) if "too-low" in each]
    assert said == [
        "warning too-low: no model of pool 'a' reaches its quality floor 0.75 on a request of rule "
        "'hard', whose difficulty is 0.75 and more."
    ]
    assert not any("too-low" in each for each in found(text.replace("above 0.75", "above 0.3")))


def test_a_floor_that_is_only_reached_on_easy_requests_is_a_warning_and_one_never_reached_an_error() -> (
    None
):
    text = "name: x\npools: {{a: {{quality_floor: {}, models: [m]}}, b: {{models: [n]}}}}\ndefault: {{use: a, fallbacks: [b]}}"
    models = make_model("m", quality=0.7), make_model("n")
    assert any(
        each.startswith("warning too-low: no model of pool 'a' reaches its quality floor 0.9 on a ")
        for each in found(text.format("0.9"), *models)
    )
    assert any("error too-low" in each for each in found(text.format("0.97"), *models))


def test_a_rule_all_of_whose_pools_have_floors_is_told_that_hard_requests_are_refused() -> None:
    text = """
name: x
pools:
  a: {quality_floor: 0.6, models: [gpt-6-luna]}
  b: {quality_floor: 0.7, models: [gpt-6-sol]}
default: {use: a, fallbacks: [b]}
expect: [{signals: {difficulty: 0.2}, pool: a}]
"""
    assert any(
        "warning floors: rule 'default' refuses requests whose difficulty is above 0.89" in each
        for each in found(text)
    )
    assert not any("floors" in each for each in found(text.replace("quality_floor: 0.7, ", "")))
    with pytest.raises(NoCandidateError, match=r"below pool 'b' floor 0\.70"):
        plan(text, HARD)


def test_a_model_that_there_is_not_is_found_in_an_expression_too() -> None:
    assert any(
        "error unknown-model: there is no model 'gpt-6-lunna'" in each
        for each in found(
            CEL.replace('"gpt-6-luna\\"', '"gpt-6-lunna\\"').replace(
                'gpt-6-luna"]', 'gpt-6-lunna"]'
            )
        )
    )
    assert not any("unknown-model" in each for each in found(CEL))
