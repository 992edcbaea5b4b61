"""What rows keep of a request: names, numbers and the decision, and none of its words."""

from __future__ import annotations

import datetime

import msgspec

from policies.engine import decide
from policies.loader import parse_policy
from policies.signals import Caller, Signals, Surroundings
from router.steps.records.rows import open_row
from router.steps.understanding import Understanding
from router.storage.entries import decode_signals
from tests.policies.worlds import make_model
from tests.steps.test_understanding import ask

SAID = ("8837465521", "last tuesday", "4999.50", "51.20")
TEXT = "My order 8837465521 from last tuesday cost $4999.50 and the freight $51.20"
POLICY = """
name: about-slots
pools: {p: {models: [m]}}
rules:
  - {name: by-slot, when: {slots: any}, use: p}
default: {use: p}
"""


def test_no_row_holds_the_words_of_slots_but_which_there_were_and_how_many() -> None:
    read = Understanding().read(ask(TEXT))
    counts = {kind: len(values) for kind, values in read.slots.items()}
    assert counts == {"order_number": 1, "date": 1, "amount": 2}
    around = Surroundings(now=datetime.datetime.now(datetime.UTC))
    plan = decide(parse_policy(POLICY), read, Caller(), [make_model("m")], around, thorough=True)
    row = open_row(1, "r", Caller(), read, plan, "auto", 0.0)
    whole = msgspec.json.encode(row).decode()
    assert not [word for word in SAID if word in whole]
    kept = decode_signals(row.signals)
    assert {kind: len(values) for kind, values in kept.slots.items()} == counts
    assert (
        row.rule == "by-slot"
        and decide(parse_policy(POLICY), kept, Caller(), [make_model("m")], around).rule
        == "by-slot"
    )


def test_rows_from_before_are_read_as_they_were_written() -> None:
    old = b'{"intent": "refund", "slots": {"order_number": ["<ORDER_1>"]}}'
    assert decode_signals(old.decode()) == Signals(
        intent="refund", slots={"order_number": ("<ORDER_1>",)}
    )
