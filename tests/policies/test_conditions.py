"""Every condition, holding and not holding, with its words."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import yaml

from policies.compiling import compile_all
from policies.conditions import Condition
from policies.expectations import build_signals
from policies.facts import CEL_NAMES, Facts
from policies.loader import parse_policy
from policies.questions import build_condition
from policies.ranges import Range, parse_range
from policies.schema import ConditionDoc
from policies.signals import Caller, ModelHealth, Surroundings
from policies.values import parse_days, parse_share, parse_span, parse_zone
from tests.policies.worlds import NOON, sold_models

MODELS = {each.name: each for each in sold_models("openai")}
MEMBERS = {"gpts": ("gpt-6-sol", "gpt-6-luna"), "qwens": ("qwen3.8-max", "qwen3.8-flash")}
SHANGHAI = parse_zone("Asia/Shanghai")


def build(text: str) -> Condition:
    return build_condition(ConditionDoc.model_validate(yaml.safe_load(text)), SHANGHAI)


def facts(**given: Any) -> Facts:
    caller = Caller(**given.pop("caller", {}))
    around = Surroundings(**{"now": NOON, **given.pop("around", {})})
    return Facts(build_signals(given), caller, around, MODELS, MEMBERS)


HEALTH = {
    "qwen3.8-max": ModelHealth(is_available=False, error_rate=0.5, load=0.9),
    "qwen3.8-flash": ModelHealth(first_token_seconds=2.5, error_rate=0.2, tokens_per_second=30),
}


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ("intent: [refund, payment]", {"intent": "refund"}, {"intent": "urge"}),
        ("intents: urge", {"intents": ["refund", "urge"]}, {"intents": ["refund"]}),
        ("intent_group: complaint", {"intent_group": "complaint"}, {}),
        ("intent_count: at least 2", {"intents": ["a", "b"]}, {"intents": ["a"]}),
        ("confidence: at least 0.5", {"intent_confidence": 0.5}, {"intent_confidence": 0.49}),
        ("unsure: true", {"is_unsure": True}, {}),
        ("from_context: true", {"intent_from_context": True}, {}),
        ("emotion: negative", {"emotion": "negative"}, {"emotion": "positive"}),
        ("intensity: above 0.5", {"emotion_intensity": 0.6}, {"emotion_intensity": 0.5}),
        ("emotion_confidence: below 0.5", {"emotion_confidence": 0.1}, {"emotion_confidence": 0.5}),
        ("emotion_trend: below -0.2", {"emotion_trend": -0.5}, {"emotion_trend": 0.1}),
        ("sarcasm: above 0.7", {"sarcasm": 0.9}, {"sarcasm": 0.7}),
        ("language: [zh, mixed]", {"language": "zh"}, {"language": "en"}),
        ("difficulty: 0.2 to 0.4", {"difficulty": 0.4}, {"difficulty": 0.41}),
        ("quality: {of: qwens, is: above 0.85}", {}, {"expected_quality": {"qwen3.8-max": 0.5}}),
        ("tokens: above 8k", {"prompt_tokens": 8001}, {"prompt_tokens": 8000}),
        ("max_output_tokens: above 10", {"max_output_tokens": 11}, {}),
        ("modality: image", {"modalities": ["text", "image"]}, {}),
        ("needs: [tools, vision]", {"needs": ["tools"]}, {"needs": ["json_schema"]}),
        ("code: true", {"has_code": True}, {}),
        ("math: true", {"has_math": True}, {}),
        ("long_document: true", {"has_long_document": True}, {}),
        ("stream: false", {}, {"is_stream": True}),
        ("pii: id_card", {"pii": ["id_card"]}, {"pii": ["phone"]}),
        ("pii: any", {"pii": ["phone"]}, {}),
        ("pii: none", {}, {"pii": ["phone"]}),
        (
            "slots: order_number",
            {"slots": {"order_number": ["A1"]}},
            {"slots": {"order_number": []}},
        ),
        ("turns: at least 3", {"turns": 3}, {"turns": 2}),
        ("reask: true", {"is_reask": True}, {}),
        ("escalation: true", {"is_escalation": True}, {}),
        ("user: vip-*", {"caller": {"user": "vip-7"}}, {"caller": {"user": "anna"}}),
        ("tier: vip", {"caller": {"tier": "vip"}}, {}),
        ("tenant: [a, b]", {"caller": {"tenant": "b"}}, {}),
        ("key: backend", {"caller": {"key_name": "backend"}}, {}),
        (
            "order_number: '*88'",
            {"caller": {"order_number": "2688"}},
            {"caller": {"order_number": "1"}},
        ),
        ("metadata: {app: [web, ios]}", {"caller": {"metadata": {"app": "ios"}}}, {}),
        ("time: 19:00-21:00", {}, {"around": {"now": NOON.replace(hour=14)}}),
        ("time: 19:00-02:00", {}, {"around": {"now": NOON.replace(hour=18)}}),
        ("weekday: mon-fri", {}, {"around": {"now": NOON + datetime.timedelta(days=1)}}),
        ("budget_left_usd: below 1", {"around": {"budget_left_usd": Decimal("0.5")}}, {}),
        ("load: at least 0.8", {"around": {"load": 0.8}}, {}),
        ("health: {of: gpts, available: false}", {}, None),
        ("health: {of: qwens, available: true}", {"around": {"health": HEALTH}}, None),
        ("health: {of: qwen3.8-max, available: true}", {}, {"around": {"health": HEALTH}}),
        ("health: {of: qwens, error_rate: above 0.1}", {"around": {"health": HEALTH}}, {}),
        ("health: {of: qwen3.8-max, load: above 0.8}", {"around": {"health": HEALTH}}, {}),
        (
            "health: {of: qwens, first_token_seconds: above 2, tokens_per_second: below 40}",
            {"around": {"health": HEALTH}},
            {},
        ),
        ("cel: tokens > 10 && 'refund' in intents", {"prompt_tokens": 20, "intent": "refund"}, {}),
        ("cel: metadata.app == 'web'", {"caller": {"metadata": {"app": "web"}}}, {}),
        ("all: [{turns: 1}, {language: zh}]", {"language": "zh"}, {}),
        ("any: [{turns: 5}, {language: zh}]", {"language": "zh"}, {}),
        ("not: {language: zh}", {}, {"language": "zh"}),
        ("{turns: 1, not: {any: [{language: zh}, {code: true}]}}", {}, {"has_code": True}),
    ],
)
def test_a_condition_holds_where_it_should_and_says_why(
    when: str, yes: dict[str, Any], no: dict[str, Any] | None
) -> None:
    condition = build(when)
    held = facts(**yes)
    assert condition.holds(held), condition.check(held).why
    assert compile_all([condition])(held) == [0]
    assert condition.check(held).holds and condition.check(held).why
    assert condition.explain(held).holds is True
    if no is not None:
        failed = facts(**no)
        assert not condition.holds(failed), condition.check(failed).why
        assert compile_all([condition])(failed) == []
        assert not condition.check(failed).holds and condition.check(failed).why
        assert condition.explain(failed).holds is False


@pytest.mark.parametrize(
    ("when", "given", "why"),
    [
        ("difficulty: above 0.6", {"difficulty": 0.71}, "difficulty 0.71 is above 0.6"),
        ("intent: [refund, urge]", {"intent": "payment"}, "intent is payment, not refund or urge"),
        (
            "intent: refund",
            {"intent": "refund", "intent_from_context": True},
            "intent is refund by what was said before",
        ),
        (
            "intents: complaint",
            {"intents": ["refund"], "intent_from_context": True},
            "intents has refund by what was said before, not complaint",
        ),
        ("pii: any", {"pii": ["phone", "email"]}, "pii has email, phone"),
        ("budget_left_usd: below 1", {}, "budget_left_usd unknown is not below 1"),
        ("time: 09:00-18:00", {}, "time 20:00 (Asia/Shanghai) is not in 09:00-18:00"),
        ("cel: metadata.a == 'x'", {}, "CEL metadata.a == 'x': not computable here ('a')"),
        ("cel: tokens + 1", {}, "CEL tokens + 1: gave 1, which is neither true nor false"),
    ],
)
def test_the_words_of_a_verdict(when: str, given: dict[str, Any], why: str) -> None:
    assert build(when).check(facts(**given)).why == why


def test_every_key_of_the_schema_can_be_built_and_asked() -> None:
    asked = set()
    for parameters in test_a_condition_holds_where_it_should_and_says_why.pytestmark[0].args[1]:
        asked |= set(yaml.safe_load(parameters[0]))
    keys = {field.alias or name for name, field in ConditionDoc.model_fields.items()}
    assert keys == asked


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("intent: refnd", "'refnd' is not known. Did you mean 'refund'"),
        ("difficulty: high", "is not a number or a range"),
        ("turns: 5 to 2", "ends before it begins"),
        ("cel: tokns > 5", "asks for 'tokns'. Did you mean 'tokens'"),
        ("cel: tokens >", "cannot be read"),
        ("weekday: funday", "'funday' is not a day"),
        ("time: 9 to 5", "is not a time span"),
        ("pii: []", "the list is empty"),
        ("{}", "a condition without lines"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_with_a_mend(when: str, said: str) -> None:
    with pytest.raises(ValueError, match=None) as caught:
        build(when)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("above 0.6", Range(low=0.6, holds_low=False)),
        ("> 8k", Range(low=8000, holds_low=False)),
        (">=3", Range(low=3)),
        ("at most 5", Range(high=5)),
        ("under 1.5", Range(high=1.5, holds_high=False)),
        ("1..5", Range(1, 5)),
        ("-1 to 1", Range(-1, 1)),
        ("2m", Range(2e6, 2e6)),
        (7, Range(7, 7)),
    ],
)
def test_ranges_are_read(text: object, wanted: Range) -> None:
    assert parse_range(text) == wanted
    assert parse_range(str(wanted).replace("inf", "")) == wanted


def test_shares_spans_days_and_zones_are_read() -> None:
    assert parse_share("12.5%") == Decimal("0.125") and parse_share("rest") is None
    assert parse_span("22:00-24:00") == (datetime.time(22), datetime.time(0))
    assert parse_days(["sat-mon", "wed"]) == ("sat", "sun", "mon", "wed")
    assert parse_zone("+08:00").utcoffset(None) == datetime.timedelta(hours=8)
    for wrong in ("120%", 50, "half"):
        with pytest.raises(ValueError):
            parse_share(wrong)
    with pytest.raises(ValueError, match="tzdata"):
        parse_zone("Mars/Olympus")


def test_cel_sees_every_fact_by_the_name_that_conditions_use() -> None:
    special = {"all", "any", "not", "cel", "health", "quality", "time", "intent_count"}
    keys = {field.alias or name for name, field in ConditionDoc.model_fields.items()}
    assert keys - special <= CEL_NAMES


def test_a_zone_of_the_policy_moves_its_clock() -> None:
    text = "{name: z, zone: '%s', pools: {p: {models: [m]}}, default: {use: p}, rules: [{name: night, when: {time: 19:00-21:00}, use: p}]}"
    night = parse_policy(text % "+08:00").rules[0].condition
    assert night.holds(facts())
    assert not parse_policy(text % "UTC").rules[0].condition.holds(facts())
