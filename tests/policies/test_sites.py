"""Where a model is deployed decides whether limits on regions and on this house let it answer."""

from __future__ import annotations

import random
from typing import Any

import pytest

from policies.consulting import consult
from policies.decision import Plan, Reason
from policies.errors import NoCandidateError
from policies.explain import plan_as_tree
from policies.lint import lint
from policies.loader import parse_policy
from policies.signals import Caller, Candidate, Signals, Site
from tests.policies.worlds import AROUND, make_model, plan

CN = Site(name="ds-cn/q", region="cn")
INTL = Site(name="ds-intl/q", region="intl")
PROXY = Site(name="proxy/q")
HOME = Site(name="gpu/q", is_local=True)
POLICY = """
name: p
pools: {all: {models: [q, other]}}
constraints:
  - {name: china, when: {tenant: bank}, region: cn}
  - {name: ids, when: {pii: any}, must_stay_local: true}
default: {use: all}
"""
BANK = Caller(tenant="bank")
PRIVATE = Signals(pii=frozenset({"phone"}))


def at(*sites: Site, name: str = "q", **more: Any) -> Candidate:
    return make_model(name, sites=sites, **more)


def said(made: Plan) -> list[str]:
    return [below.text for reason in made.reasons for below in reason.below]


def test_a_card_of_the_region_does_not_help_a_model_that_is_deployed_elsewhere() -> None:
    with pytest.raises(NoCandidateError, match="q: is in region intl, not cn"):
        plan(POLICY, caller=BANK, models=[at(INTL, region="cn")])
    with pytest.raises(NoCandidateError, match="q: is in region unknown, not cn"):
        plan(POLICY, caller=BANK, models=[at(PROXY, region="cn")])
    whys = "ds-intl/q is in region intl, not cn; proxy/q is in region unknown, not cn"
    with pytest.raises(NoCandidateError, match=whys):
        plan(POLICY, caller=BANK, models=[at(INTL, PROXY)])


def test_one_deployment_inside_is_enough_and_the_plan_says_which_are_left_out() -> None:
    made = plan(POLICY, caller=BANK, models=[at(CN, INTL, PROXY)])
    assert (made.models, made.regions) == (("q",), ("cn",))
    assert said(made)[-2:] == [
        "ds-intl/q is in region intl, not cn",
        "proxy/q is in region unknown, not cn",
    ]
    assert "never called, being outside the limits" in plan_as_tree(made)
    free = plan(POLICY, models=[at(CN, INTL)])
    assert free.regions is None and "outside the limits" not in plan_as_tree(free)


def test_what_must_stay_local_needs_a_deployment_in_this_house() -> None:
    made = plan(POLICY, PRIVATE, models=[at(HOME, INTL)])
    assert made.must_stay_local and said(made)[-1] == "ds-intl/q is outside this house"
    with pytest.raises(NoCandidateError, match="this model is outside"):
        plan(POLICY, PRIVATE, models=[at(CN, INTL, is_local=False)])


def test_a_deployment_in_this_house_is_in_every_region() -> None:
    assert plan(POLICY, caller=BANK, models=[at(HOME, INTL)]).models == ("q",)


def test_a_test_that_something_stays_local_believes_the_limit_that_binds_the_calls() -> None:
    from policies.expectations import run_expectations

    text = POLICY + "expect: [{name: stays, signals: {pii: phone}, stays_local: true}]\n"
    models = [at(HOME, INTL), at(INTL, name="other")]
    assert run_expectations(parse_policy(text), models) == []


def test_a_model_that_is_deployed_elsewhere_than_its_name_says_is_found() -> None:
    policy = parse_policy(POLICY)
    lost = at(INTL, region="cn", is_on=False, why_off="elsewhere")
    found = [
        each for each in lint(policy, [lost, at(CN, name="other")]) if each.code == "elsewhere"
    ]
    assert len(found) == 1
    assert "model 'q' is of region cn, where no provider is: ds-intl is in intl" in found[0].message
    assert "region: cn" in found[0].mend and found[0].line == 3


def test_a_rule_behind_which_no_deployment_fits_is_found() -> None:
    text = "{name: p, pools: {all: {models: [q]}}, default: {use: all, region: cn}}"
    assert "no-region" in {each.code for each in lint(parse_policy(text), [at(INTL, region="cn")])}
    assert "no-region" not in {each.code for each in lint(parse_policy(text), [at(INTL, CN)])}
    text = "{name: p, pools: {all: {models: [q]}}, default: {use: all, must_stay_local: true}}"
    assert "no-local" in {each.code for each in lint(parse_policy(text), [at(INTL)])}
    assert "no-local" not in {each.code for each in lint(parse_policy(text), [at(INTL, HOME)])}


EVERYTHING = """
name: p
dispatcher: {use: readers, when: {turns: at least 1}, deadline_seconds: 1}
pools:
  cheap: {models: [a, b, c], objective: cheapest}
  strong: {models: [d, e], objective: best}
  readers: {models: [b, d]}
  judges: {models: [c, e]}
constraints:
  - {name: china, when: {tenant: bank}, region: cn}
  - {name: ids, when: {pii: any}, must_stay_local: true}
splits: {ab: {pool: strong, arms: {x: {share: 50%, use: a}, y: {share: rest, use: strong}}}}
rules:
  - name: hard
    when: {difficulty: above 0.5}
    use: strong
  - name: judged
    when: {turns: at least 2}
    use: cheap
    cascade: {escalate: strong, judge: {check: judges, agreement: {with: readers, at_least: 0.5}}}
default: {use: cheap}
fallbacks: [strong, cheap]
"""


def test_whoever_is_in_a_plan_has_a_deployment_inside_its_limits() -> None:
    dice = random.Random(5)
    policy = parse_policy(EVERYTHING)
    seen = refused = 0
    for _ in range(1_500):
        sites = {
            name: tuple(dice.choices((CN, INTL, PROXY, HOME), k=dice.randint(1, 3)))
            for name in "abcde"
        }
        models = [at(*where, name=name) for name, where in sites.items()]
        signals = Signals(
            pii=frozenset(dice.sample(["phone"], dice.randrange(2))),
            difficulty=dice.random(),
            turns=dice.randint(1, 3),
        )
        caller = Caller(
            user=str(dice.random()),
            tenant=dice.choice(["", "bank"]),
            must_stay_local=dice.random() < 0.2,
        )
        asked = consult(policy, signals, caller, models, AROUND)
        plans = [asked.plan] if asked is not None and asked.plan is not None else []
        requested = dice.choice(["auto", "auto", "strong", "a"])
        try:
            plans.append(plan(policy, signals, caller, models=models, requested=requested))
        except NoCandidateError:
            refused += 1
        must_stay = caller.must_stay_local or bool(signals.pii)
        regions = ("cn",) if caller.tenant == "bank" else None
        for made in plans:
            seen += 1
            assert (made.must_stay_local, made.regions) == (must_stay, regions)
            judges = made.cascade.judges if made.cascade else ()
            for name in (*made.models, *(each.model for one in judges for each in one.models)):
                assert any(
                    site.is_local or (not must_stay and (not regions or site.region in regions))
                    for site in sites[name]
                )
    assert seen > 1_000 and refused > 50


def test_the_dispatchers_reason_names_the_deployments_that_are_left_out() -> None:
    policy = parse_policy(EVERYTHING)
    models = [at(CN, INTL, name=name) for name in "abcde"]
    asked = consult(policy, Signals(), BANK, models, AROUND)
    assert asked is not None
    assert "ds-intl/q is in region intl, not cn" in _texts(asked.why)


def _texts(reason: Reason) -> list[str]:
    return [reason.text, *(text for below in reason.below for text in _texts(below))]
