"""Every condition, holding and not holding, with its words."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import Raw

from local_models.classifiers.entities import find_slots
from policies.compiling import compile_all
from policies.conditions import Cel, Condition
from policies.expectations import build_signals
from policies.expression_check import check_cel
from policies.expressions import compile_cel
from policies.facts import CEL_NAMES, Facts
from policies.loader import parse_policy
from policies.questions import build_condition
from policies.ranges import SHARE, Range, parse_range
from policies.schema import ConditionDoc
from policies.signals import (
    ABILITIES,
    MODALITIES,
    NEEDS,
    PII_KINDS,
    SLOTS,
    Caller,
    ModelHealth,
    Surroundings,
)
from policies.values import parse_days, parse_share, parse_span, parse_zone
from providers.catalog import load_catalog
from providers.messages import (
    AudioPart,
    ChatRequest,
    FilePart,
    Function,
    ImagePart,
    ImageUrl,
    Message,
    ResponseFormat,
    Tool,
    VideoPart,
)
from router.steps.privacy.spans import KINDS
from router.steps.understanding import read_modalities, read_needs
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
        ("off_topic: true", {"is_off_topic": True}, {}),
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
    ("when", "holds", "said"),
    [
        # qwen3.8-max (0.88) is down, qwen3.8-flash (0.74) is not.
        ("quality: {of: qwens, is: above 0.85}", False, "0.74 is not above 0.85"),
        ("quality: {of: qwens, is: above 0.7}", True, "0.74 is above 0.7"),
        ("quality: {of: qwen3.8-max, is: above 0.85}", True, "0.88 is above 0.85"),
        ("health: {of: qwens, load: below 0.5}", True, "load of qwens 0 is below 0.5"),
        ("health: {of: qwens, error_rate: above 0.3}", False, "qwens 0.2 is not above 0.3"),
        # No provider serves any of these.
        ("quality: {of: gpts, is: above 0.1}", False, "unknown is not above 0.1: none of its models can be called just now"),
        ("quality: {of: gpts, is: below 0.99}", False, "none of its models can be called just now"),
        ("health: {of: gpts, error_rate: below 0.9}", False, "none of its models can be called just now"),
        ("not: {quality: {of: gpts, is: above 0.1}}", True, "none of its models can be called just now"),
    ],
)  # fmt: skip
def test_of_a_pool_only_models_that_can_be_called_count(when: str, holds: bool, said: str) -> None:
    asked, met = build(when), facts(around={"health": HEALTH})
    assert asked.holds(met) is holds
    assert said in asked.check(met).why
    assert asked.explain(met).holds is holds


@pytest.mark.parametrize(
    ("when", "caller", "holds"),
    [
        ("tier: vip", {"tier": "VIP"}, True),
        ("tier: VIP", {"tier": "vip"}, True),
        ("tier: pupil", {"tier": " Pupil "}, True),
        ("tier: vip", {"tier": "ＶＩＰ"}, True),
        ("tier: 学生", {"tier": "学生　"}, True),
        ("tier: Straße", {"tier": "STRASSE"}, True),
        ("tier: 'gold*'", {"tier": "Gold-Plus"}, True),
        ("tier: vip", {"tier": "vips"}, False),
        ("tier: vip", {"tier": "v ip"}, False),
        ("tenant: bank-*", {"tenant": "BANK-7"}, True),
        ("tenant: bank", {"tenant": "bank7"}, False),
        ("key: shop", {"key_name": "Shop"}, True),
        ("metadata: {privacy: local}", {"metadata": {"privacy": "Local"}}, True),
        ("metadata: {privacy: local}", {"metadata": {"Privacy": " LOCAL"}}, True),
        ("metadata: {Privacy: [local, home]}", {"metadata": {"privacy": "Home"}}, True),
        ("metadata: {privacy: local}", {"metadata": {"privacy": "locally"}}, False),
        ("metadata: {privacy: local}", {"metadata": {"privacies": "local"}}, False),
        ("metadata: {privacy: local}", {"metadata": {"privacy": "open", "Privacy": "local"}}, False),
        ("metadata: {app: '*'}", {"metadata": {"App": "web"}}, True),
        ("user: anna", {"user": "Anna"}, False),
        ("user: 'vip-*'", {"user": "VIP-7"}, False),
        ("order_number: '*a1'", {"order_number": "7A1"}, False),
        ("cel: tier == 'vip'", {"tier": "VIP"}, False),
    ],
)  # fmt: skip
def test_words_that_people_choose_are_compared_without_case_width_and_blanks_and_ids_by_the_letter(
    when: str, caller: dict[str, Any], holds: bool
) -> None:
    condition, asked = build(when), facts(caller=caller)
    assert condition.holds(asked) is holds
    assert bool(compile_all([condition])(asked)) is holds


def test_one_word_in_two_spellings_is_one_condition() -> None:
    assert build("tier: VIP") == build("tier: vip") and build("user: VIP") != build("user: vip")
    assert build("metadata: {App: Web}") == build("metadata: {app: web}")


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
        (
            "cel: intents[1] == 'complaint'",
            {"intents": ["refund"]},
            "CEL intents[1] == 'complaint': not computable here (index out of bounds: 1)",
        ),
        (
            "cel: tokens / (turns - 1) > 1",
            {},
            "CEL tokens / (turns - 1) > 1: not computable here (division by zero in CEL expression)",
        ),
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
        ("cel: ''", "is text"),
        ("cel: tokens / 0 > 1", "'tokens / 0 > 1' can never be computed: division by zero"),
        ("cel: tokens % 0 == 1", "'tokens % 0 == 1' can never be computed: modulo by zero"),
        (
            "cel: user.matches('[')",
            "can never be computed: Function 'matches' error: '[' not a valid",
        ),
        ("cel: intent > 5", "'intent > 5' mixes types"),
        ("cel: code && intent > 5", "'intent > 5' mixes types"),
        ("cel: 'code ? tokens > 5 : (unsure || intent > 5)'", "'intent > 5' mixes types"),
        ("cel: tokens + 1", "'tokens + 1' gives 2, which is neither true nor false"),
        ("cel: foo(tokens) > 2", "asks for 'foo', which there is not"),
        (
            "cel: intent.statsWith('re')",
            "'statsWith', which there is not. Did you mean 'startsWith'",
        ),
        ("cel: size(tokens) > 1", "gives 'size' a value of a type that it does not take"),
        ("cel: 1 > 2", "'1 > 2' reads nothing of the request"),
        ("cel: user == 1001", "compares a text with a number, so it is never true"),
        ("cel: weekday != 'mon'", "compares a number with a text, so it is never false"),
        ("cel: tokens in ['1', '2']", "compares a number with a text"),
        ("cel: intentts.exists(x, x == 'refund')", "asks for 'intentts'. Did you mean 'intents'"),
        ("cel: intents.exists(x, y == 'refund')", "asks for 'y'"),
        (
            "cel: intents.exists(x, x == 'refnd')",
            "'refnd', which is not known. Did you mean 'refund'",
        ),
        ("cel: intent == 'refnd'", "'refnd', which is not known. Did you mean 'refund'"),
        ("cel: intent in ['refund', 'urgee']", "'urgee', which is not known. Did you mean 'urge'"),
        ("cel: \"'idcard' in pii\"", "'idcard', which is not known. Did you mean 'id_card'"),
        ("cel: size(slots.ordernumber) > 0", "Did you mean 'order_number'"),
        ("tier:", "'tier' has no value. Write one, or remove the line"),
        ("{tier: , code: true}", "'tier' has no value"),
        ("any: [{tier: }, {code: true}]", "'tier' has no value"),
        ("not: {pii: }", "'pii' has no value"),
        ("health: {of: gpts, error_rate: }", "'error_rate' has no value"),
        ("metadata: {}", "'metadata' has no entries"),
        ("metadata: {app: }", "a word has no value"),
        ("tier: true", "Quote it if you mean the word"),
        ("code: 1", "1 is neither true nor false"),
        ("all_: [{code: true}]", "all_"),
        ("quality: {of: gpts, range: above 0.5}", "range"),
        (
            "pii: [idcard, creditcard]",
            "'idcard' and 'creditcard' are not known. Did you mean 'id_card' for 'idcard'",
        ),
        ("pii: Any", "'Any' is not known. Did you mean 'any'"),
        ("pii: [any, phone]", "'any' stands alone"),
        ("pii: [phone, none]", "'none' stands alone"),
        ("modality: imge", "'imge' is not known. Did you mean 'image'"),
        ("needs: tool", "'tool' is not known. Did you mean 'tools'"),
        ("slots: ordernumber", "'ordernumber' is not known. Did you mean 'order_number'"),
        ("weekday: monkey", "'monkey' is not a day. Did you mean 'mon'"),
        ("difficulty: above 7", "'above 7' is not possible: this is a number from 0 to 1"),
        ("confidence: at least 50", "Write 0.5 or 50%"),
        ("load: below 80", "Write 0.8 or 80%"),
        ("emotion_trend: below -2", "this is a number from -1 to 1"),
        ("tokens: below -5", "this is a whole number, 0 or more"),
        ("tokens: above 50%", "Write a plain number"),
        ("tokens: above 1e400", "larger than any number"),
        ("turns: 1.5", "this is a whole number, 1 or more"),
        ("turns: 1.2 to 1.8", "this is a whole number, 1 or more"),
        ("turns: 0", "this is a whole number, 1 or more"),
        ("turns: below 1", "this is a whole number, 1 or more"),
        ("intent_count: 0", "this is a whole number, 1 or more"),
        ("difficulty: above 1", "this is a number from 0 to 1"),
        ("health: {of: gpts, error_rate: above 5}", "this is a number from 0 to 1"),
        ("quality: {of: gpts, is: above 1.5}", "this is a number from 0 to 1"),
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
    "expression",
    [
        "tokens > 1000 && size(intents) > 1 // many", "intents.exists(x, x in ['refund', 'urge'])",
        "intents.filter(x, x != 'refund').size() > 1", "has(metadata.age) && int(metadata.age) > 17",
        "slots.amount.exists(a, double(a) > 100.0)", "expected_quality['gpt-6-sol'] > 0.8",
        "timestamp(metadata.at).getHours() > 5", "difficulty * 2.0 > 1.0", "pii[0] == 'phone'",
        "slots.order_number[1] == 'A1'", "metadata.intent == 'refnd'", "intent + '-' + emotion == 'refund-negative'", "type(tokens) == int", "!unsure",
        "code ? turns > 2 : !(math || stream)", "user.matches('^vip-[0-9]+$') || tier in ['vip', 'gold']",
    ],
)  # fmt: skip
def test_an_expression_that_can_be_meant_is_taken(expression: str) -> None:
    check_cel(expression)


def test_an_expression_may_name_the_labels_of_own_heads() -> None:
    check_cel("intent == 'loan'", ("loan",))
    with pytest.raises(ValueError, match="'loan', which is not known"):
        check_cel("intent == 'loan'")


class _Panics:
    """A program whose package breaks down, which is no Exception."""

    def execute(self, variables: object) -> bool:
        raise BaseException("panicked")


def test_whatever_the_package_raises_an_expression_does_not_hold_and_says_why() -> None:
    broken = Cel("x", _Panics())
    number = Cel("tokens + 1", compile_cel("tokens + 1"))
    missing = Cel("pii[0] == 'phone'", compile_cel("pii[0] == 'phone'"))
    for condition in (broken, number, missing):
        assert not condition.holds(facts())
        assert compile_all([condition])(facts()) == []
    assert broken.check(facts()).why == "CEL x: not computable here (panicked)"
    assert number.check(facts()).why.endswith("gave 1, which is neither true nor false")


@pytest.mark.parametrize(
    ("word", "found", "held"),
    [
        ("a[1]*", "a[1]x", True), ("a[1]*", "a1x", False), ("a?*", "a?b", True), ("a?*", "abx", False),
        ("*]", "a]", True), ("a?", "a?", True), ("a?", "ab", False),
    ],
)  # fmt: skip
def test_nothing_but_a_star_stands_for_anything(word: str, found: str, held: bool) -> None:
    condition = build_condition(ConditionDoc(user=word), SHANGHAI)  # type: ignore[arg-type]
    asked = facts(caller={"user": found})
    assert condition.holds(asked) is held
    assert compile_all([condition])(asked) == ([0] if held else [])


def test_an_id_is_the_word_that_was_written() -> None:
    text = "{name: w, pools: {p: {models: [m]}}, default: {use: p}, rules: [{name: r, when: {user: %s}, use: p}]}"
    for written in ("+8613812345678", "12e5", "1_000", "1.10", "1001", "-7", "007"):
        condition = parse_policy(text % written).rules[0].condition
        assert condition.holds(facts(caller={"user": written})), written


def test_words_that_mean_true_and_false_are_read_as_flags() -> None:
    for word, has_code in (("yes", True), ("on", True), ("no", False), ("'False'", False)):
        assert build(f"code: {word}").holds(facts(has_code=has_code))


def test_the_kinds_of_private_data_are_those_that_are_looked_for() -> None:
    assert set(PII_KINDS) == set(KINDS)


def test_what_a_request_needs_and_holds_is_known() -> None:
    assert set(SLOTS) == set(find_slots("订单 20261120123456789 手机 13812345678 昨天退 30 元"))
    parts = (
        ImagePart(ImageUrl("https://x/y.png")), AudioPart(Raw(b"{}")), FilePart(Raw(b"{}")), VideoPart(Raw(b"{}")),
    )  # fmt: skip
    messages = (Message("user", parts),)
    found = read_modalities(messages)
    assert found == set(MODALITIES)
    forms = (ResponseFormat("json_object"), ResponseFormat("json_schema"))
    requests = [
        ChatRequest(
            model="auto", messages=messages, tools=(Tool(Function("f")),), response_format=form
        )
        for form in forms
    ]
    assert set().union(*(read_needs(each, found) for each in requests)) == set(NEEDS)


def test_the_abilities_that_a_policy_may_ask_for_are_those_of_the_documented_cards() -> None:
    page = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
    listed = page.partition("| `abilities` | of: ")[2].partition(" |")[0]
    assert set(listed.split(", ")) == set(ABILITIES)
    assert {
        ability for each in load_catalog().models.values() for ability in each.abilities
    } <= set(ABILITIES)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("50%", Range(0.5, 0.5)),
        ("above 70 %", Range(low=0.7, holds_low=False)),
        ("10% to 0.2", Range(0.1, 0.2)),
    ],
)
def test_a_part_may_be_written_in_percent(text: str, wanted: Range) -> None:
    assert SHARE.read(text) == wanted


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
    assert parse_days(["Monday", "thurs"]) == ("mon", "thu")
    for wrong in ("120%", 50, "half", None):
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


@pytest.mark.parametrize(
    ("when", "there", "absent"),
    [
        ("user: '*'", {"user": "anna"}, {}),
        ("tenant: '*'", {"tenant": "north"}, {"tenant": " "}),
        ("order_number: '**'", {"order_number": "1001"}, {}),
        ("metadata: {app: '*'}", {"metadata": {"app": "web"}}, {"metadata": {"other": "x"}}),
        ("metadata: {app: [web, '*']}", {"metadata": {"app": "ios"}}, {"metadata": {"app": ""}}),
    ],
)
def test_a_star_alone_asks_whether_something_is_there(
    when: str, there: dict[str, Any], absent: dict[str, Any]
) -> None:
    asked = build(when)
    ask = compile_all([asked])
    assert asked.holds(facts(caller=there)) and ask(facts(caller=there)) == [0]
    assert not asked.holds(facts(caller=absent)) and ask(facts(caller=absent)) == []
    assert "empty, not" in asked.check(facts(caller=absent)).why
