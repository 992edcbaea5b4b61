"""Logs: what they carry, and what must never get into them."""

from __future__ import annotations

import datetime
import io
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from providers.errors import OverloadedError
from router.telemetry.logs import bind_request, configure_logs, fingerprint, get_logger
from router.telemetry.metrics import Metrics
from router.telemetry.witness import Witness
from tests.storage.rows import attempt_row, request_row

ROOT = Path(__file__).parents[2]
PRIVATE = (
    "13800138000",
    "+86 138-0013-8000",
    "11010519491231002X",
    "6222021234567890123",
    "wang.wei@example.com",
    "sk-proj-abcdef123456",
    "Bearer abc.def.ghi",
)


@pytest.fixture
def stream() -> Any:
    """A place where logs go; afterwards everything is as before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("debug", stream=stream)
    yield stream
    configure_logs("warning")
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_time_in_utc_its_level_and_its_logger(stream: io.StringIO) -> None:
    get_logger("here").info("started", port=8000)
    (line,) = _lines(stream)
    assert (line["event"], line["level"], line["where"]) == ("started", "info", "here")
    assert line["port"] == 8000
    moment = datetime.datetime.fromisoformat(line["timestamp"])
    assert moment.utcoffset() == datetime.timedelta(0)


def test_every_line_inside_a_request_carries_its_id(stream: io.StringIO) -> None:
    log = get_logger("here")
    with bind_request("req-1"):
        log.info("inside")
    log.info("outside")
    inside, outside = _lines(stream)
    assert inside["request_id"] == "req-1"
    assert "request_id" not in outside


@pytest.mark.parametrize("secret", PRIVATE)
def test_private_data_never_reaches_a_log(stream: io.StringIO, secret: str) -> None:
    log = get_logger("here")
    log.warning(f"客户电话{secret}。", note=f"他说:{secret}", deep={"a": [secret]}, why=secret)
    log.info("fields", messages=[{"content": secret}], text=secret, nested={"prompt": secret})
    log.info("keys", api_key=secret, authorization=secret)
    try:
        raise ValueError(f"cannot read {secret}")
    except ValueError:
        log.exception("unforeseen")
    logging.getLogger("library").error("failed for %s", secret)
    text = stream.getvalue()
    assert secret not in text
    assert len(_lines(stream)) == 5


def test_message_text_is_left_out_and_keys_are_fingerprints(stream: io.StringIO) -> None:
    get_logger("here").info("event", content="我要退款", api_key="demo", model="m-20250514")
    (line,) = _lines(stream)
    assert line["content"] == "[hidden]"
    assert line["api_key"] == fingerprint("demo") != "demo"
    assert line["model"] == "m-20250514"


def test_an_exception_is_told_by_class_and_place_and_by_its_words_when_they_are_ours(
    stream: io.StringIO,
) -> None:
    log = get_logger("here")
    for error in (KeyError("我要退款"), OverloadedError("qwen-max is overloaded")):
        try:
            raise error
        except (KeyError, OverloadedError):
            log.exception("unforeseen")
    foreign, ours = _lines(stream)
    assert foreign["error"] == "KeyError"
    assert foreign["at"][-1].endswith("told_by_class_and_place_and_by_its_words_when_they_are_ours")
    assert "退款" not in stream.getvalue()
    assert ours["why"] == "qwen-max is overloaded"


def test_a_level_below_the_setting_is_silent(stream: io.StringIO) -> None:
    configure_logs("warning", stream=stream)
    get_logger("here").info("quiet")
    get_logger("here").warning("loud")
    assert [line["event"] for line in _lines(stream)] == ["loud"]


def test_before_anybody_configures_logs_standard_output_stays_clean() -> None:
    script = (
        "from router.telemetry.logs import get_logger\n"
        "get_logger('here').warning('loud')\n"
        "get_logger('here').info('quiet')\n"
    )
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == ""
    assert [json.loads(line)["event"] for line in result.stderr.splitlines()] == ["loud"]


def test_the_witness_logs_what_an_operator_should_know(stream: io.StringIO) -> None:
    witness = Witness(Metrics())
    witness.on_request(request_row(1))
    witness.on_request(request_row(2, outcome="broken", status=502))
    witness.on_billed(attempt_row(1, cost_usd=None))
    witness.on_billed(attempt_row(2, cost_usd=None))
    witness.on_breaker_change("d1", "closed", "open", "5 failures in a row")
    lines = _lines(stream)
    assert [line["event"] for line in lines] == ["request_failed", "price_unknown", "breaker"]
    assert lines[0]["request_id"] == "req-2"
