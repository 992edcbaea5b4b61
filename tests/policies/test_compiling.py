"""All rules in one function: it decides what the conditions would have decided one by one."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from policies.compiling import compile_all, compile_first
from policies.conditions import Condition
from policies.expectations import build_signals
from policies.facts import Facts
from policies.loader import parse_policy
from policies.questions import build_condition
from policies.schema import ConditionDoc
from policies.signals import Caller, Surroundings
from policies.values import parse_zone
from tests.policies.worlds import NOON

LEAVES = (
    "intent: [refund, urge]", "intents: [urge, complaint]", "intent_count: at least 2", "confidence: above 0.5",
    "difficulty: 0.2 to 0.4", "difficulty: below 0.4", "tokens: 7", "max_output_tokens: at most 10", "code: true",
    "code: false", "pii: any", "pii: none", "pii: phone", "slots: phone", "tier: vip", "user: 'vip-*'",
    "metadata: {app: web}", "time: 19:00-21:00", "budget_left_usd: below 1", "cel: tokens > 7 && !code",
)  # fmt: skip
DOCS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([yaml.safe_load(leaf) for leaf in LEAVES]),
    lambda docs: st.one_of(
        st.lists(docs, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(docs, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        docs.map(lambda part: {"not": part}),
    ),
    max_leaves=12,
)
NUMBERS = st.sampled_from([0.0, 0.2, 0.3, 0.4, 0.5, 0.51, 1.0, float("nan")])
FACTS = st.builds(
    lambda signals, numbers, caller: Facts(
        replace(build_signals(signals), **numbers), caller, Surroundings(now=NOON)
    ),
    st.fixed_dictionaries(
        {
            "intent": st.sampled_from(["refund", "other"]),
            "intents": st.lists(st.sampled_from(["refund", "urge"]), max_size=2, unique=True),
            "prompt_tokens": st.integers(6, 8),
            "max_output_tokens": st.none() | st.integers(9, 11), "has_code": st.booleans(),
            "pii": st.lists(st.sampled_from(["phone", "email"]), max_size=2, unique=True),
            "slots": st.sampled_from([{}, {"phone": []}, {"phone": ["1"]}]),
        }
    ),
    st.fixed_dictionaries({"intent_confidence": NUMBERS, "difficulty": NUMBERS}),
    st.builds(
        Caller, tier=st.sampled_from(["vip", "standard"]), user=st.sampled_from(["vip-7", "anna"]),
        metadata=st.sampled_from([{}, {"app": "web"}]),
    ),
)  # fmt: skip


def build(doc: Any) -> Condition:
    return build_condition(ConditionDoc.model_validate(doc), parse_zone("Asia/Shanghai"))


@settings(deadline=None)  # the first CEL expression loads the package
@given(st.lists(DOCS, min_size=1, max_size=5), st.lists(FACTS, min_size=1, max_size=5))
def test_one_function_says_of_every_request_what_the_conditions_say(
    docs: list[Any], requests: list[Facts]
) -> None:
    conditions = [build(doc) for doc in docs]
    first, every = compile_first(conditions), compile_all(conditions)
    for facts in requests:
        held = [at for at, condition in enumerate(conditions) if condition.holds(facts)]
        assert every(facts) == held
        assert first(facts) == min([*held, len(conditions) - 1])


def test_conditions_in_conditions_may_be_as_deep_as_anybody_writes_them() -> None:
    doc: Any = {"code": True}
    for _ in range(60):
        doc = {"not": {"all": [doc, {"any": [{"turns": 1}]}]}}
    facts = [
        Facts(build_signals({"has_code": has}), Caller(), Surroundings(now=NOON))
        for has in (True, False)
    ]
    condition = build(doc)
    assert [condition.holds(each) for each in facts] == [True, False]
    assert [compile_all([condition])(each) for each in facts] == [[0], []]


def test_words_of_a_policy_are_values_and_never_code() -> None:
    word = "'] or print('never') or ['"
    rule = {"name": "r", "when": {"tier": word, "metadata": {word: word}}, "use": "p"}
    doc = {"name": "q", "pools": {"p": {"models": ["a"]}}, "rules": [rule], "default": {"use": "p"}}
    policy = parse_policy(yaml.safe_dump(doc))
    around = Surroundings(now=NOON)
    callers = (Caller(tier=word, metadata={word: word}), Caller())
    found = [policy.first_that_holds(Facts(build_signals({}), one, around)) for one in callers]
    assert found == [0, 1]
