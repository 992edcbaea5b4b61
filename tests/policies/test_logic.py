"""What is proved about conditions without any request holds for every request."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from local_models.classifiers.head import load_head
from local_models.classifiers.intents import GROUPS, WEIGHTS
from policies import logic
from policies.conditions import Condition
from policies.expectations import build_signals
from policies.facts import Facts
from policies.implications import SHIPPED_THRESHOLD, Worth
from policies.logic import Demand, Logic, UndecidedError
from policies.questions import build_condition
from policies.schema import ConditionDoc
from policies.signals import GROUP_OF, PII_KINDS, Caller, Candidate, ModelHealth, Surroundings
from policies.values import parse_zone
from tests.policies.worlds import NOON, make_model

LEAVES = (
    "intent: [refund, urge]", "intent: complaint", "intents: [urge, complaint]", "intents: refund",
    "intent_group: complaint", "intent_group: [handle, query, other]", "intent_count: at least 2", "intent_count: 1",
    "confidence: above 0.5", "confidence: at most 0.5", "difficulty: 0.2 to 0.4", "difficulty: below 0.4",
    "difficulty: at least 0.4", "tokens: 7", "tokens: above 7", "tokens: below 7", "tokens: at least 0",
    "max_output_tokens: at most 10", "max_output_tokens: above 10", "code: true", "code: false",
    "pii: any", "pii: none", "pii: phone", "pii: [phone, email]", "needs: tools", "needs: none", "modality: image",
    "slots: phone", "tier: vip", "tier: standard", "user: 'vip-*'", "user: 'vip-1*'", "user: '*-1'", "user: vip-10",
    "user: ['vip-*', anna]", "user: '*'", "user: 'v?p*'", "metadata: {app: web}", "metadata: {app: '*'}",
    "time: 08:00-20:00", "time: 20:00-08:00", "time: 22:00-06:00", "time: 06:00-22:00",
    "weekday: mon-thu", "weekday: fri-sun", "weekday: [sat, sun]", "language: [zh, en]", "language: [mixed, other, none]",
    "emotion: [negative, neutral]", "emotion: positive", "turns: 1", "turns: at least 2", "budget_left_usd: below 1",
    "budget_left_usd: at least 1", "load: above 0.5", "load: at most 0.5",
    "health: {of: m, available: true}", "health: {of: m, available: false}", "health: {of: m, load: below 0.5}",
    "health: {of: m, load: at least 0.5}", "quality: {of: m, is: above 0.5}", "quality: {of: m, is: at most 0.5}",
    "cel: tokens > 7 && !code", "unsure: true", "unsure: false", "reask: true", "intents: other", "modality: text",
    "needs: vision", "needs: json_schema", "tokens: below 900", "turns: 3",
)  # fmt: skip
DOCS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([yaml.safe_load(leaf) for leaf in LEAVES]),
    lambda docs: st.one_of(
        st.lists(docs, min_size=1, max_size=4).map(lambda parts: {"all": parts}),
        st.lists(docs, min_size=1, max_size=4).map(lambda parts: {"any": parts}),
        docs.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)
SHARES = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.51, 1.0])
KINDS = st.lists(st.sampled_from(["phone", "email", "bank_card"]), max_size=2, unique=True)
MODELS: dict[str, Candidate] = {"m": make_model("m", quality=0.5)}


def make_facts(
    given: dict[str, Any], intents: list[str], caller: Caller, around: Surroundings
) -> Facts:
    """A request as the readers leave it: `other` stands alone, pictures need vision, turns and pictures take tokens."""
    intent = intents[0]
    intents = ["other"] if intent == "other" else [each for each in intents if each != "other"][:4]
    signals = {**given, "intent": intent, "intents": intents, "intent_group": GROUP_OF[intent]}
    signals["unsure"] = intent == "other" and given["unsure"]
    signals["reask"] = given["turns"] > 1 and given["reask"]
    has_image = "image" in given["modalities"]
    signals["needs"] = [*given["needs"], *(["vision"] if has_image else [])]
    least = max(4 * given["turns"] if given["turns"] > 1 else 0, 800 if has_image else 0)
    signals["prompt_tokens"] = max(given["prompt_tokens"], least)
    return Facts(build_signals(signals), caller, around, MODELS if given["turns"] != 3 else {})


FACTS = st.builds(
    make_facts,
    st.fixed_dictionaries(
        {
            "intent_confidence": SHARES, "difficulty": SHARES, "prompt_tokens": st.integers(0, 9),
            "max_output_tokens": st.none() | st.integers(9, 11), "has_code": st.booleans(), "pii": KINDS,
            "needs": st.sampled_from([[], ["tools"], ["tools", "json_mode"]]), "unsure": st.booleans(),
            "modalities": st.sampled_from([["text"], ["text", "image"], ["text", "file"]]), "reask": st.booleans(),
            "slots": st.sampled_from([{}, {"phone": []}, {"phone": ["1"]}]), "turns": st.integers(1, 3),
            "language": st.sampled_from(["zh", "en", "mixed", "other", "none"]),
            "emotion": st.sampled_from(["negative", "neutral", "positive"]),
            "expected_quality": st.sampled_from([{}, {"m": 0.4}, {"m": 0.9}]),
        }
    ),
    st.lists(st.sampled_from(["refund", "urge", "complaint", "payment", "other", "logistics"]), min_size=1, unique=True),
    st.builds(
        Caller, tier=st.sampled_from(["vip", "standard", "", "gold"]),
        user=st.sampled_from(["vip-7", "vip-1", "vip-10", "vip-", "anna", "", "x-1", "vap-1"]),
        metadata=st.sampled_from([{}, {"app": "web"}, {"app": "ios"}]),
    ),
    st.builds(
        Surroundings,
        now=st.integers(0, 7 * 48).map(lambda at: NOON + datetime.timedelta(minutes=30 * at)),
        budget_left_usd=st.none() | st.integers(0, 2), load=SHARES,
        health=st.sampled_from([{}, {"m": ModelHealth(is_available=False)}, {"m": ModelHealth(load=0.7)}]),
    ),
)  # fmt: skip


def build(doc: Any) -> Condition:
    return build_condition(ConditionDoc.model_validate(doc), parse_zone("Asia/Shanghai"))


@settings(deadline=None, max_examples=300)
@given(st.lists(DOCS, min_size=1, max_size=5), st.lists(FACTS, min_size=1, max_size=12))
def test_what_is_called_dead_no_request_ever_reaches(
    docs: list[Any], requests: list[Facts]
) -> None:
    conditions = [build(doc) for doc in docs]
    asked = Logic(conditions)
    *earlier, last = conditions
    try:
        never, covered = asked.never_holds(last), asked.is_covered(last, earlier)
    except UndecidedError:
        return
    demands = asked.list_demands(last)
    for facts in requests:
        if last.holds(facts):
            assert not never
            assert not covered or any(each.holds(facts) for each in earlier)
            assert any(_asks_no_more(each, facts) for each in demands)


def _asks_no_more(demand: Demand, facts: Facts) -> bool:
    signals = facts.signals
    return (
        demand.tokens <= signals.prompt_tokens
        and (demand.max_output_tokens or 0) <= (signals.max_output_tokens or 100)
        and demand.needs <= signals.needs
        and demand.modalities <= signals.modalities
    )


ALL_USERS = "{user: '*'}"
NO_USER = "{not: {user: '*'}}"


@pytest.mark.parametrize(
    "rules",
    [
        ["{code: true}", "{code: false}", "{tier: vip}"],
        ["{pii: any}", "{pii: none}", "{tier: vip}"],
        ["{difficulty: above 0.5}", "{difficulty: at most 0.5}", "{tier: vip}"],
        ["{turns: 1}", "{turns: at least 2}", "{tier: vip}"],
        ["{turns: at least 1}", "{tier: vip}"],
        ["{tokens: at least 0}", "{tier: vip}"],
        ["{language: [zh, en]}", "{language: [mixed, other, none]}", "{tier: vip}"],
        ["{emotion: negative}", "{emotion: [neutral, positive]}", "{tier: vip}"],
        ["{weekday: mon-sun}", "{tier: vip}"],
        ["{weekday: mon-fri}", "{weekday: [sat, sun]}", "{tier: vip}"],
        [
            "{health: {of: m, available: true}}",
            "{health: {of: m, available: false}}",
            "{tier: vip}",
        ],
        ["{intent_group: complaint}", "{intent: complaint}"],
        ["{not: {any: [{language: en}, {language: other}]}}", "{language: zh}"],
        ["{not: {all: [{language: en}, {code: true}]}}", "{language: en, code: false}"],
        ["{user: 'vip-*'}", "{user: 'vip-1*'}"],
        ["{user: 'vip-*'}", "{user: vip-100}"],
        [ALL_USERS, NO_USER, "{tier: vip}"],
        [ALL_USERS, "{user: anna}"],
        [ALL_USERS, "{user: 'vip-*'}"],
        ["{metadata: {app: '**'}}", "{metadata: {app: '*'}}"],
        ["{time: '20:00-08:00'}", "{time: '22:00-06:00'}"],
        ["{time: '08:00-20:00'}", "{time: '20:00-02:00'}", "{time: '02:00-08:00'}", "{tier: vip}"],
        ["{intents: refund}", "{intent: refund}"],
        ["{intent: other}", "{unsure: true}"],
        ["{tier: [VIP, gold]}", "{tier: ｖｉｐ}"],
        ["{tenant: 'Bank-*'}", "{tenant: bank-7}"],
        ["{metadata: {App: web}}", "{metadata: {app: Web}}"],
        ["{turns: at least 2}", "{reask: true}"],
        ["{modality: text}", "{tier: vip}"],
        ["{needs: vision}", "{modality: [image, audio], not: {modality: audio}}"],
    ],
)
def test_rules_that_take_everything_together_are_seen(rules: list[str]) -> None:
    *earlier, last = [build(yaml.safe_load(rule)) for rule in rules]
    asked = Logic([*earlier, last])
    assert asked.list_covering(last, earlier) == list(range(len(earlier)))
    assert not asked.never_holds(last)


@pytest.mark.parametrize(
    "rule",
    [
        "{intent: refund, not: {any: [{intent: refund}, {intent: urge}]}}",
        "{not: {any: [{code: true}, {code: false}]}}",
        "{not: {language: [zh, en, mixed, other, none]}}",
        "{not: {any: [{tier: vip}, {not: {tier: vip}}]}}",
        "{intent: refund, intent_group: complaint}",
        "{all: [{user: 'vip-*'}, {user: 'std-*'}]}",
        "{user: anna, not: {user: '*'}}",
        "{user: 'vip-*', not: {user: '*'}}",
        "{unsure: true, intent: refund}",
        "{unsure: true, intent_count: at least 2}",
        "{unsure: true, intent_group: [handle, query]}",
        "{unsure: true, intents: [smalltalk, refund]}",
        "{unsure: true, from_context: true}",
        "{turns: 1, reask: true}",
        "{turns: below 2, emotion_trend: below -0.2}",
        "{intents: smalltalk, intent: smalltalk, intent_count: at least 2}",
        "{intents: smalltalk, intent_group: complaint}",
        "{intent_group: complaint, not: {intents: complaint}}",
        "{all: [{intents: refund}, {intents: urge}], intent_count: 1}",
        "{all: [{intents: refund}, {intents: urge}, {intents: invoice}], intent_count: at most 2}",
        "{intent_count: at least 5}",
        "{emotion: neutral, intensity: above 0}",
        "{modality: image, needs: none}",
        "{needs: video, not: {modality: video}}",
        "{all: [{needs: json_mode}, {needs: json_schema}]}",
        "{not: {modality: text}}",
        "{pii: any, not: {pii: [" + ", ".join(PII_KINDS) + "]}}",
        "{modality: image, tokens: below 500}",
        "{long_document: true, tokens: below 100}",
        "{turns: at least 50, tokens: below 100}",
        "{any: [{unsure: true, intent: refund}, {turns: 1, reask: true}]}",
    ],
)
def test_contradictions_are_seen_through_any_and_not(rule: str) -> None:
    condition = build(yaml.safe_load(rule))
    assert Logic([condition]).never_holds(condition)


@pytest.mark.parametrize(
    "rule",
    [
        "{emotion: positive, intents: complaint}",
        "{emotion: positive, intent_group: complaint}",
        "{emotion: [neutral, positive], sarcasm: at least 0.7}",
        "{emotion: negative, emotion_confidence: below 0.2}",
        "{unsure: true, confidence: above 0.9}",
        "{unsure: false, confidence: below 0.3}",
    ],
)
def test_what_only_our_readers_never_say_is_possible_where_a_model_reads_again(rule: str) -> None:
    condition = build(yaml.safe_load(rule))
    assert Logic([condition], by_our_readers=True).never_holds(condition)
    assert not Logic([condition]).never_holds(condition)


def test_how_sure_an_unsure_reader_may_be_hangs_on_the_head_of_intents() -> None:
    condition = build({"unsure": True, "confidence": "above 0.9"})
    assert not Logic([condition], ["loan"], by_our_readers=True).never_holds(condition)
    assert load_head(WEIGHTS / "intent.npz").threshold == pytest.approx(SHIPPED_THRESHOLD)


@pytest.mark.parametrize(
    ("rule", "is_never"),
    [
        ("{quality: {of: m, is: above 0.999}}", True),
        ("{quality: {of: m, is: below 0.4}}", True),
        ("{quality: {of: m, is: above 0.95}}", False),
        ("{difficulty: above 0.9, quality: {of: m, is: above 0.9}}", True),
        ("{difficulty: below 0.1, quality: {of: m, is: above 0.9}}", False),
        ("{quality: {of: m, is: below 0.6}, difficulty: below 0.5}", True),
        ("{quality: {of: m, is: above 0.9}, not: {quality: {of: n, is: above 0.2}}}", True),
        ("{quality: {of: m, is: below 0.6}, not: {quality: {of: n, is: above 0.2}}}", False),
        ("{quality: {of: taught, is: above 0.999}}", False),
        ("{quality: {of: stranger, is: above 0.999}}", False),
    ],
)
def test_what_is_expected_of_a_model_is_held_against_its_card(rule: str, is_never: bool) -> None:
    condition = build(yaml.safe_load(rule))
    asked = Logic([condition], qualities={"m": 0.85, "n": 0.5, "taught": None})
    assert asked.never_holds(condition) is is_never


@pytest.mark.parametrize(
    ("rule", "is_never"),
    [
        ("{quality: {of: p, is: above 0.999}}", True),
        ("{quality: {of: p, is: below 0.1}}", True),
        ("{difficulty: above 0.9, quality: {of: p, is: above 0.9}}", True),
        # The best of them may be off.
        ("{quality: {of: p, is: below 0.6}, difficulty: below 0.55}", False),
        ("{quality: {of: p, is: below 0.4}, difficulty: below 0.1}", True),
        # All of them may be off.
        ("{not: {any: [{quality: {of: p, is: above 0.5}}, {quality: {of: p, is: at most 0.5}}]}}", False),
    ],
)  # fmt: skip
def test_of_a_pool_any_model_may_be_the_best_that_can_be_called(rule: str, is_never: bool) -> None:
    condition = build(yaml.safe_load(rule))
    assert Logic([condition], qualities={"p": Worth(0.5, 0.85)}).never_holds(condition) is is_never


def test_the_reason_names_what_readers_never_say_together() -> None:
    condition = build({"unsure": True, "intent_group": "handle", "turns": 2, "reask": True})
    assert Logic([condition]).list_reasons(condition) == ["`unsure: true` means `intent: other`"]
    plain = build({"turns": 1, "any": [{"turns": 2}, {"turns": 3}]})
    assert Logic([plain]).list_reasons(plain) == []


@pytest.mark.parametrize(
    "rules",
    [
        ["{max_output_tokens: above 10}", "{max_output_tokens: at most 10}", "{tier: vip}"],
        ["{budget_left_usd: above 1}", "{budget_left_usd: at most 1}", "{tier: vip}"],
        ["{user: 'vip-1*'}", "{user: 'vip-*'}"],
        ["{user: '*-1'}", "{user: 'vip-*'}"],
        ["{difficulty: above 0.5}", "{difficulty: below 0.5}", "{tier: vip}"],
        [
            "{health: {of: m, load: above 0.5}}",
            "{health: {of: m, load: at most 0.5}}",
            "{tier: vip}",
        ],
        ["{intents: refund}", "{intent_group: handle}"],
        ["{time: '20:00-08:00'}", "{time: '07:00-09:00'}"],
        ["{unsure: true}", "{intent: other}"],
        ["{turns: 1, emotion_trend: 0}", "{emotion_trend: 0}"],
        ["{intent: refund}", "{intents: refund}"],
        ["{intent_count: 1}", "{intents: refund}"],
        ["{sarcasm: above 0.5}", "{emotion: negative}"],
        ["{needs: vision}", "{modality: file}"],
        ["{user: VIP}", "{user: vip}"],
        [ALL_USERS, "{tier: vip}"],
        [NO_USER, "{tier: vip}"],
    ],
)
def test_what_an_unknown_or_other_value_may_reach_is_left_alone(rules: list[str]) -> None:
    *earlier, last = [build(yaml.safe_load(rule)) for rule in rules]
    assert Logic([*earlier, last]).list_covering(last, earlier) == []


def test_a_search_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic, "MOST_STEPS", 3)
    condition = build({"any": [{"code": True, "turns": 1}, {"code": False, "turns": 2}]})
    with pytest.raises(UndecidedError):
        Logic([condition]).never_holds(condition)


def test_intents_of_one_s_own_belong_to_the_words_there_are() -> None:
    every = build({"intent": list(GROUP_OF)})
    vip = build({"tier": "vip"})
    assert Logic([every, vip]).is_covered(vip, [every])
    assert not Logic([every, vip], ["loan"]).is_covered(vip, [every])


def test_the_groups_of_intents_are_those_of_the_reader() -> None:
    assert dict(GROUP_OF) == GROUPS
