"""What the bill costs: CPU of a request's record, and whether `kill -9` loses a row.

uv run python -m bench.ledger [--requests 20000] [--kills 20]
"""

from __future__ import annotations

import argparse
import gc
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

from bench.report import print_report
from policies.decision import Arm, Plan, Reason, Selected
from policies.signals import Caller, Signals
from providers.base import Model
from providers.calls import Attempt, Usage
from providers.pricing import Rates, flat
from router.steps.records import PriceBook, Records
from router.storage.memory import MemoryLedger
from router.storage.ports import LedgerStore
from router.storage.reports import Question
from router.storage.sqlite import SqliteLedger
from router.telemetry.metrics import Metrics
from router.telemetry.witness import Witness

_MODEL = Model(
    name="qwen-max",
    provider="dashscope",
    wire_name="qwen-max",
    window_tokens=32_768,
    max_output_tokens=8_192,
    prices=flat(Rates(input=Decimal("2.4"), output=Decimal("9.6")), currency="CNY"),
)
_PLAN = Plan(
    rule="refunds",
    pool="strong",
    primary=Selected(
        model="qwen-max", score=0.9, why="cheapest of 4 above quality 0.8", estimated_usd="0.0021"
    ),
    fallbacks=tuple(Selected(model=f"m{n}", score=0.5, why="next by price") for n in range(3)),
    reasons=(
        Reason("rule refunds", True, tuple(Reason(f"intent is {n}", n == 3) for n in range(5))),
    ),
    arms=(Arm("tone", "warm", 0.25),),
)
_USAGE = Usage(prompt_tokens=412, completion_tokens=187)


@dataclass(frozen=True)
class _Journey:
    request_id: str
    requested: str = "auto"
    caller: Caller = Caller(key_name="shop", user="u1", tier="vip", order_number="A77")  # noqa: RUF009
    signals: Signals = Signals(intent="refund", emotion="negative", language="zh")  # noqa: RUF009
    plan: Plan = _PLAN


def main() -> None:
    """Measure, print, and end with one JSON line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--victim", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.victim:
        _write_until_killed(arguments.victim)
    with tempfile.TemporaryDirectory() as folder:
        memory = _measure(MemoryLedger(capacity=1_000), arguments.requests, None)
        path = Path(folder, "ledger.sqlite3")
        sqlite = _measure(SqliteLedger(path, waiting_limit=10**9), arguments.requests, None)
        store = SqliteLedger(Path(folder, "metrics.sqlite3"), waiting_limit=10**9)
        both = _measure(store, arguments.requests, Witness(Metrics()))
        begun, lost = _kill(Path(folder, "killed.sqlite3"), arguments.kills)
        size = path.stat().st_size / arguments.requests
    rows = [
        ["memory", *memory],
        ["SQLite", *sqlite],
        ["SQLite and metrics", *both],
    ]
    result = {
        "bench": "ledger",
        "requests": arguments.requests,
        "loop_us": round(sqlite[0], 1),
        "process_us": round(sqlite[1], 1),
        "with_metrics_us": round(both[1], 1),
        "bytes_per_request": round(size),
        "kills": arguments.kills,
        "begun": begun,
        "rows_lost": lost,
    }
    title = f"CPU microseconds per request; {arguments.kills} kills: {lost} of {begun} rows lost"
    print_report(title, ["kept in", "event loop", "whole process"], rows, result)


def _measure(store: LedgerStore, requests: int, witness: Witness | None) -> tuple[float, float]:
    """CPU per request on the calling thread, and of the whole process until all is in the tables."""
    records = Records(store, PriceBook({"qwen-max": _MODEL}.get), observer=witness)
    gc.collect()
    whole, thread = time.process_time(), time.thread_time()
    for number in range(requests):
        _record(records, f"req-{number}", witness)
    thread = time.thread_time() - thread
    store.flush()
    whole = time.process_time() - whole
    store.close()
    return thread / requests * 1e6, whole / requests * 1e6


def _record(records: Records, request_id: str, witness: Witness | None) -> None:
    with records.open(_Journey(request_id)) as record:
        record.begin(1, "primary", "qwen-max", "dashscope", "dashscope")
        attempt = Attempt(
            number=1,
            kind="primary",
            model="qwen-max",
            provider="dashscope",
            deployment="dashscope",
            started_at=record.row.started_at,
            seconds=1.2,
            outcome="answered",
            first_token_seconds=0.3,
            usage=_USAGE,
        )
        if witness is not None:
            witness.on_attempt(attempt)
        record.finish(attempt)
        record.settle(_USAGE)


def _write_until_killed(path: Path) -> None:
    """Record requests and say which were begun, until somebody kills this process."""
    records = Records(SqliteLedger(path), PriceBook({"qwen-max": _MODEL}.get))
    number, run = 0, time.time_ns()
    while True:
        number += 1
        with records.open(_Journey(f"{run}-{number}")) as record:
            record.begin(1, "primary", "qwen-max", "dashscope", "dashscope")
            print(record.row.request_id, flush=True)
            record.settle(_USAGE)


def _kill(path: Path, kills: int) -> tuple[int, int]:
    """How many calls were begun by writers that were killed, and how many of them left no row."""
    begun: set[str] = set()
    chance = Random(7)
    for _ in range(kills):
        command = [sys.executable, "-m", "bench.ledger", "--victim", str(path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as victim:
            assert victim.stdout is not None
            lines = [victim.stdout.readline() for _ in range(chance.randrange(1, 500))]
            victim.send_signal(signal.SIGKILL)
            lines += victim.stdout.readlines()
        begun |= {line.strip() for line in lines if line.endswith("\n")}
    ledger = SqliteLedger(path)
    found = {entry.request.request_id for entry in ledger.entries(Question())}
    ledger.close()
    return len(begun), len(begun - found)


if __name__ == "__main__":
    main()
