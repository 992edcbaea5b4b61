"""Streams that share one model: our scheduler against llama-cpp-python's high-level interface.

`python -m bench.local_batching [--model FILE] [--threads N]` asks for the same answers at 1, 4 and
8 streams. The high-level interface answers one after the other, as it must. Prints a table, and one
JSON line last: tokens by wall clock and by processor time, and the ratio of the latter.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.report import print_result
from local_models.engine import Done, Sampling
from local_models.llama_cpp import LlamaCpp, LlamaCppSettings, library, physical_cores
from local_models.registry import DEMO, find
from local_models.scheduler import Scheduler

STREAMS = (1, 4, 8)
ANSWER_TOKENS = 96
WINDOW_TOKENS = 1024
QUESTIONS = ("我的快递到哪了", "how do I get a refund", "怎么开发票", "my card was declined")


def prompts(streams: int) -> list[str]:
    """One prompt a stream, no two alike, so that nothing is read from a cache."""
    return [
        f"<|im_start|>user\n{number}: {QUESTIONS[number % len(QUESTIONS)]}<|im_end|>\n"
        "<|im_start|>assistant\n"
        for number in range(streams)
    ]


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens of all streams together, by the clock on the wall and by the processor's own."""

    per_second: float
    per_cpu_second: float


Run = Callable[[int], Awaitable[int]]


async def measure(path: Path, threads: int, rounds: int) -> dict[str, dict[int, Speed]]:
    """Both ways in turn, round by round, so that other work on the machine hurts both alike."""
    settings = LlamaCppSettings(
        path=path, slots=max(STREAMS), window_tokens=WINDOW_TOKENS, threads=threads
    )
    scheduler = Scheduler(LlamaCpp(settings), name="bench")
    llama = library().Llama(
        model_path=str(path),
        n_ctx=WINDOW_TOKENS,
        n_threads=threads,
        n_threads_batch=threads,
        verbose=False,
    )
    runs: dict[str, Run] = {
        "scheduler": partial(ours, scheduler),
        "high_level": partial(theirs, llama),
    }
    found: dict[str, dict[int, list[Speed]]] = {name: {} for name in runs}
    for number in range(rounds + 1):
        for streams in STREAMS:
            for name, run in runs.items():
                speed = await _timed(run, streams)
                if number:  # the first round warms up
                    found[name].setdefault(streams, []).append(speed)
    await scheduler.close()
    llama.close()
    return {name: {n: _median(speeds) for n, speeds in one.items()} for name, one in found.items()}


async def _timed(run: Run, streams: int) -> Speed:
    wall, processor = time.perf_counter(), time.process_time()
    tokens = await run(streams)
    return Speed(tokens / (time.perf_counter() - wall), tokens / (time.process_time() - processor))


def _median(speeds: list[Speed]) -> Speed:
    return Speed(
        statistics.median(speed.per_second for speed in speeds),
        statistics.median(speed.per_cpu_second for speed in speeds),
    )


async def ours(scheduler: Scheduler, streams: int) -> int:
    """All streams at once through the scheduler; gives the tokens generated."""
    return sum(await asyncio.gather(*(_one(scheduler, prompt) for prompt in prompts(streams))))


async def _one(scheduler: Scheduler, prompt: str) -> int:
    sampling = Sampling(temperature=0.7, seed=1)
    events = scheduler.generate(prompt, sampling=sampling, max_tokens=ANSWER_TOKENS)
    return max([event.completion_tokens async for event in events if isinstance(event, Done)])


async def theirs(llama: Any, streams: int) -> int:
    """One stream after the other through `Llama.create_completion`, as it must be."""
    count = 0
    for prompt in prompts(streams):
        answer = llama.create_completion(
            prompt, max_tokens=ANSWER_TOKENS, temperature=0.7, top_p=1.0, top_k=0, min_p=0.0, seed=1
        )
        count += answer["usage"]["completion_tokens"]
    return count


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default=DEMO, help="a registry name or a .gguf file")
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    path = find(given.model).path_in(given.models_dir)
    report(path, given.threads, asyncio.run(measure(path, given.threads, given.rounds)))


def report(path: Path, threads: int, speeds: dict[str, dict[int, Speed]]) -> None:
    """The table, and the line for machines. Ratios are by processor time: fair on a busy machine."""
    print(
        f"{path.name}, {threads} threads, {ANSWER_TOKENS} tokens at most an answer; tokens in all"
    )
    print(
        f"{'streams':>8} {'scheduler /s':>13} {'/cpu-s':>8} {'high-level /s':>14} {'/cpu-s':>8} {'ratio':>6}"
    )
    rows = {}
    for streams in STREAMS:
        shared, alone = speeds["scheduler"][streams], speeds["high_level"][streams]
        ratio = shared.per_cpu_second / alone.per_cpu_second
        print(
            f"{streams:>8} {shared.per_second:>13.0f} {shared.per_cpu_second:>8.0f} "
            f"{alone.per_second:>14.0f} {alone.per_cpu_second:>8.0f} {ratio:>6.2f}"
        )
        rows[str(streams)] = {
            "scheduler_tokens_per_second": round(shared.per_second, 1),
            "scheduler_tokens_per_cpu_second": round(shared.per_cpu_second, 1),
            "high_level_tokens_per_second": round(alone.per_second, 1),
            "high_level_tokens_per_cpu_second": round(alone.per_cpu_second, 1),
            "ratio": round(ratio, 2),
        }
    print_result({"bench": "local_batching", "model": path.name, "streams": rows})


if __name__ == "__main__":
    main()
