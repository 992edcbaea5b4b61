"""What `check` finds: in our own policies nothing, in broken ones the line and the mend."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from policies.checking import check_file, check_policy
from policies.errors import PolicyFileError
from policies.expectations import build_signals
from policies.findings import Finding
from policies.json_schema import schema_text
from policies.lint import lint
from policies.loader import load_policy, parse_policy, parse_yaml, shipped_policies
from policies.schema import ConditionDoc, TermsDoc
from policies.signals import INTENTS, Candidate, Signals
from tests.policies.worlds import AROUND, make_model, plan, sold_models

PROMPTS = ("customer-service", "customer-service/upset")
ROOT = Path(__file__).parents[2]
GOOD = """\
name: good
pools:
  strong: {models: [a, b]}
  cheap: {models: [c]}
rules:
  - {name: hard, when: {difficulty: above 0.5}, use: strong}
default: {use: cheap}
fallbacks: [strong]
expect: [{signals: {difficulty: 0.9}, pool: strong}]
"""
MODELS = [make_model("a"), make_model("b"), make_model("c", abilities=frozenset({"streaming"}))]


def check(text: str, **more: object) -> list[Finding]:
    policy = parse_policy(parse_yaml(text, "p.yaml"))
    return check_policy(policy, MODELS, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", shipped_policies())
def test_our_own_policies_are_clean_and_their_tests_pass(name: str) -> None:
    found = check_file(name, sold_models(), prompts=PROMPTS)
    assert all("not run, as no classifiers" in each.message for each in found), found


@pytest.mark.parametrize("name", shipped_policies())
def test_our_own_policies_pass_their_tests_with_no_vendor_key_at_all(name: str) -> None:
    models = sold_models("openai", "anthropic", "dashscope")
    found = check_file(name, models, prompts=PROMPTS)
    assert {each.code for each in found} <= {
        "pool-off",
        "refused",
        "alone",
        "idle-arm",
        "expectation",
    }
    assert not any(each.is_error for each in found)


@pytest.mark.parametrize("name", shipped_policies())
def test_every_shipped_policy_has_a_page_and_tests(name: str) -> None:
    page = (ROOT / "docs" / "policies" / f"{name}.md").read_text(encoding="utf-8")
    policy = parse_yaml((ROOT / "policies/defaults" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert len(policy.data["expect"]) >= 4
    for pool in policy.data["pools"]:
        assert f"`{pool}`" in page, pool
    for rule in policy.data["rules"]:
        assert f"`{rule['name']}`" in page, rule["name"]


def test_a_good_policy_has_nothing_found() -> None:
    assert check(GOOD) == []


RULE = "  - {name: hard, when: {difficulty: above 0.5}, use: strong}\n"
AB = "arms: {x: {share: 50%, use: a}, y: {share: rest}}"


@pytest.mark.parametrize(
    ("find", "put", "code", "line", "said"),
    [
        ("use: cheap", "use: cheep", "unknown-model", 7, "Did you mean 'cheap'?"),
        ("[a, b]", "[a, bb]", "unknown-model", 3, "no model 'bb'"),
        ("use: strong}\n", "use: strong, prompt: cs/upse}\n", "unknown-prompt", 6, "'cs/upset'"),
        ("use: strong}\n", "use: strong, prompt: cs@9}\n", "unknown-prompt", 6, "no version '9'. Did you mean 'cs@1'?"),
        ("use: strong}\n", "use: strong, prompt: cs@latest}\n", "unknown-prompt", 6, "Did you mean 'cs@1'?"),
        ("[a, b]", "[a, cheap]", "pool-in-pool", 3, "Write the models of 'cheap'"),
        (RULE, RULE + "  - {name: x, when: {difficulty: above 0.6}, use: cheap}\n", "shadowed", 7, "'hard' above"),
        (RULE, RULE + "  - {name: x, when: {turns: 1, difficulty: 0.9}, use: cheap}\n", "shadowed", 7, "never reached"),
        (RULE, "  - {name: e, use: strong}\n" + RULE, "shadowed", 7, "'e' above always holds first"),
        (RULE, RULE + "  - {name: x, when: {turns: 1, any: [{turns: 2}, {turns: 3}]}, use: cheap}\n", "never", 7, "contradict"),
        (RULE, RULE + "  - {name: x, when: {code: true, not: {code: true}}, use: cheap}\n", "never", 7, "contradict"),
        (RULE, RULE + "  - {name: x, when: {tokens: above 200k}, use: cheap}\n", "too-small", 7, "holds 100000"),
        (RULE, RULE + "  - {name: x, when: {turns: 4}, use: cheap, needs: tools}\n", "unable", 7, "can do tools"),
        (RULE, RULE + "  - {name: x, when: {turns: 4}, use: cheap, must_stay_local: true}\n", "no-local", 7, "stay local"),
        (RULE, RULE + "  - {name: x, when: {turns: 4}, use: cheap, region: eu}\n", "no-region", 7, "region eu"),
        ("{models: [c]}", "{models: [c], quality_floor: 0.99}", "too-low", 4, "0.99"),
        ("{models: [c]}", "{models: [c], weights: {c: 1}}", "weights-unused", 4, "objective is ordered"),
        ("cheap: {models: [c]}", "a: {models: [c]}\n  cheap: {models: [c]}", "same-name", 4, "name of a model"),
        ("cheap: {models: [c]}", "cheap: {models: [c]}\n  odd: {models: [c]}", "unused-pool", 5, "'odd'"),
        ("fallbacks: [strong]\n", "", "no-fallback", 7, "nobody stands behind 'cheap'"),
        ("expect: [{signals: {difficulty: 0.9}, pool: strong}]\n", "", "no-tests", 1, "no tests"),
        ("expect:", f"splits: {{s: {{pool: strong, {AB}}},\n  t: {{pool: strong, {AB}}}}}\nexpect:", "overlap", 10, "`layer:`"),
        ("expect:", f"splits: {{s: {{pool: stron, {AB}}}}}\nexpect:", "unknown-pool", 9, "Did you mean 'strong'"),
        ("expect:", f"splits: {{s: {{pool: strong, rules: [default], {AB}}}}}\nexpect:", "idle-split", 9, "touches no rule"),
        ("expect:", f"splits: {{s: {{rules: [hrad], {AB}}}}}\nexpect:", "unknown-rule", 9, "Did you mean 'hard'"),
        ("pool: strong}]", "pool: cheap}]", "expectation", 9, "pool 'cheap', but it is 'strong'"),
        ("pool: strong}]", "goes_to: [b, c]}]", "expectation", 9, "goes to b or c, but it goes to a"),
        ("pool: strong}]", "refused: true}]", "expectation", 9, "should be refused, but a would answer"),
        ("pool: strong}]", "stays_local: true}]", "expectation", 9, "a, b may be called"),
        ("{difficulty: 0.9}", "{dificulty: 0.9}", "expectation", 9, "Did you mean 'difficulty'"),
        ("pool: strong}]", "pool: strong, caller: {usr: x}}]", "expectation", 9, "Did you mean 'user'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_found_with_line_and_mend(
    find: str, put: str, code: str, line: int, said: str
) -> None:
    assert find in GOOD
    found = check(GOOD.replace(find, put, 1), prompts=["cs", "cs@1", "cs/upset", "cs/upset@1"])
    mine = [each for each in found if each.code == code]
    assert mine, found
    assert mine[0].line == line and mine[0].file == "p.yaml"
    assert said in f"{mine[0].message} {mine[0].mend}"


def test_splits_of_one_layer_do_not_overlap() -> None:
    splits = (
        f"splits: {{s: {{pool: strong, layer: l, traffic: 50%, {AB}}},"
        f" t: {{pool: strong, layer: l, {AB}}}}}\n"
    )
    assert check(GOOD + splits) == []


def test_words_that_earlier_rules_cover_together_are_found() -> None:
    rules = """\
  - {name: one, when: {intent: refund}, use: strong}
  - {name: two, when: {intent: [urge, payment]}, use: strong}
  - {name: three, when: {intent: [refund, urge]}, use: cheap}
"""
    found = check(GOOD.replace(RULE, rules))
    assert [each.code for each in found if each.is_error] == ["shadowed", "expectation"]
    assert "'three' is never reached: 'one' or 'two' above always holds" in found[0].message


def test_rules_that_only_overlap_are_left_alone() -> None:
    rules = """\
  - {name: one, when: {intent: refund, tier: vip}, use: strong}
  - {name: two, when: {any: [{intent: refund}, {turns: at least 3}]}, use: strong}
  - {name: three, when: {turns: at least 2, language: zh}, use: cheap}
  - {name: four, when: {cel: turns > 1}, use: strong}
  - {name: five, when: {not: {intent: refund}, code: true}, use: strong}
"""
    text = GOOD.replace(RULE, rules).replace("pool: strong}]", "rule: default}]")
    assert check(text) == []


def test_a_last_rule_that_does_what_the_default_does_is_told() -> None:
    idle = "  - {name: sure, when: {confidence: at least 0.9}, use: cheap}\n"
    (found,) = check(GOOD.replace("default:", f"{idle}default:"))
    assert (found.code, found.line, found.severity) == ("like-default", 7, "warning")
    assert "'sure' does what `default` does" in found.message
    above = GOOD.replace(RULE, idle + RULE)
    terms = GOOD.replace(
        "default:", idle.replace("cheap}", "cheap, terms: {max_attempts: 3}}") + "default:"
    )
    trial = "splits: {s: {rules: [sure], arms: {x: {share: 50%, use: a}, y: {share: rest}}}}\n"
    for text in (above, terms, GOOD.replace("default:", f"{idle}default:") + trial):
        assert check(text) == []


def test_close_to_the_end_of_its_budget_a_caller_gets_the_cheapest_whatever_it_asks() -> None:
    policy = load_policy("cost-first")
    around = msgspec.structs.replace(AROUND, budget_left_usd=Decimal("0.1"))
    for signals in (Signals(difficulty=0.9), Signals(intents=("complaint",)), Signals()):
        assert plan(policy, signals, around=around).rule == "money-is-running-out"
        assert plan(policy, signals).rule != "money-is-running-out"


def test_prices_that_are_unknown_matter_most_where_price_decides() -> None:
    unpriced = [make_model("a", input_usd_per_million=None), make_model("b"), make_model("c")]
    plain = check_policy(parse_policy(GOOD), unpriced)
    assert [(each.code, each.severity) for each in plain] == [("unpriced", "warning")]
    cheapest = GOOD.replace("{models: [a, b]}", "{models: [a, b], objective: cheapest}")
    (last,) = check_policy(parse_policy(cheapest), unpriced)
    assert last.severity == "warning" and "it comes after those with a price" in last.message
    assert "callers with a budget never get it" in last.message
    limited = cheapest.replace("cheapest}", "cheapest, under_usd: 1}")
    (never,) = check_policy(parse_policy(limited), unpriced)
    assert never.severity == "warning" and "the pool never takes it" in never.message


def test_a_choice_by_price_without_any_price_is_an_error() -> None:
    models = [make_model(name, input_usd_per_million=None) for name in "ab"] + [MODELS[2]]
    cheapest = parse_policy(GOOD.replace("[a, b]}", "[a, b], objective: cheapest}"))
    found = [each for each in check_policy(cheapest, models) if each.code == "unpriced"]
    assert [each.severity for each in found] == ["error", "error"]
    assert all("callers with a budget never get it" in each.message for each in found)
    assert found[0].mend.endswith("{prices: ...}}`, or write `objective: ordered`.")
    only = [replace(models[0], is_on=False, why_off="no key"), *models[1:]]
    assert not any(each.is_error for each in check_policy(cheapest, only))
    limited = parse_policy(GOOD.replace("[a, b]}", "[a, b], under_usd: 1}"))
    found = [each for each in check_policy(limited, only) if each.code == "unpriced"]
    assert [each.severity for each in found] == ["warning", "error"]
    assert "or remove `under_usd`" in found[1].mend


def off(*names: str) -> list[Candidate]:
    return [replace(each, is_on=each.name not in names, why_off="no key") for each in MODELS]


def found_with(models: list[Candidate], rules: str, splits: str = "") -> list[Finding]:
    text = GOOD.replace(RULE, rules).replace("pool: strong}]", "refused: false}]") + splits
    return check_policy(parse_policy(parse_yaml(text, "p.yaml")), models)


def test_a_rule_whose_models_are_all_off_says_that_it_refuses_everything() -> None:
    rules = RULE + "  - {name: vip, when: {tier: vip}, use: a, fallbacks: [b]}\n"
    found = found_with(off("a", "b"), rules)
    assert [(each.code, each.line) for each in found] == [
        ("pool-off", 3), ("refused", 6), ("refused", 7), ("alone", 8),
    ]  # fmt: skip
    assert "'vip' refuses every request as things stand (a, b: no key)" in found[2].message
    assert "only 'c' is on for default" in found[3].message


def test_the_window_of_a_model_that_is_off_helps_nobody() -> None:
    small = make_model("a", window_tokens=2_048)
    models = [small, replace(MODELS[1], is_on=False, why_off="no key"), MODELS[2]]
    rules = "  - {name: big, when: {tokens: above 10k}, use: strong, fallbacks: []}\n"
    (refused,) = [each for each in found_with(models, rules) if each.line == 6]
    assert refused.code == "refused" and "its window holds 2048; b: no key" in refused.message
    rules = "  - {name: big, when: {tokens: above 10k}, use: strong, fallbacks: [c]}\n"
    found = [each for each in found_with(models, rules) if each.line == 6]
    assert [(each.code, each.severity) for each in found] == [
        ("too-small", "warning"), ("alone", "warning"),
    ]  # fmt: skip


def test_a_model_without_a_price_is_found_where_a_rule_names_it() -> None:
    models = [*MODELS, make_model("d", input_usd_per_million=None)]
    rules = "  - {name: x, when: {code: true}, use: d, fallbacks: [c]}\n"
    (found,) = found_with(models, rules)
    assert (found.code, found.line) == ("unpriced", 6) and "models: {d:" in found.mend


@pytest.mark.parametrize(
    ("when", "ability"), [("{needs: tools}", "tools"), ("{modality: image}", "vision")]
)
def test_what_a_rule_s_condition_implies_its_pool_must_be_able_to_do(
    when: str, ability: str
) -> None:
    found = found_with(MODELS, f"  - {{name: x, when: {when}, use: cheap, prompt: p}}\n")
    assert [(each.code, each.is_error) for each in found] == [("unable", True)]
    assert f"can do {ability}" in found[0].message
    either = f"  - {{name: x, when: {{any: [{when}, {{code: true}}]}}, use: cheap, prompt: p}}\n"
    assert found_with(MODELS, either) == []


def test_arms_that_can_answer_nothing_of_their_rule_are_found() -> None:
    models = [make_model("a"), make_model("b", window_tokens=2_048), MODELS[2]]
    rules = "  - {name: big, when: {tokens: above 10k}, use: strong}\n"
    splits = "splits: {s: {rules: [big], arms: {x: {share: 50%, use: b}, y: {share: rest}}}}\n"
    (found,) = found_with(models, rules, splits)
    assert (found.code, found.line, found.is_error) == ("idle-arm", 10, True)
    assert "arm 'x' of split 's' can answer nothing of rule 'big'" in found.message
    assert [each.code for each in found_with(off("b"), rules, splits)] == ["alone", "idle-arm"]


def test_an_arm_outside_a_rule_that_stays_local_is_found() -> None:
    models = [*MODELS, make_model("home", is_local=True)]
    rules = "  - {name: p, when: {pii: any}, use: home, must_stay_local: true}\n"
    splits = "splits: {s: {rules: [p], arms: {x: {share: 50%, use: strong}, y: {share: rest}}}}\n"
    assert [(each.code, each.line) for each in found_with(models, rules, splits)] == [
        ("idle-arm", 10)
    ]


def test_a_price_that_no_model_can_meet_is_found() -> None:
    dear = GOOD.replace("{models: [c]}", "{models: [c], under_usd: 0.0000000001}")
    (found,) = check(dear)
    assert (found.code, found.line, found.is_error) == ("too-dear", 4, True)
    tight = GOOD.replace("{models: [c]}", "{models: [c], under_usd: 0.0001}")
    (found,) = check(tight)
    assert (found.code, found.is_error) == ("too-dear", False) and "300 tokens" in found.message


PLACED = [
    make_model("a", region="cn"), make_model("b", region="us"), make_model("c", region="us"),
    make_model("home", is_local=True, abilities=frozenset({"streaming"})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("constraints", "behind", "code", "is_error", "said"),
    [
        ("[{name: c, when: {pii: phone}}]", "home", "no-limit", True, "limits nothing"),
        ("[{name: c, when: {pii: phone}, must_stay_local: false}]", "home", "no-limit", True, "must_stay_local: true"),
        ("[{name: c, when: {tenant: bank}, region: chn}]", "home", "unknown-limit", False, "Did you mean 'cn'?"),
        ("[{name: c, when: {tenant: bank}, region: CN}]", "home", "unknown-limit", True, "Did you mean 'cn'?"),
        ("[{name: c, region: mars}]", "strong", "unmet", True, "every request that it matches is refused"),
        ("[{name: c, when: {pii: any}, must_stay_local: true}]", "strong", "unmet", True, "the pool `local`"),
        ("[{name: c, needs: vision, must_stay_local: true}]", "home", "unmet", True, "home: cannot do vision"),
        ("[{name: c, when: {tenant: a}, region: cn}, {name: d, when: {tenant: a}, region: us}]", "home", "no-region", True,
         "'c' and 'd' leave no region"),
    ],
)  # fmt: skip
def test_limits_that_limit_nothing_or_that_nobody_meets_are_found(
    constraints: str, behind: str, code: str, is_error: bool, said: str
) -> None:
    text = GOOD.replace("fallbacks: [strong]", f"fallbacks: [strong, {behind}]")
    text = text.replace("rules:", f"constraints: {constraints}\nrules:")
    found = check_policy(parse_policy(parse_yaml(text, "p.yaml")), PLACED)
    (mine,) = [each for each in found if each.code == code]
    assert (mine.is_error, mine.line) == (is_error, 5)
    assert said in f"{mine.message} {mine.mend}"


@pytest.mark.parametrize(
    "constraints",
    [
        "[{name: c, when: {tenant: a}, region: cn}, {name: d, when: {pii: any}, region: us}]",
        "[{name: c, when: {pii: any}, must_stay_local: true}, {name: d, region: [cn, us]}]",
        "[{name: c, when: {difficulty: above 0.7}, needs: tools}]",
    ],
)
def test_limits_that_somebody_can_meet_are_left_alone(constraints: str) -> None:
    text = GOOD.replace("fallbacks: [strong]", "fallbacks: [strong, home]")
    text = text.replace("rules:", f"constraints: {constraints}\nrules:")
    assert check_policy(parse_policy(text), PLACED) == []


def test_a_rule_s_region_must_leave_room_for_that_of_a_constraint_that_holds_there() -> None:
    rules = "  - {name: x, when: {tenant: a, code: true}, use: strong, region: us}\n"
    text = GOOD.replace(RULE, rules).replace("pool: strong}]", "refused: false}]")
    text = text.replace("rules:", "constraints: [{name: c, when: {tenant: a}, region: cn}]\nrules:")
    (found,) = check_policy(parse_policy(parse_yaml(text, "p.yaml")), PLACED)
    assert (found.code, found.line) == ("no-region", 7) and "always holds there" in found.message


ARMS = "arms: {x: {share: 50%, prompt: cs}, y: {share: rest}}"


@pytest.mark.parametrize(
    ("more", "code", "is_error", "said"),
    [
        ("splits: {s: {pool: cheap, arms: {x: {share: 100%, use: strong}, y: {share: rest}}}}", "empty-arm", False, "arm 'y'"),
        (f"splits: {{s: {{pool: cheap, traffic: 0%, {AB}}}}}", "empty-split", False, "traffic is 0 %"),
        (f"splits: {{s: {{pool: cheap, layer: l, traffic: 100%, {AB}}}, t: {{pool: cheap, layer: l, {AB}}}}}", "empty-split", False,
         "leave it none"),
        (f"splits: {{s: {{pool: cheap, {ARMS}}}, t: {{pool: cheap, {ARMS}}}}}", "overlap", True, "both choose the prompt"),
        ("splits: {s: {pool: cheap, arms: {x: {share: 50%}, y: {share: rest}}}}", "same-arms", False, "do the same"),
        ("splits: {s: {pool: cheap, arms: {x: {share: 50%, use: cheap}, y: {share: rest}}}}", "same-arms", False, "do the same"),
        ("aliases: {auto: strong}", "same-name", True, "never used"),
        ("aliases: {old: any-local}", "unknown-model", True, "no pool or model"),
        ("aliases: {cheap: strong}", "same-name", True, "name of a pool"),
        ("aliases: {a: strong}", "same-name", False, "name of a model"),
        ("model_fallbacks: {strong: [c]}", "unused-fallbacks", True, "never used"),
        ("terms: {deadline_seconds: 10, first_token_seconds: 60}", "too-slow", False, "first_token_seconds"),
        ("terms: {deadline_seconds: 10, hedge: {after_seconds: 50}}", "too-slow", False, "hedge.after_seconds"),
        ("terms: {max_attempts: 1}", "one-call", False, "nobody else is asked"),
    ],
)  # fmt: skip
def test_what_never_takes_effect_is_found(more: str, code: str, is_error: bool, said: str) -> None:
    mine = [each for each in check(f"{GOOD}{more}\n") if each.code == code]
    assert mine and (mine[0].is_error, mine[0].line) == (is_error, 10)
    assert said in f"{mine[0].message} {mine[0].mend}"


def test_a_short_deadline_alone_makes_no_usual_wait_a_finding() -> None:
    assert check(f"{GOOD}terms: {{deadline_seconds: 10}}\n") == []


def test_a_judge_may_not_take_as_long_as_the_whole_request() -> None:
    cascade = "use: strong, cascade: {escalate: c, judge_seconds: 500, judge: {check: a}}}\n"
    (found,) = check(GOOD.replace("use: strong}\n", cascade))
    assert (found.code, found.line, found.is_error) == ("too-slow", 6, True)


def test_weights_are_finite_and_some_model_has_one() -> None:
    weighted = GOOD.replace(
        "{models: [a, b]}", "{models: [a, b], objective: weighted, weights: {a: 0, b: 0}}"
    )
    (found,) = check(weighted)
    assert (found.code, found.line) == ("no-weight", 3)
    with pytest.raises(PolicyFileError, match="must be a number from 0 to 1000000000"):
        parse_policy(weighted.replace("a: 0", "a: 1e999"))


def test_a_rule_without_a_condition_makes_the_default_idle() -> None:
    (found,) = found_with(MODELS, "  - {name: every, use: strong}\n")
    assert (found.code, found.line, found.is_error) == ("shadowed", 7, False)
    assert "`default` is never reached" in found.message


def test_utterances_are_read_by_the_classifiers_that_are_handed_in() -> None:
    text = GOOD.replace("signals: {difficulty: 0.9}", "say: prove it")
    seen: list[str] = []

    def read(said: str) -> Signals:
        seen.append(said)
        return Signals(difficulty=0.95)

    assert check(text, read=read) == []
    assert seen == ["prove it"]
    assert [each.severity for each in check(text)] == ["warning"]


def test_signals_given_as_plain_values_take_their_own_shape() -> None:
    signals = build_signals({"intent": "urge", "pii": "phone", "slots": {"date": ["today"]}})
    assert signals.intents == ("urge",)
    assert signals.pii == frozenset({"phone"}) and signals.slots["date"] == ("today",)


def test_intents_of_one_s_own_may_be_asked_for_and_ours_are_then_told_to_be_idle() -> None:
    text = GOOD.replace("{difficulty: above 0.5}", "{any: [{intent: loan}, {intents: [refund]}]}")
    text = text.replace("expect: [{signals: {difficulty: 0.9}", "expect: [{signals: {intent: loan}")
    with pytest.raises(PolicyFileError, match="'loan' is not known"):
        parse_policy(text)
    policy = parse_policy(text, own_intents=("loan", "card", "other"))
    assert lint(policy, MODELS, PROMPTS) == []
    (found,) = lint(policy, MODELS, PROMPTS, ("loan", "card", "other"))
    assert (found.code, found.line, found.is_error) == ("unread-intent", 6, False)
    assert "no message is read as 'refund'" in found.message and "card, loan" in found.mend


def test_the_published_schema_is_the_one_in_the_code() -> None:
    published = (ROOT / "docs" / "policy.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), (
        "run: python -m policies.json_schema > docs/policy.schema.json"
    )
    schema = json.loads(published)
    assert schema["additionalProperties"] is False
    assert "when" in schema["$defs"]["RuleDoc"]["properties"]


def test_the_policies_shown_in_the_docs_can_be_loaded() -> None:
    pages = [ROOT / "docs" / "policies.md", *sorted((ROOT / "docs" / "policies").glob("*.md"))]
    shown = [
        block
        for page in pages
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]
    assert len(shown) >= 3
    for block in shown:
        assert not [each for each in lint(parse_policy(block), sold_models()) if each.is_error]


def test_the_docs_name_every_condition_and_every_term() -> None:
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    for model in (ConditionDoc, TermsDoc):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}" in page, name


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("fallbacks: [strong]", "fallbacks: [strong]\nterms: {cache_seconds: 60}", 9),
        ("use: strong}", "use: strong, terms: {cache_across_users: true}}", 6),
    ],
)
def test_a_cache_that_nobody_asked_for_has_no_settings(before: str, after: str, line: int) -> None:
    text = GOOD.replace(before, after)
    (found,) = check(text)
    assert (found.code, found.line, found.is_error) == ("idle-cache-setting", line, False)


def test_a_rule_may_set_what_the_policy_asks_for_and_the_policy_what_one_rule_does() -> None:
    asked = GOOD.replace("use: strong}", "use: strong, terms: {cache_seconds: 60}}")
    assert check(asked + "terms: {cache: true}\n") == []
    asked = GOOD.replace("use: strong}", "use: strong, terms: {cache: true}}")
    assert check(asked + "terms: {cache_seconds: 60}\n") == []


@pytest.mark.parametrize(
    ("when", "code", "said"),
    [
        ("{intent_group: complaint}", "unread-group", "no message is read as of group 'complaint'"),
        (
            "{cel: 'intent_group == \"handle\"'}",
            "unread-group",
            "your own intents are all of other",
        ),
        ("{from_context: true}", "unread-context", "every message is read by itself"),
        ("{cel: 'from_context && turns > 2'}", "unread-context", "never true"),
        ("{cel: 'intent == \"refund\"'}", "unread-intent", "read as 'refund'"),
    ],
)
def test_what_intents_of_one_s_own_never_bring_is_told(when: str, code: str, said: str) -> None:
    text = GOOD.replace("{difficulty: above 0.5}", when).replace(
        "{difficulty: 0.9}, pool: strong", "{}, pool: cheap"
    )
    own = ("loan", "card", "other")
    (found,) = lint(parse_policy(text, own_intents=own), MODELS, PROMPTS, own)
    assert (found.code, found.line, found.is_error) == (code, 6, False)
    assert said in found.message
    assert lint(parse_policy(text), MODELS, PROMPTS, INTENTS) == []


def test_what_intents_of_one_s_own_do_bring_is_not() -> None:
    own = ("loan", "refund", "other")
    for when in (
        "{intent_group: [handle, other]}",
        "{from_context: false}",
        "{cel: 'intent == \"loan\"'}",
    ):
        text = GOOD.replace("{difficulty: above 0.5}", when)
        assert lint(parse_policy(text, own_intents=own), MODELS, PROMPTS, own) == []


@pytest.mark.parametrize(
    ("when", "found", "severity"),
    [
        ("{pii: any}", [], "error"),
        ("{pii: [id_card, phone]}", [], "error"),
        ("{pii: none, code: true}", [], "error"),
        ("{any: [{tier: vip}, {not: {pii: any}}]}", [], "error"),
        ("{cel: 'size(pii) > 0'}", [], "error"),
        ("{cel: '\"id_card\" in pii && code'}", [], "error"),
        ("{pii: hotline}", ["phone"], "warning"),
        ("{pii: [hotline, phone]}", ["phone"], "warning"),
        ("{cel: '\"hotline\" in pii'}", ["phone"], "warning"),
        ("{pii: any}", ["phone"], None),
        ("{pii: [id_card]}", ["id_card"], None),
        ("{code: true}", [], None),
    ],
)
def test_a_rule_on_private_data_that_nobody_looks_for_is_found(
    when: str, found: list[str], severity: str | None
) -> None:
    text = GOOD.replace(RULE, RULE + f"  - {{name: private, when: {when}, use: cheap}}\n")
    told = [each for each in check(text, private=found) if each.code == "unread-pii"]
    assert [each.severity for each in told] == ([severity] if severity else [])
    assert all(each.line == 7 for each in told)


def test_a_limit_that_hangs_on_public_hotlines_alone_is_an_error() -> None:
    limit = "constraints: [{name: x, when: {pii: hotline}, needs: tools}]\n"
    (told,) = [e for e in check(limit + GOOD, private=["phone"]) if e.code == "unread-pii"]
    assert told.is_error and "actions: {hotline: mask}" in told.mend


def test_a_pool_that_says_that_nobody_stands_behind_it_is_taken_at_its_word() -> None:
    alone = GOOD.replace("fallbacks: [strong]\n", "")
    assert [each.code for each in check(alone)] == ["no-fallback"]
    assert check(alone.replace("{models: [c]}", "{models: [c], fallbacks: []}")) == []
    assert check(alone.replace("{use: cheap}", "{use: cheap, fallbacks: []}")) == []
    behind = alone.replace("{use: cheap}", "{use: cheap, fallbacks: [c]}")
    assert [each.code for each in check(behind)] == ["no-fallback"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{tier: [vip, VIP]}", "'vip' and 'VIP' are one word for `tier`"),
        ("{any: [{tenant: Bank}, {tenant: bank}]}", "are one word for `tenant`"),
        ("{metadata: {app: [web, ｗｅｂ]}}", "'web' and 'ｗｅｂ' are one word for `metadata.app`"),
        (
            "{any: [{metadata: {App: web}}, {metadata: {app: ios}}]}",
            "one word for names of metadata",
        ),
        ("{user: [anna, Anna]}", "`user` tells 'anna' and 'Anna' apart"),
        ("{order_number: [a1, A1]}", "ids are compared by the letter"),
        ("{tier: [vip, gold], user: vip}", ""),
        ("{any: [{tier: vip}, {tenant: VIP}, {metadata: {vip: Vip}}]}", ""),
        ("{cel: 'tier == \"vip\"'}", ""),
    ],
)
def test_words_that_differ_by_their_case_alone_are_told(when: str, said: str) -> None:
    text = GOOD.replace(RULE, RULE + f"  - {{name: x, when: {when}, use: strong}}\n")
    told = [each for each in check(text) if each.code == "same-word"]
    assert [each.line for each in told] == ([7] if said else [])
    assert all(said in str(each) and not each.is_error for each in told)


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("metadata.privacy == 'local'", "`metadata: {privacy: local}`"),
        (
            "code && metadata['privacy'] in ['local', 'home']",
            "`metadata: {privacy: [local, home]}`",
        ),
        ("'pupil' == tier", "`tier: pupil`"),
        ("tenant != 'bank'", "`tenant: bank`"),
        ("metadata.age == '12'", ""),
        ("user == 'anna'", ""),
        ("intent == 'refund'", ""),
        ("tier.matches('(?i)^vip$')", ""),
        ("int(metadata.age) < 14", ""),
    ],
)
def test_a_limit_in_cel_that_hangs_on_the_case_of_a_word_is_told(
    expression: str, line: str
) -> None:
    limit = f'constraints: [{{name: x, when: {{cel: "{expression}"}}, needs: tools}}]\n'
    told = [each for each in check(limit + GOOD) if each.code == "cased-cel"]
    assert [line in each.mend for each in told] == ([True] if line else [])


def test_a_star_for_what_every_request_has_asks_nothing() -> None:
    rule = "rules: [{name: all, when: {CASE}, use: cheap}]"
    for case in ("tier: '*'", "key: [shop, '*']", "not: {key: '*'}"):
        text = GOOD.replace("rules:\n", f"{rule.replace('CASE', case)}\n").replace(
            "  - {name: hard, when: {difficulty: above 0.5}, use: strong}\n", ""
        )
        found = [each for each in check(text) if each.code == "asks-nothing"]
        assert len(found) == 1 and found[0].is_error and found[0].line == 5
        assert "every request has a" in found[0].message
    assert "asks-nothing" not in {
        each.code for each in check(text.replace("key: '*'", "user: '*'"))
    }


def test_a_question_for_what_is_left_is_told_where_nobody_has_a_budget() -> None:
    text = GOOD.replace(
        "difficulty: above 0.5}, use", "any: [{budget_left_usd: below 1}, {cel: has_budget}]}, use"
    )
    text = text.replace("difficulty: 0.9}, pool: strong", "difficulty: 0.9}, pool: cheap")
    found = [each for each in check(text, has_budgets=False) if each.code == "no-budget"]
    assert [(each.severity, each.line) for each in found] == [("warning", 6)] * 2
    assert "no-budget" not in {each.code for each in check(text)}


def test_a_model_that_its_vendor_retired_is_told_with_a_mend_that_helps() -> None:
    gone = {"is_on": False, "is_retired": True, "why_off": "retired by the vendor on 2026-10-23"}
    policy = parse_policy(parse_yaml(GOOD, "p.yaml"))
    found = check_policy(policy, [*MODELS[:2], replace(MODELS[2], **gone)])
    told = {each.code: each for each in found}
    assert told["retired"].line == 4
    assert "model 'c' was retired by the vendor on 2026-10-23" in told["retired"].message
    assert told["pool-off"].mend == "Name a model that its vendor still has."
    found = check_policy(
        policy, [*(replace(each, is_on=False) for each in MODELS[:2]), replace(MODELS[2], **gone)]
    )
    mends = {each.code: each.mend for each in found}
    assert mends["refused"].startswith("Set a key for one of those that are not retired, or put")


def test_every_word_of_a_list_that_is_not_known_is_told() -> None:
    text = GOOD.replace(
        "difficulty: above 0.5}, use", "pii: [idcard, bank-card, passport, zzz]}, use"
    )
    with pytest.raises(PolicyFileError) as caught:
        check(text)
    (found,) = caught.value.findings
    known = {"idcard": "id_card", "bank-card": "bank_card"}
    assert "'idcard' and 'bank-card'" in found.message and "zzz' are not known" in found.message
    assert all(
        f"Did you mean '{right}' for '{wrong}'?" in found.mend for wrong, right in known.items()
    )


def test_an_answer_of_no_tokens_is_no_answer() -> None:
    for asked in ("max_output_tokens: 0", "max_output_tokens: below 1"):
        with pytest.raises(PolicyFileError, match="a whole number, 1 or more"):
            check(GOOD.replace("difficulty: above 0.5}, use", f"{asked}}}, use"))
