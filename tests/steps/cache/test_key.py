"""Which requests are equal: those that could not be answered differently, and no others."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from policies.decision import Arm, Plan, Selected, Terms
from policies.signals import Caller, Signals
from providers.messages import (
    ChatRequest,
    Function,
    FunctionCall,
    ImagePart,
    ImageUrl,
    Message,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
)
from router.steps.cache.key import key_of, why_not

ASKED = ChatRequest(model="auto", messages=(Message(role="user", content="Do you ship abroad?"),))
PLAN = Plan(
    rule="default",
    pool="cheap",
    primary=Selected(model="small", score=1.0, why="first"),
    fallbacks=(Selected(model="large", score=0.5, why="next"),),
    policy="shop",
    policy_version="v1",
    terms=Terms(cache=True),
)
CALLER = Caller(key_name="shop", tenant="t1", user="u1")


@dataclass(frozen=True)
class Journey:
    request: ChatRequest = ASKED
    caller: Caller = CALLER
    signals: Signals = field(default_factory=Signals)
    plan: Plan = PLAN
    has_secrets: bool = False
    cache_wish: str = ""


def _asked(**changes: Any) -> Journey:
    return Journey(request=msgspec.structs.replace(ASKED, **changes))


def _called(**changes: Any) -> Journey:
    return Journey(caller=msgspec.structs.replace(CALLER, **changes))


def _planned(**changes: Any) -> Journey:
    return Journey(plan=msgspec.structs.replace(PLAN, **changes))


def _sharing(**changes: Any) -> Journey:
    terms = dataclasses.replace(PLAN.terms, cache_across_users=True)
    plan = msgspec.structs.replace(PLAN, terms=terms)
    return Journey(caller=msgspec.structs.replace(CALLER, **changes), plan=plan)


OTHER: dict[str, Any] = {
    "model": "cheap",
    "messages": (Message(role="user", content="Do you ship abroad!"),),
    "tools": (Tool(function=Function(name="f")),),
    "tool_choice": "none",
    "parallel_tool_calls": True,
    "response_format": ResponseFormat(type="json_object"),
    "max_tokens": 100,
    "stop": ("\n",),
    "temperature": 0.0,
    "top_p": 0.5,
    "n": 2,
    "seed": 1,
    "presence_penalty": 0.1,
    "frequency_penalty": 0.1,
    "logprobs": True,
    "top_logprobs": 2,
    "reasoning_effort": "low",
    "user": "u2",
    "extra": {"top_k": Raw(b"5")},
}
DELIVERY = {"stream": True, "include_usage": True, "metadata": {"trace": "7"}}


def test_every_field_of_a_request_is_looked_at_or_known_to_change_no_answer() -> None:
    assert OTHER.keys() | DELIVERY.keys() == set(ChatRequest.__struct_fields__)


@pytest.mark.parametrize("name", OTHER)
def test_another_value_of_any_field_is_another_request(name: str) -> None:
    assert key_of(_asked(**{name: OTHER[name]})) != key_of(_asked())


@pytest.mark.parametrize("name", DELIVERY)
def test_how_the_answer_is_delivered_does_not_matter(name: str) -> None:
    assert key_of(_asked(**{name: DELIVERY[name]})) == key_of(_asked())


@pytest.mark.parametrize("name", ["key_name", "tenant", "tier", "order_number", "user"])
def test_nobody_else_has_the_same_key(name: str) -> None:
    assert key_of(_called(**{name: "other"})) != key_of(_called())


def test_users_share_where_the_rule_says_so_and_tenants_and_keys_never_do() -> None:
    mine = key_of(_sharing())
    assert mine == key_of(_sharing(user="u2"))
    assert mine not in (key_of(_sharing(tenant="t2")), key_of(_sharing(key_name="other")))


@pytest.mark.parametrize(
    "changes",
    [
        {"policy_version": "v2"},
        {"policy": "other"},
        {"rule": "upset"},
        {"pool": "strong"},
        {"primary": Selected(model="large", score=1.0, why="")},
        {"prompt": "customer-service@2"},
        {"must_stay_local": True},
        {"arms": (Arm("split", "a", 0.1),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_decision_has_another_key(changes: dict[str, Any]) -> None:
    assert key_of(_planned(**changes)) != key_of(_planned())


_texts = st.text(max_size=12)
_messages = st.lists(
    st.builds(
        Message,
        role=st.sampled_from(["system", "user", "assistant"]),
        content=_texts | st.lists(st.builds(TextPart, text=_texts), max_size=3).map(tuple),  # type: ignore[arg-type]
        name=st.none() | _texts,
    ),
    min_size=1,
    max_size=3,
).map(tuple)
_requests = st.builds(
    ChatRequest,
    model=_texts,
    messages=_messages,
    stop=st.lists(_texts, max_size=2).map(tuple),
    seed=st.none() | st.integers(-5, 5),
    max_tokens=st.none() | st.integers(1, 5),
)
_callers = st.builds(Caller, key_name=_texts, tenant=_texts, user=_texts)


@given(_requests, _requests, _callers, _callers)
def test_keys_are_equal_exactly_when_all_that_counts_is_equal(
    one: ChatRequest, other: ChatRequest, first: Caller, second: Caller
) -> None:
    keys = key_of(Journey(request=one, caller=first)), key_of(Journey(request=other, caller=second))
    assert (keys[0] == keys[1]) == ((one, first) == (other, second))
    assert keys[0] == key_of(Journey(request=msgspec.structs.replace(one), caller=first))


def test_the_order_of_unknown_fields_does_not_matter() -> None:
    one = _asked(extra={"a": Raw(b"1"), "b": Raw(b"2")})
    other = _asked(extra={"b": Raw(b"2"), "a": Raw(b"1")})
    assert key_of(one) == key_of(other)


CALLED = Message(role="assistant", tool_calls=(ToolCall(id="1", function=FunctionCall("f", "{}")),))
SEEN = Message(role="user", content=(ImagePart(ImageUrl("https://example.com/a.png")),))


@pytest.mark.parametrize(
    ("journey", "why"),
    [
        (Journey(has_secrets=True), "private"),
        (Journey(signals=Signals(pii=frozenset({"phone"}))), "private"),
        (Journey(signals=Signals(slots={"order_number": ("A7",)})), "order_number"),
        (_asked(n=2), "several"),
        (_asked(temperature=0.7), "temperature"),
        (_asked(logprobs=True), "logprobs"),
        (_asked(messages=(CALLED,)), "tools"),
        (_asked(messages=(Message(role="tool", content="5", tool_call_id="1"),)), "tools"),
        (_asked(messages=(SEEN,)), "text alone"),
    ],
)
def test_what_is_private_or_left_to_chance_is_never_looked_up(journey: Journey, why: str) -> None:
    assert why in why_not(journey)


def _said(*turns: str, before: tuple[str, ...] = ()) -> Journey:
    """A talk of these turns of the user, behind the examples of a prompt."""
    messages = tuple(Message(role="user", content=turn) for turn in (*before, *turns))
    request = msgspec.structs.replace(ASKED, messages=messages)
    return Journey(request=request, signals=Signals(turns=len(turns)))


@pytest.mark.parametrize(
    "text",
    [
        "where is the one that ends with 4471",
        "尾号８８１２的那个",
        "A1B2C3 is late",
        "where is my big parcel",
        "has my refund been processed",
        "I paid for it, did it go through?",
        "why was I charged twice",
        "我的订单到哪了",
        "我的訂單呢",
        "我刚买的鞋坏了",
        "帮我查一下快递",
        "怎么还没发货",
    ],
)
def test_what_speaks_of_one_case_is_never_looked_up_even_without_a_slot(text: str) -> None:
    assert "one case" in why_not(_said(text))
    assert "one case" in why_not(_said(text, "And how long does it take?"))


@pytest.mark.parametrize(
    "text",
    [
        "Do you ship to Canada?",
        "what is your return policy",
        "你们几点开门",
        "支持无理由退货吗",
        "可以用微信支付吗",
        "iphone 15 or 14?",
    ],
)
def test_a_question_that_anyone_may_ask_is_looked_up(text: str) -> None:
    assert why_not(_said(text)) == ""


def test_the_examples_of_a_prompt_are_nobody_s_case() -> None:
    assert why_not(_said("Do you ship abroad?", before=("Where is my order 88001234?",))) == ""


@pytest.mark.parametrize("changes", [{}, {"temperature": 0.0}, {"tools": OTHER["tools"]}])
def test_a_plain_question_may_be(changes: dict[str, Any]) -> None:
    assert why_not(_asked(**changes)) == ""


@pytest.mark.parametrize(
    ("text", "intents", "is_looked_up"),
    [
        ("电脑总是死机", ("warranty",), False),
        ("screen flickers since Monday or so", ("warranty",), False),
        ("a charge there that nobody knows", ("product_consult", "payment"), False),
        ("怎么重启机器", ("warranty",), True),
        ("which documents are wanted", ("warranty",), True),
        ("这日子咋过", ("urge",), False),
        ("who runs such a shop", ("complaint",), False),
        ("这款防水吗", ("product_consult",), True),
        ("hello", ("smalltalk",), True),
    ],
)
def test_an_intent_of_one_case_is_looked_up_where_the_turn_asks_in_general(
    text: str, intents: tuple[str, ...], is_looked_up: bool
) -> None:
    journey = dataclasses.replace(_said(text), signals=Signals(intents=intents, intent=intents[0]))
    assert (why_not(journey) == "") == is_looked_up


@pytest.mark.parametrize(
    "text", ["我", "i want ", "can you please ", "怎么", "it ", "帮我", "no ", "今天了", "a.b "]
)
def test_hostile_texts_are_read_in_linear_time(text: str) -> None:
    assert why_not(_said(text * 40_000)) in ("", "it is about one case (by its digits or words)")
