"""Rules that constraints leave nobody to answer."""

from __future__ import annotations

import pytest

from policies.lint import lint
from policies.loader import parse_policy, parse_yaml
from policies.signals import Candidate
from tests.policies.worlds import make_model

TEXT = """name: t
pools: {strong: {models: [sol]}, cheap: {models: [luna]}, house: {models: [home]}}
constraints: [CONSTRAINTS]
rules:
  - RULE
  - {name: private, when: {pii: any}, use: house}
default: {use: strong, fallbacks: [cheap, house]}
"""
STAYS = "{name: stays, when: {pii: any}, must_stay_local: true}"


def unmet(constraints: str, rule: str, *, home: Candidate | None = None) -> list[tuple[int, str]]:
    """Line and words of each finding that nobody may answer."""
    text = TEXT.replace("CONSTRAINTS", constraints).replace("RULE", rule)
    home = home or make_model("home", is_local=True, abilities=frozenset({"tools", "streaming"}))
    models = [make_model("sol", region="us"), make_model("luna", region="cn"), home]
    found = lint(parse_policy(parse_yaml(text, "p.yaml")), models)
    return [(each.line, each.message) for each in found if each.code == "unmet" and each.is_error]


@pytest.mark.parametrize(
    ("constraints", "rule", "said"),
    [
        (STAYS, "{name: x, when: {pii: any, tier: vip}, use: strong, fallbacks: [cheap]}", "constraint 'stays' always holds there"),
        (STAYS, "{name: x, when: {pii: phone}, use: cheap}", "luna: the request must stay in this house"),
        ("{name: sees, needs: [vision]}", "{name: x, when: {tier: vip}, use: house, fallbacks: []}", "home: cannot do vision"),
        ("{name: sees, when: {modality: image}, needs: [json_schema]}", "{name: x, when: {modality: image}, use: house}", "home: cannot do"),
        ("{name: cn, when: {tenant: a}, region: cn}, {name: us, when: {tier: vip}, region: [us, eu]}",
         "{name: x, when: {tenant: a, tier: vip}, use: strong, fallbacks: [cheap]}", "constraints 'cn' and 'us' always hold there"),
    ],
)  # fmt: skip
def test_a_rule_whose_every_request_a_constraint_refuses_is_found(
    constraints: str, rule: str, said: str
) -> None:
    able = make_model("home", is_local=True, abilities=frozenset({"tools", "vision"}))
    found = unmet(constraints, rule, home=able if "json_schema" in constraints else None)
    mine = [message for line, message in found if line == 5]
    assert len(mine) == 1 and mine[0].startswith("rule 'x' can only refuse: ")
    assert said in mine[0]


@pytest.mark.parametrize(
    ("constraints", "rule"),
    [
        # A model behind it meets the constraint.
        (STAYS, "{name: x, when: {pii: any, tier: vip}, use: strong, fallbacks: [house]}"),
        # Some requests of the rule are free of it.
        (STAYS, "{name: x, when: {any: [{pii: any}, {tier: vip}]}, use: strong}"),
        (STAYS, "{name: x, when: {tier: vip}, use: strong}"),
        ("{name: cn, when: {tenant: a, pii: any}, region: cn}", "{name: x, when: {tenant: a}, use: strong}"),
    ],
)  # fmt: skip
def test_a_rule_some_of_whose_requests_are_answered_is_left_alone(
    constraints: str, rule: str
) -> None:
    assert unmet(constraints, rule) == []


def test_what_no_rule_meets_is_told_of_the_constraint_and_not_of_every_rule() -> None:
    found = unmet(
        "{name: c, region: mars}",
        "{name: x, when: {tier: vip}, use: strong}",
        home=make_model("home"),
    )
    assert [line for line, _ in found] == [3]
