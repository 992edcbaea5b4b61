"""How long it takes to read one request, every signal together.

    uv run python -m bench.understanding_speed [--rounds 2000] [--weights FOLDER]

Turns of about 60 characters that differ from each other (so that no cache helps), Chinese and
English by turns; then texts of 100 kB. Wall-clock time depends on what else the machine does; the
CPU time of the process hardly does. Both are shown. `--weights` reads with heads that `main.py train`
wrote into a folder.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bench.report import print_report
from local_models.classifiers.data.compose import compose
from local_models.classifiers.shipped_data import read_lines
from providers.messages import ChatRequest, Message
from router.steps.understanding import Understanding


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.understanding_speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000, help="turns to read")
    parser.add_argument("--weights", type=Path, default=None, help="folder with heads of your own")
    options = parser.parse_args(arguments)
    rounds = options.rounds
    began = time.perf_counter()
    own = options.weights
    understanding = Understanding() if own is None else Understanding.from_folder(own)
    load_ms = 1e3 * (time.perf_counter() - began)
    short = [_ask(text) for text in _turns(rounds)]
    long = [
        _ask(f"{at} {text}")
        for at in range(10)
        for text in ("我的订单呢，" * 5_600, "my order, " * 10_000)
    ]
    for request in short[:50]:
        understanding.read(request)
    measured = {
        "60 characters": _times(understanding.read, short),
        "100 kB": _times(understanding.read, long),
    }
    rows = [
        [name, *(f"{value:.3f}" for value in times.values())] for name, times in measured.items()
    ]
    columns = ["input", *(f"{name} ms" for name in measured["100 kB"])]
    result = {"bench": "understanding_speed", "load_ms": round(load_ms, 1), **measured}
    print_report(f"Reading one request; heads loaded in {load_ms:.0f} ms", columns, rows, result)


def _turns(count: int) -> list[str]:
    """Distinct turns of 40 to 80 characters from the project's own lines."""
    rng = random.Random(4)
    lines = compose(read_lines("zh") + read_lines("en"), per_line=1, seed=9)
    texts = [line.text for line in lines]
    made = []
    for at in range(count):
        text = rng.choice(texts)
        while len(text) < 50:
            text += rng.choice("，。 ") + rng.choice(texts)
        made.append(f"{text[:80]}{at}")
    return made


def _ask(text: str) -> ChatRequest:
    return ChatRequest(model="auto", messages=(Message(role="user", content=text),))


def _times(
    read: Callable[[ChatRequest], object], requests: Sequence[ChatRequest]
) -> dict[str, float]:
    wall, cpu = [], []
    for request in requests:
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        read(request)
        wall.append(time.perf_counter() - wall_start)
        cpu.append(time.process_time() - cpu_start)
    found = {"p50": np.quantile(wall, 0.5), "p99": np.quantile(wall, 0.99)}
    found |= {"cpu p50": np.quantile(cpu, 0.5), "cpu p99": np.quantile(cpu, 0.99)}
    return {name: round(1e3 * float(value), 4) for name, value in found.items()}


if __name__ == "__main__":
    main()
