"""The published schema: what is green in an editor is read, what is red is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from policies.checking import check_policy
from policies.errors import PolicyFileError
from policies.json_schema import build_schema
from policies.loader import find_policy, parse_policy, parse_yaml, shipped_policies
from tests.policies.worlds import make_model

SCHEMA = build_schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip
POLICY = """\
name: p
pools: {{a: {{models: [m]{pool}}}}}
rules: [{{name: r, {rule}, use: a}}]
splits: {{s: {{{split}, arms: {{{arms}}}}}}}
default: {{use: a}}
{top}
"""
GIVEN = {"pool": "", "split": "pool: a", "rule": "when: {code: true}", "arms": "x: {share: 50%}, y: {share: rest}", "top": ""}  # fmt: skip


def trouble(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a value by the words of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] | schema
    if "anyOf" in schema and all(any(trouble(value, each)) for each in schema["anyOf"]):
        yield "none of anyOf"
    if "not" in schema and not any(trouble(value, schema["not"])):
        yield "what it must not be"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{value} is not in the list"
    if "const" in schema and value != schema["const"]:
        yield f"{value} is another"
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    is_flag = isinstance(value, bool)
    if kinds and not any(
        isinstance(value, TYPES[kind]) and is_flag == (kind == "boolean") for kind in kinds
    ):
        yield f"{value} is no {kinds}"
    elif isinstance(value, dict):
        yield from _in_object(value, schema)
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield "too many or too few"
        for each in value:
            yield from trouble(each, schema.get("items", {}))
    elif isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{value} does not match"
        if len(value) < schema.get("minLength", 0):
            yield "too short"
    elif isinstance(value, int | float) and not is_flag:
        is_low = value < schema.get("minimum", value) or value <= schema.get("exclusiveMinimum", value - 1)  # fmt: skip
        if is_low or value > schema.get("maximum", value):
            yield f"{value} is out of bounds"


def _in_object(value: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    if len(value) < schema.get("minProperties", 0):
        yield "too few keys"
    yield from (f"{key} is missing" for key in schema.get("required", ()) if key not in value)
    for key, each in value.items():
        found = known.get(key) or next(
            (found for pattern, found in patterns.items() if re.search(pattern, key)),
            schema.get("additionalProperties", True),
        )
        if found is False:
            yield f"{key} is unknown"
        elif found is not True:
            yield from trouble(each, found)


def is_read(text: str) -> bool:
    try:
        parse_policy(text)
    except PolicyFileError:
        return False
    return True


@pytest.mark.parametrize("name", shipped_policies())
def test_our_own_policies_are_green(name: str) -> None:
    data = parse_yaml(find_policy(name).read_text(encoding="utf-8")).data
    assert list(trouble(data, SCHEMA)) == []


@pytest.mark.parametrize(
    ("place", "written", "good"),
    [
        ("rule", "when: {user: 1001}", True),
        ("rule", "when: {user: [a, 7]}", True),
        ("rule", "when: {user: true}", False),
        ("rule", "when: {code: yes}", True),
        ("rule", "when: {code: maybe}", False),
        ("rule", "when: {code: 1}", False),
        ("rule", "when: {}", False),
        ("rule", "when: ", False),
        ("rule", "when: {tier: }", False),
        ("rule", "when: {metadata: {}}", False),
        ("rule", "when: {all_: [{code: true}]}", False),
        ("rule", "when: {quality: {of: a, range: above 0.5}}", False),
        ("rule", "when: {quality: {of: a, is: above 50%}}", True),
        ("rule", "when: {health: {of: a}}", False),
        ("rule", "when: {health: {of: a, load: above 50%}}", True),
        ("rule", "terms: {cache_seconds: true}", False),
        ("rule", "terms: {cache_across_users: y}", False),
        ("rule", "terms: {cache_across_users: yes}", True),
        ("rule", "when: {time: hello}", False),
        ("rule", "when: {time: 9:00 to 24:00}", True),
        ("rule", "when: {time: 25:00-26:00}", False),
        ("rule", "when: {weekday: hello}", False),
        ("rule", "when: {weekday: monkey}", False),
        ("rule", "when: {weekday: [Mon-fri, sunday]}", True),
        ("rule", "when: {difficulty: above 70%}", True),
        ("rule", "when: {difficulty: ABOVE 0.7}", True),
        ("rule", "when: {difficulty: 0.1 to 0.2}", True),
        ("rule", "when: {difficulty: above 7}", False),
        ("rule", "when: {difficulty: 7}", False),
        ("rule", "when: {difficulty: '>= 0.7'}", True),
        ("rule", "when: {tokens: above 30k}", True),
        ("rule", "when: {tokens: 1_000..2_000}", True),
        ("rule", "when: {tokens: above 70%}", False),
        ("rule", "when: {tokens: many}", False),
        ("rule", "when: {turns: 1.5}", False),
        ("rule", "when: {emotion_trend: below -0.2}", True),
        ("rule", "when: {pii: [id_card, phone]}", True),
        ("rule", "when: {pii: [idcard]}", False),
        ("rule", "when: {pii: none}", True),
        ("rule", "when: {pii: [none]}", True),
        ("rule", "when: {pii: [none, phone]}", False),
        ("rule", "when: {slots: ordernumber}", False),
        ("rule", "when: {modality: imge}", False),
        ("rule", "needs: [tools, seed]", True),
        ("rule", "needs: [teleport]", False),
        ("rule", "region: ", False),
        ("pool", ", quality_floor: 0.6", True),
        ("pool", ", quality_floor: '0.6'", False),
        ("pool", ", quality_floor: 60%", True),
        ("pool", ", quality_floor: 100.0 %", True),
        ("pool", ", quality_floor: 160%", False),
        ("pool", ", quality_floor: -6%", False),
        ("rule", "terms: {hedge: {max_share: 10%}}", True),
        ("rule", "terms: {hedge: {max_share: 10}}", False),
        ("rule", "cascade: {escalate: a, judge: {agreement: {at_least: 30%}}}", True),
        ("rule", "cascade: {escalate: a, judge: {agreement: {at_least: 0.0%}}}", False),
        ("pool", ", quality_floor: 6", False),
        ("arms", "x: {share: }, y: {share: 50%}", False),
        ("arms", "x: {share: -10%}, y: {share: rest}", False),
        ("arms", "x: {share: 12.5%}, y: {share: rest}", True),
        ("arms", "甲: {share: 50%}, 乙: {share: rest}", True),
        ("arms", "甲，: {share: 50%}, 乙: {share: rest}", False),
        ("top", "zone: Asia/Shanghai", True),
        ("top", "zone: +08:00", True),
        ("top", "zone: +08:99", False),
        ("top", "zone: any zone", False),
        ("top", "headroom_tokens: 1_000", True),
        ("rule", "when: {load: above 100%}", False),
        ("rule", "when: {load: '> 1.0'}", False),
        ("rule", "when: {load: BELOW 0}", False),
        ("rule", "when: {load: at least 100%}", True),
        ("rule", "when: {load: above 10%}", True),
        ("rule", "cascade: {escalate: a, judge: {refusal: false}}", False),
        ("rule", "cascade: {escalate: a, judge: {refusal: Off}}", False),
        ("rule", "cascade: {escalate: a, judge: {refusal: off, check: a}}", True),
        ("rule", "cascade: {escalate: a, judge: {refusal: yes}}", True),
        ("rule", "cascade: {escalate: a}", True),
        ("split", "layer: x", False),
        ("split", "rules: []", False),
        ("split", "rules: [r]", True),
        ("top", "expect: [{say: hello}]", False),
        ("top", "expect: [{say: hello, pool: a}]", True),
    ],
)
def test_what_is_green_is_read_and_what_is_red_is_refused(
    place: str, written: str, good: bool
) -> None:
    text = POLICY.format(**{**GIVEN, place: written})
    assert is_read(text) is good
    assert (not any(trouble(parse_yaml(text).data, SCHEMA))) is good


@pytest.mark.parametrize(
    ("case", "good"),
    [
        ("signals: {intent: refund, tokens: 6k, code: yes, emotion: negative, pii: [phone]}", True),
        ("signals: {prompt_tokens: 5, is_unsure: true, slots: {date: today}, needs: tools}", True),
        ("caller: {key: shop, tier: vip, metadata: {app: web}, must_stay_local: off}", True),
        ("signals: {intnt: refund}", False),
        ("signals: {emotion: sad}", False),
        ("signals: {pii: [idcard]}", False),
        ("signals: {code: perhaps}", False),
        ("signals: {tier: vip}", False),
        ("caller: {teir: vip}", False),
    ],
)
def test_what_a_test_gives_is_green_where_check_reads_it(case: str, good: bool) -> None:
    text = POLICY.format(**{**GIVEN, "top": f"expect: [{{{case}, pool: a}}]"})
    found = check_policy(parse_policy(text), [make_model("m")])
    assert (not [each for each in found if each.code == "expectation"]) is good, found
    assert (not any(trouble(parse_yaml(text).data, SCHEMA))) is good


@pytest.mark.parametrize("name", ["default", "model"])
def test_names_that_plans_use_themselves_are_red_for_rules(name: str) -> None:
    text = POLICY.replace("name: r,", f"name: {name},").format(**GIVEN)
    assert not is_read(text) and any(trouble(parse_yaml(text).data, SCHEMA))
