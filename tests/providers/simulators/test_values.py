"""Values made for a schema fit it."""

from __future__ import annotations

import datetime
import enum
from typing import Annotated, Literal

import pydantic
import pytest
from pydantic import Field

from providers.simulators.values import make_value


class _Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class _Item(pydantic.BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{2}-\d{4}$")
    count: int = Field(ge=2, le=9, multiple_of=2)
    price: float = Field(gt=0, lt=1)


class _Order(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    number: str = Field(min_length=8, max_length=12)
    color: _Color
    kind: Literal["return", "refund"]
    items: list[_Item] = Field(min_length=2, max_length=3)
    placed: datetime.date
    at: datetime.datetime
    note: str | None
    pair: tuple[int, str]
    either: Annotated[int | bool, Field()]
    children: list[_Order]
    urgent: bool


@pytest.mark.parametrize(
    "text", ["", "退款 order 12", "Refund 3 blue AB-1234 for 99.5 on 2026-01-02"]
)
def test_a_deep_schema_is_filled_with_values_that_validate(text: str) -> None:
    made = make_value(_Order.model_json_schema(), text)
    assert _Order.model_validate(made).items


def test_words_of_the_text_choose_among_an_enum() -> None:
    schema = {"enum": ["consult", "refund"]}
    assert make_value(schema, "I want a refund") == "refund"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("order_number", "查一下订单 20261121001 到哪了", "20261121001"),
        ("phone", "call <PHONE_1> please", "<PHONE_1>"),
        ("email", "mail me at a.b@c.org", "a.b@c.org"),
        ("city", "What is the weather in Paris today", "Paris"),
        ("city", "北京的天气怎么样", "北京"),
    ],
)
def test_a_property_is_found_in_the_text(name: str, text: str, value: str) -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"}}, "required": [name]}
    assert make_value(schema, text) == {name: value}
