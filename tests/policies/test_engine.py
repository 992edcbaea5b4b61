"""Deciding: which rule, which pool, who stands behind, and what nothing can break."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from bench.decide import NOW, draw_signals, write_candidates, write_policy
from policies.engine import decide
from policies.errors import NoCandidateError, PolicyFileError, UnknownChoiceError
from policies.explain import plan_as_tree
from policies.loader import load_policy, parse_policy, shipped_policies
from policies.prices import Step
from policies.roster import Roster
from policies.signals import Caller, Candidate, ModelHealth, Signals, Surroundings
from tests.policies.worlds import AROUND, NOON, make_model, plan, sold_models

TWO_POOLS = """
name: two
pools:
  strong: {objective: best, models: [a, b]}
  cheap: {objective: cheapest, models: [c, d]}
rules:
  - {name: hard, when: {difficulty: above 0.7}, use: strong}
  - {name: vip, when: {tier: vip}, use: strong, prompt: polite}
default: {use: cheap}
fallbacks: [strong]
"""
FOUR = [
    make_model("a", quality=0.8),
    make_model("b", quality=0.9),
    make_model("c", input_usd_per_million=Decimal(2)),
    make_model("d", input_usd_per_million=Decimal(1)),
]


def test_the_first_rule_that_holds_names_the_pool_and_its_objective_orders_it() -> None:
    made = plan(TWO_POOLS, Signals(difficulty=0.9), models=FOUR)
    assert (made.rule, made.pool, made.models) == ("hard", "strong", ("b", "a"))


def test_without_a_rule_that_holds_the_default_decides_and_fallbacks_stand_behind() -> None:
    made = plan(TWO_POOLS, Signals(prompt_tokens=1_000), models=FOUR)
    assert made.rule == "default"
    assert made.models == ("d", "c", "b", "a")
    assert made.primary.estimated_usd == "0.0022"


def test_a_model_that_is_off_or_down_or_unknown_is_rejected_with_its_reason() -> None:
    models = [
        dataclasses.replace(FOUR[0], is_on=False, why_off="no A_KEY"),
        FOUR[1],
        FOUR[2],
    ]
    down = ModelHealth(is_available=False, why="breaker open (12 s left)")
    around = Surroundings(now=NOON, health={"b": down})
    made = plan(TWO_POOLS, Signals(difficulty=0.9), models=models, around=around, requested="c")
    assert made.models == ("c",)
    with pytest.raises(NoCandidateError) as caught:
        plan(TWO_POOLS, Signals(difficulty=0.9), models=models, around=around)
    assert {each.model: each.why for each in caught.value.rejected} == {
        "a": "no A_KEY",
        "b": "breaker open (12 s left)",
    }
    assert "breaker open" in str(caught.value)


DOWN = {"b": ModelHealth(is_available=False, why="breaker open (12 s left)")}
HUGE = Signals(difficulty=0.9, prompt_tokens=1_000_000)
UNABLE = Signals(difficulty=0.9, needs=frozenset({"audio"}))
OBSTACLES = [
    (Signals(difficulty=0.9), DOWN, None, "rest", ("b",)),
    (Signals(difficulty=0.9, prompt_tokens=9_000), {}, "0.001", "budget", ("b",)),
    (Signals(difficulty=0.9, prompt_tokens=9_000), DOWN, "0.001", "budget", ("b",)),
    (HUGE, {}, None, "window", ("b",)),
    (HUGE, DOWN, "0.001", "window", ("b",)),
    (UNABLE, {}, None, "abilities", ("b",)),
    (msgspec.structs.replace(HUGE, needs=UNABLE.needs), {}, None, "abilities", ("b",)),
]


@pytest.mark.parametrize(("signals", "health", "left", "obstacle", "but_for"), OBSTACLES)
def test_what_stands_in_the_way_is_what_would_have_to_go_away_last(
    signals: Signals,
    health: dict[str, ModelHealth],
    left: str | None,
    obstacle: str,
    but_for: tuple[str, ...],
) -> None:
    models = [dataclasses.replace(FOUR[0], is_on=False, why_off="no A_KEY"), FOUR[1]]
    budget = None if left is None else Decimal(left)
    around = Surroundings(now=NOON, health=health, budget_left_usd=budget)
    with pytest.raises(NoCandidateError) as caught:
        plan(TWO_POOLS, signals, models=models, around=around)
    assert (caught.value.obstacle, caught.value.but_for) == (obstacle, but_for)


def test_what_the_policy_itself_wants_of_models_never_goes_away() -> None:
    policy = """
name: wants
pools: {all: {models: [a]}, dear: {models: [b], under_usd: 0.0000001}}
rules: [{name: hard, when: {difficulty: above 0.7}, use: all, needs: [audio]}]
default: {use: dear}
"""
    down = {"a": ModelHealth(is_available=False), "b": ModelHealth(is_available=False)}
    around = Surroundings(now=NOON, health=down)
    for signals in (Signals(difficulty=0.9, prompt_tokens=10), Signals(prompt_tokens=900)):
        with pytest.raises(NoCandidateError) as caught:
            plan(policy, signals, models=FOUR, around=around)
        assert (caught.value.obstacle, caught.value.but_for) == (None, ())


def test_a_named_pool_and_a_named_model_are_obeyed() -> None:
    pool = plan(TWO_POOLS, models=FOUR, requested="strong")
    assert (pool.rule, pool.pool, pool.primary.model) == ("model", "strong", "b")
    model = plan(TWO_POOLS, models=FOUR, requested="a")
    assert (model.rule, model.models, model.prompt) == ("model", ("a",), None)


THREE_RINGS = """\
name: rings
pools:
  fast: {models: [a], fallbacks: [senior]}
  senior: {models: [b]}
  in-house: {models: [home]}
  alone: {models: [c], fallbacks: []}
rules:
  - {name: own, when: {tier: own}, use: fast, fallbacks: [c, senior]}
  - {name: none, when: {tier: none}, use: fast, fallbacks: []}
  - {name: quiet, when: {tier: quiet}, use: alone}
  - {name: half, when: {tier: half}, use: alone, fallbacks: [b]}
default: {use: fast}
fallbacks: [in-house, a]
"""


@pytest.mark.parametrize(
    ("tier", "models"),
    [
        ("standard", ("a", "b", "home")),
        ("own", ("a", "c", "b", "home")),
        ("none", ("a",)),
        ("quiet", ("c",)),
        ("half", ("c", "b")),
    ],
)
def test_behind_a_pool_stand_the_rule_s_then_the_pool_s_then_the_policy_s_and_an_empty_list_ends_the_row(
    tier: str, models: tuple[str, ...]
) -> None:
    there = [make_model(name) for name in ("a", "b", "c", "home")]
    assert plan(THREE_RINGS, caller=Caller(tier=tier), models=there).models == models
    by_pool = plan(THREE_RINGS, models=there, requested="fast")
    assert by_pool.models == ("a", "b", "home")
    assert plan(THREE_RINGS, models=there, requested="alone").models == ("c",)


def test_a_named_model_has_its_configured_fallbacks_and_aliases_are_followed() -> None:
    policy = (
        TWO_POOLS + "model_fallbacks: {a: [cheap]}\naliases: {gpt-4: a, best: strong, x: auto}\n"
    )
    short = Signals(prompt_tokens=100)
    assert plan(policy, short, models=FOUR, requested="gpt-4").models == ("a", "d", "c")
    assert plan(policy, models=FOUR, requested="best").pool == "strong"
    assert plan(policy, models=FOUR, requested="x").rule == "default"


def test_an_alias_may_be_any_line_of_text() -> None:
    policy = TWO_POOLS + "aliases: {客服: strong, My GPT 4 (prod): cheap}\n"
    assert plan(policy, models=FOUR, requested="客服").pool == "strong"
    assert plan(policy, models=FOUR, requested="My GPT 4 (prod)").pool == "cheap"
    with pytest.raises(PolicyFileError, match="aliases"):
        parse_policy(TWO_POOLS + 'aliases: {"two\\nlines": strong}\n')


def test_an_unknown_name_is_answered_with_a_suggestion() -> None:
    with pytest.raises(UnknownChoiceError, match="Did you mean 'strong'") as caught:
        plan(TWO_POOLS, models=FOUR, requested="stron")
    assert caught.value.suggestions[0] == "strong"


def test_constraints_bind_fallbacks_split_arms_and_named_models() -> None:
    policy = """
name: bound
pools: {cloud: {models: [out, home]}}
constraints: [{name: ids, when: {pii: id_card}, must_stay_local: true}]
default: {use: cloud}
fallbacks: [out, home]
splits: {ab: {pool: cloud, arms: {x: {share: 50%, use: out}, y: {share: rest, use: out}}}}
"""
    models = [make_model("out"), make_model("home", is_local=True)]
    private = Signals(pii=frozenset({"id_card"}))
    made = plan(policy, private, models=models)
    assert made.models == ("home",) and made.must_stay_local
    assert [each.model for each in made.rejected] == ["out"]
    with pytest.raises(NoCandidateError):
        plan(policy, private, models=models, requested="out")
    assert plan(policy, models=models).primary.model == "out"


def test_a_region_admits_its_own_models_and_those_of_this_house() -> None:
    policy = """
name: region
pools: {all: {models: [us, cn, home]}}
rules: [{name: bank, when: {tenant: bank-*}, use: all, region: cn}]
default: {use: all}
"""
    models = [
        make_model("us", region="us"),
        make_model("cn", region="cn"),
        make_model("home", is_local=True),
    ]
    made = plan(policy, caller=Caller(tenant="bank-7"), models=models)
    assert made.models == ("cn", "home")
    assert made.rejected[0].why == "is in region us, not cn"


def test_needs_and_the_context_window_hold_for_every_model() -> None:
    small = make_model("small", window_tokens=4_000)
    blind = make_model("blind", abilities=frozenset({"tools"}))
    able = make_model("able")
    policy = "{name: w, pools: {p: {models: [small, blind, able]}}, default: {use: p}}"
    seeing = Signals(prompt_tokens=5_000, modalities=frozenset({"text", "image"}))
    made = plan(policy, seeing, models=[small, blind, able])
    assert made.models == ("able",)
    whys = {each.model: each.why for each in made.rejected}
    assert whys["blind"] == "cannot do vision"
    assert plan(policy, Signals(prompt_tokens=3_600), models=[small, blind]).models == ("blind",)


def test_a_budget_refuses_what_it_cannot_pay_and_what_has_no_price() -> None:
    models = [
        make_model("dear", input_usd_per_million=Decimal(1000)),
        make_model("unpriced", input_usd_per_million=None),
        make_model("fair"),
    ]
    policy = "{name: b, pools: {p: {models: [dear, unpriced, fair]}}, default: {use: p}}"
    around = Surroundings(now=NOON, budget_left_usd=Decimal("0.10"))
    made = plan(policy, Signals(prompt_tokens=1_000), models=models, around=around)
    assert made.models == ("fair",)
    assert "price unknown" in {each.model: each.why for each in made.rejected}["unpriced"]


def test_the_callers_wish_to_stay_local_cannot_be_undone() -> None:
    made = plan(load_policy("customer-service"), caller=Caller(must_stay_local=True))
    assert made.models == ("pointsman-demo",)
    with pytest.raises(NoCandidateError):
        plan(
            load_policy("customer-service"),
            caller=Caller(must_stay_local=True),
            requested="gpt-6-sol",
        )


def test_a_plan_holds_no_more_models_than_attempts_are_allowed() -> None:
    policy = TWO_POOLS + "terms: {max_attempts: 3, deadline_seconds: 9}\n"
    made = plan(policy, models=FOUR)
    assert len(made.models) == 3
    assert made.terms.deadline_seconds == 9


def test_whom_no_call_is_left_for_is_told_as_rejected() -> None:
    policy = parse_policy(
        """
name: short
terms: {max_attempts: 2}
pools:
  five: {models: [a, b, c, d, e], fallbacks: [mid]}
  mid: {models: [f, a, g, off]}
default: {use: five}
"""
    )
    models = [*(make_model(name) for name in "abcdefg"), make_model("off", is_on=False)]
    made = plan(policy, models=models)
    assert made.models == ("a", "b")
    whys = {each.model: each.why for each in made.rejected}
    assert whys.keys() == set("cdefg") | {"off"}
    assert {whys[name] for name in "cdefg"} == {"no call is left for it (`max_attempts: 2`)"}
    assert whys["off"] == "switched off"
    assert not [each for each in made.reasons if "nobody else" in each.text]


def test_every_candidate_of_a_plan_is_in_it_or_rejected_however_few_calls_there_may_be() -> None:
    cascade = "cascade: {judge: {refusal: true}, escalate: strong}"
    for calls in range(1, 8):
        for extra in ("", cascade):
            policy = parse_policy(
                f"""
name: short
terms: {{max_attempts: {calls}}}
pools:
  cheap: {{models: [a, b, c], quality_floor: 0.2}}
  strong: {{models: [d, e, b]}}
default: {{use: cheap, fallbacks: [strong, f], {extra}}}
"""
            )
            models = [make_model(name, quality=0.1 if name == "c" else 0.9) for name in "abcdef"]
            made = plan(policy, models=models)
            rejected = [each.model for each in made.rejected]
            assert sorted([*made.models, *rejected]) == list("abcdef"), (calls, extra)
            assert len(made.models) <= calls or calls == 1


def test_a_demand_keeps_out_who_refuses_it_and_only_those() -> None:
    policy = parse_policy("{name: d, pools: {p: {models: [a, b]}}, default: {use: p}}")
    models = [
        make_model("a", refuses={"several_answers": "one answer a call", "file": "no files"}),
        make_model("b"),
    ]
    assert plan(policy, Signals(demands=frozenset({"logprobs"})), models=models).models[0] == "a"
    both = plan(policy, Signals(demands=frozenset({"several_answers", "file"})), models=models)
    assert both.models == ("b",)
    assert [each.why for each in both.rejected] == ["no files; one answer a call"]
    with pytest.raises(NoCandidateError, match="a: one answer a call") as caught:
        plan(policy, Signals(demands=frozenset({"several_answers"})), models=models[:1])
    assert (caught.value.obstacle, caught.value.but_for) == ("abilities", ("a",))


def test_what_is_asked_of_models_changes_with_the_demands_although_a_rule_is_remembered() -> None:
    policy = parse_policy("{name: d, pools: {p: {models: [a, b]}}, default: {use: p}}")
    models = Roster([make_model("a", refuses={"file": "no files"}), make_model("b")])
    around = Surroundings(now=NOON)
    for demands in (frozenset[str](), frozenset({"file"}), frozenset[str](), frozenset({"file"})):
        made = decide(policy, Signals(demands=demands), Caller(), models, around)
        assert made.primary.model == ("b" if demands else "a")


def test_a_rules_terms_win_over_the_policys() -> None:
    policy = TWO_POOLS.replace(
        "use: strong}", "use: strong, terms: {deadline_seconds: 5, hedge: {max_share: 0.1}}}", 1
    )
    made = plan(
        policy + "terms: {deadline_seconds: 9, cache: true}\n", Signals(difficulty=0.9), models=FOUR
    )
    assert (made.terms.deadline_seconds, made.terms.cache) == (5, True)
    assert made.terms.hedge is not None and made.terms.hedge.max_share == 0.1


def test_a_rule_may_want_the_order_of_its_streams_proven() -> None:
    policy = TWO_POOLS.replace("use: strong}", "use: strong, terms: {order: proven}}", 1)
    hard = plan(policy, Signals(difficulty=0.9), models=FOUR)
    assert hard.terms.order == "proven"
    assert "the order of its pieces must be proven" in plan_as_tree(hard)
    assert plan(policy, Signals(difficulty=0.1), models=FOUR).terms.order == "trusted"


@pytest.mark.parametrize(
    "off", [("openai",), ("openai", "anthropic"), ("openai", "anthropic", "dashscope")]
)
@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_go_to_what_exists_when_vendors_have_no_key(
    name: str, off: tuple[str, ...]
) -> None:
    policy = load_policy(name)
    dice = random.Random(3)
    for _ in range(200):
        signals = msgspec.structs.replace(draw_signals(dice), needs=frozenset(), prompt_tokens=300)
        made = plan(policy, signals, models=sold_models(*off))
        assert all(
            each.provider not in off for each in sold_models(*off) if each.name in made.models
        )
    if len(off) == 3:
        assert made.models == ("pointsman-demo",)
        assert any("no OPENAI_API_KEY" in each.why for each in made.rejected)


def test_reasons_tell_the_rule_and_thorough_ones_every_earlier_rule() -> None:
    brief = plan(TWO_POOLS, caller=Caller(tier="vip"), models=FOUR)
    assert brief.reasons[0].text == "earlier rules that did not hold: hard"
    long = plan(TWO_POOLS, caller=Caller(tier="vip"), models=FOUR, thorough=True)
    assert long.reasons[0].below[0].text == "difficulty 0.5 is not above 0.7"
    without = msgspec.structs.replace
    assert without(long, reasons=()) == without(brief, reasons=())


@pytest.mark.parametrize("name", [None, *shipped_policies()])
def test_what_is_remembered_of_earlier_decisions_never_changes_one(name: str | None) -> None:
    policy = write_policy(50, 20) if name is None else load_policy(name)
    models = [*write_candidates(20), *sold_models("dashscope")]
    kept, dice = Roster(models), random.Random(7)
    ill = {each.name: ModelHealth(is_available=False, why="ill") for each in models[::3]}
    for at in range(1_500):
        signals = msgspec.structs.replace(
            draw_signals(dice),
            prompt_tokens=dice.choice([300, 5_000, 60_000, 199_000, 900_000]),
            max_output_tokens=dice.choice([None, None, 50, 100_000]),
            expected_quality={models[at % 20].name: dice.random()} if at % 5 == 0 else {},
        )
        caller = Caller(user=f"u{at}", must_stay_local=at % 7 == 0)
        budget = Decimal("0.01") if at % 11 == 0 else None
        health = [ill, {}, ill][at // 500]
        around = Surroundings(now=NOW, health=health, budget_left_usd=budget)
        requested = dice.choice(["auto", "auto", "auto", next(iter(policy.pools))])
        decided: list[object] = []
        for candidates in (models, kept):
            try:
                decided.append(decide(policy, signals, caller, candidates, around, requested))
            except NoCandidateError as error:
                decided.append(str(error))
        assert decided[0] == decided[1]


def test_a_list_or_a_health_report_that_its_owner_changes_counts_as_it_is_now() -> None:
    models, health = list(FOUR), dict[str, ModelHealth]()
    around = Surroundings(now=NOON, health=health)
    policy, hard = parse_policy(TWO_POOLS), Signals(difficulty=0.9)

    def first() -> str:
        return decide(policy, hard, Caller(), models, around).primary.model

    assert first() == "b"
    health["b"] = DOWN["b"]
    assert first() == "a"
    del health["b"]
    assert first() == "b"
    models[1] = dataclasses.replace(FOUR[1], quality=0.1)
    assert first() == "a"


CROSSING = """
name: crossing
pools:
  cheap: {objective: cheapest, quality_floor: 0.5, models: [wide, stepped, brief, unpriced], fallbacks: [good]}
  good: {objective: best, models: [brief, fine, wide]}
rules:
  - {name: hard, when: {difficulty: above 0.8}, use: good, fallbacks: [cheap], terms: {max_attempts: 2}}
  - name: tried
    when: {language: zh}
    use: cheap
    cascade: {judge: {refusal: true}, escalate: good}
default: {use: cheap}
splits:
  ab:
    pool: cheap
    arms: {good: {share: 30%, use: good}, brief: {share: 20%, use: brief}, cheap: {share: 20%, use: cheap}, b: {share: rest}}
"""
"""Where the order by price turns with a prompt's length, its model's way of counting and the answer's."""


def write_crossing() -> list[Candidate]:
    """Give models whose prices cross."""
    longer = (Step(2_000, Decimal(9), Decimal(9)),)
    return [
        make_model("wide", quality=0.55, family="wide"),
        make_model("stepped", quality=0.6, input_usd_per_million=Decimal("0.9"), longer_prompts=longer),
        make_model("brief", quality=0.75, input_usd_per_million=Decimal(2), output_usd_per_million=Decimal(1)),
        make_model("unpriced", quality=0.8, input_usd_per_million=None),
        make_model("fine", quality=0.9, sites=()),
    ]  # fmt: skip


def test_what_is_remembered_gives_way_where_prices_cross_and_qualities_fall_below_a_floor() -> None:
    policy, models = parse_policy(CROSSING), write_crossing()
    kept, dice = Roster(models), random.Random(3)
    seen: set[tuple[str, ...]] = set()
    around = Surroundings(now=NOW)
    for at in range(3_000):
        tokens = dice.choice([40, 300, 1_990, 2_010, 9_000])
        signals = msgspec.structs.replace(
            draw_signals(dice),
            prompt_tokens=tokens,
            tokens_by_family={"wide": (dice.choice([tokens, 2 * tokens]), 3 * tokens)},
            max_output_tokens=dice.choice([None, 20, 2_000]),
            learned_odds={"fine": dice.random()} if at % 17 == 0 else {},
            answers=1 + (at % 13 == 0),
        )
        caller = Caller(user=f"u{dice.randrange(50)}" * dice.randrange(2))
        made = decide(policy, signals, caller, kept, around)
        assert made == decide(policy, signals, caller, models, around)
        seen.add(made.models)
    assert len(seen) > 12


def digest_of_plans(count: int) -> str:
    """Decide twice about `count` random requests each, and give a hash of all plans."""
    policies = [write_policy(50, 20), *(load_policy(name) for name in shipped_policies())]
    models = [*write_candidates(20), *sold_models()]
    dice = random.Random(11)
    seen = hashlib.sha256()
    for at in range(count):
        signals = msgspec.structs.replace(
            draw_signals(dice),
            pii=frozenset(dice.sample(["phone", "id_card", "email"], dice.randrange(3))),
            needs=frozenset(dice.sample(["tools", "vision", "json_schema"], dice.randrange(3))),
        )
        caller = Caller(user=f"u{dice.randrange(1_000)}" * dice.randrange(2))
        around = Surroundings(now=NOW)
        policy = policies[at % len(policies)]
        try:
            made = decide(policy, signals, caller, models, around)
            assert decide(policy, signals, caller, models, around) == made
            seen.update(repr(made).encode())
        except NoCandidateError as error:
            seen.update(str(error).encode())
    return seen.hexdigest()


def test_ten_thousand_random_requests_are_decided_alike_twice_and_in_another_process() -> None:
    here = digest_of_plans(10_000)
    script = "from tests.policies.test_engine import digest_of_plans as d; print(d(10_000))"
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "12345", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert other.stdout.strip() == here


def test_hard_limits_hold_for_every_model_of_thousands_of_random_plans() -> None:
    policies = [load_policy(name) for name in shipped_policies()]
    by_name = {each.name: each for each in sold_models()}
    dice = random.Random(5)
    refused = 0
    for at in range(4_000):
        signals = msgspec.structs.replace(
            draw_signals(dice),
            pii=frozenset(dice.sample(["phone", "id_card"], dice.randrange(2))),
            needs=frozenset(dice.sample(["tools", "json_schema"], dice.randrange(2))),
            prompt_tokens=dice.choice([50, 1_800, 90_000, 1_200_000]),
        )
        caller = Caller(user=f"u{at}", must_stay_local=dice.random() < 0.2)
        requested = dice.choice(["auto", "auto", "gpt-6-sol", "pointsman-demo", "local"])
        try:
            made = plan(policies[at % len(policies)], signals, caller, requested=requested)
        except NoCandidateError:
            refused += 1
            continue
        must_stay = caller.must_stay_local or (made.policy == "privacy-first" and signals.pii)
        assert made.must_stay_local == bool(must_stay)
        for name in made.models:
            model = by_name[name]
            assert model.is_local or not must_stay
            assert signals.needs <= model.abilities
            assert signals.prompt_tokens + 512 <= model.window_tokens
    assert 0 < refused < 4_000


def test_a_pool_may_name_whatever_runs_in_this_house() -> None:
    policy = (
        "{name: l, pools: {home: {objective: best, models: [any-local]}}, default: {use: home}}"
    )
    models = [
        make_model("away"),
        make_model("tiny", is_local=True, quality=0.2),
        make_model("mine", is_local=True, quality=0.6),
    ]
    assert plan(policy, models=models).models == ("mine", "tiny")
    with pytest.raises(NoCandidateError, match="no model runs in this house"):
        plan(policy, models=[make_model("away")], around=AROUND)


def test_the_local_models_share_the_weight_of_any_local() -> None:
    policy = parse_policy(
        "name: p\n"
        "pools: {w: {objective: weighted, models: [any-local, far], weights: {any-local: 98, far: 2}}}\n"
        "default: {use: w}\n"
    )
    models = [make_model("one", is_local=True), make_model("two", is_local=True), make_model("far")]
    plans = [plan(policy, caller=Caller(user=f"u{at}"), models=models) for at in range(400)]
    chances = {each.primary.model: each.propensity for each in plans}
    assert chances == pytest.approx({"one": 0.49, "two": 0.49, "far": 0.02})
    assert sum(each.primary.model == "far" for each in plans) < 30


def test_a_window_is_checked_with_the_most_that_the_model_s_own_family_may_count() -> None:
    tokens = {"o200k": (880, 950), "qwen": (1_500, 1_700), "": (1_500, 1_700)}
    signals = Signals(prompt_tokens=880, tokens_by_family=tokens)
    models = [
        make_model("wide", family="o200k", window_tokens=2_000),
        make_model("narrow", family="qwen", window_tokens=2_000),
        make_model("stranger", window_tokens=2_000),
    ]
    text = "name: all\npools: {all: {models: [narrow, stranger, wide]}}\ndefault: {use: all}\n"
    policy = text
    found = plan(policy, signals, models=models)
    assert found.models == ("wide",)
    whys = {each.model: each.why for each in found.rejected}
    assert whys["narrow"] == "may need 2212 tokens, its window holds 2000"
    assert whys["stranger"] == whys["narrow"]
    assert plan(policy, Signals(prompt_tokens=880), models=models).models[0] == "narrow"


def test_a_price_is_that_of_the_tokens_which_the_model_s_own_family_counts() -> None:
    signals = Signals(
        prompt_tokens=1_000, tokens_by_family={"": (1_000, 1_100), "qwen": (2_000, 2_200)}
    )
    models = [make_model("plain"), make_model("costly", family="qwen")]
    text = "name: all\npools: {all: {models: [costly, plain], objective: cheapest}}\ndefault: {use: all}\n"
    found = plan(text, signals, models=models)
    assert found.models == ("plain", "costly")


PROMPTED = """\
name: prompted
pools: {all: {models: [a]}}
rules: [{name: told, when: {tier: told}, use: all, prompt: general}]
default: {use: all}
"""


def test_the_prompt_of_the_plan_is_in_its_price_its_budget_and_its_window() -> None:
    signals = Signals(
        prompt_tokens=100, prompts={"general": {"o200k": (900, 1000), "": (900, 1000)}}
    )
    told = Caller(tier="told")
    bare, whole = (plan(PROMPTED, signals, models=FOUR, caller=who) for who in (Caller(), told))
    alike = plan(PROMPTED, Signals(prompt_tokens=1000), models=FOUR)
    assert whole.primary.estimated_usd == alike.primary.estimated_usd != bare.primary.estimated_usd
    left = Decimal(bare.primary.estimated_usd or 0)
    around = Surroundings(now=NOON, budget_left_usd=left)
    plan(PROMPTED, signals, models=FOUR, around=around)
    with pytest.raises(NoCandidateError) as caught:
        plan(PROMPTED, signals, models=FOUR, caller=told, around=around)
    assert caught.value.obstacle == "budget"
    narrow = [dataclasses.replace(FOUR[0], window_tokens=100 + 700 + 200)]
    long = msgspec.structs.replace(signals, max_output_tokens=700)
    plan(PROMPTED, long, models=narrow)
    with pytest.raises(NoCandidateError, match="may need 1800 tokens"):
        plan(PROMPTED, long, models=narrow, caller=told)
