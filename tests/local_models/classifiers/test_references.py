"""An order that is only pointed at is set aside."""

from __future__ import annotations

import pytest

from local_models.classifiers.features import read_glance
from local_models.classifiers.intents import IntentReader
from local_models.classifiers.references import is_bare_reference, set_reference_aside


@pytest.fixture(scope="module")
def reader() -> IntentReader:
    return IntentReader()


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Has order 88123 shipped?", "Has it shipped?"),
        ("What's in my order 88123?", "What's in my order?"),
        ("订单88123456到哪了", "到哪了"),
        ("订单88123456里有什么", "订单里有什么"),
        ("where is my parcel", None),
        ("in 3 days", None),
    ],
)
def test_the_number_goes_and_what_is_asked_stays(text: str, rest: str | None) -> None:
    assert set_reference_aside(text) == rest


@pytest.mark.parametrize(
    "text", ["88123", "order 88123", "it's #88123", "for order 88123", "订单号88123456"]
)
def test_a_bare_reference_says_nothing_else(text: str) -> None:
    assert is_bare_reference(text)
    assert not is_bare_reference(f"{text} is broken") and not is_bare_reference("hello")


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("Where is my parcel? order 88123", {"logistics"}),
        ("where's order #88123?", {"logistics"}),
        ("Has order 88123 shipped?", {"logistics"}),
        ("order no. 88123, is it on its way?", {"logistics"}),
        ("我的快递到哪了 订单号88123456", {"logistics"}),
        ("订单号88123456地址改一下", {"order_modify"}),
        ("status of order 88123", {"order_query"}),
        ("What's in my order 88123?", {"order_query"}),
        ("What's in my order 88123 and where is it?", {"order_query", "logistics"}),
        ("订单88123456什么状态，顺便开张发票", {"order_query", "invoice"}),
        ("查一下订单88123456买了什么，另外我要退货", {"order_query", "return_exchange"}),
    ],
)
def test_a_number_that_serves_another_matter_is_no_query_of_an_order(
    reader: IntentReader, text: str, intents: set[str]
) -> None:
    assert set(reader.read(text, read_glance(text)).intents) == intents
