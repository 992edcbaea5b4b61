"""Streams that share one model: our scheduler against llama-cpp-python's high-level interface.

`python -m bench.local_batching [--model FILE] [--threads N]` asks for the same answers at 1, 4 and
8 streams. The high-level interface answers one after the other, as it must. Prints a table, and one
JSON line last: tokens per second in all, and the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

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


async def ours(path: Path, threads: int, rounds: int) -> dict[int, float]:
    """Tokens per second of the scheduler, by number of streams; the best of some rounds."""
    settings = LlamaCppSettings(
        path=path, slots=max(STREAMS), window_tokens=WINDOW_TOKENS, threads=threads
    )
    scheduler = Scheduler(LlamaCpp(settings), name="bench")
    await _ours_once(scheduler, 1)
    speeds = {
        streams: max([await _ours_once(scheduler, streams) for _ in range(rounds)])
        for streams in STREAMS
    }
    await scheduler.close()
    return speeds


async def _ours_once(scheduler: Scheduler, streams: int) -> float:
    began = time.perf_counter()
    counts = await asyncio.gather(*(_one(scheduler, prompt) for prompt in prompts(streams)))
    return sum(counts) / (time.perf_counter() - began)


async def _one(scheduler: Scheduler, prompt: str) -> int:
    sampling = Sampling(temperature=0.7, seed=1, min_p=0.0)
    events = scheduler.generate(prompt, sampling=sampling, max_tokens=ANSWER_TOKENS)
    return max([event.completion_tokens async for event in events if isinstance(event, Done)])


def theirs(path: Path, threads: int, rounds: int) -> dict[int, float]:
    """Tokens per second of `Llama.create_completion`, one answer after the other."""
    llama = library().Llama(
        model_path=str(path),
        n_ctx=WINDOW_TOKENS,
        n_threads=threads,
        n_threads_batch=threads,
        verbose=False,
    )
    _theirs_once(llama, 1)
    speeds = {n: max(_theirs_once(llama, n) for _ in range(rounds)) for n in STREAMS}
    llama.close()
    return speeds


def _theirs_once(llama: Any, streams: int) -> float:
    began = time.perf_counter()
    count = 0
    for prompt in prompts(streams):
        answer = llama.create_completion(
            prompt, max_tokens=ANSWER_TOKENS, temperature=0.7, top_p=1.0, top_k=0, min_p=0.0, seed=1
        )
        count += answer["usage"]["completion_tokens"]
    return count / (time.perf_counter() - began)


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default=DEMO, help="a registry name or a .gguf file")
    parser.add_argument("--models-dir", type=Path, default=Path("models"))
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    path = find(given.model).path_in(given.models_dir)
    alone = theirs(path, given.threads, given.rounds)
    shared = asyncio.run(ours(path, given.threads, given.rounds))
    report(path, given.threads, shared, alone)


def report(path: Path, threads: int, shared: dict[int, float], alone: dict[int, float]) -> None:
    """The table, and the line for machines."""
    ratios = {streams: shared[streams] / alone[streams] for streams in STREAMS}
    print(f"{path.name}, {threads} threads, {ANSWER_TOKENS} tokens at most an answer")
    print(f"{'streams':>8} {'scheduler tok/s':>16} {'high-level tok/s':>17} {'ratio':>6}")
    for streams in STREAMS:
        print(
            f"{streams:>8} {shared[streams]:>16.0f} {alone[streams]:>17.0f} {ratios[streams]:>6.2f}"
        )
    rows = {
        str(streams): {
            "scheduler_tokens_per_second": round(shared[streams], 1),
            "high_level_tokens_per_second": round(alone[streams], 1),
            "ratio": round(ratios[streams], 2),
        }
        for streams in STREAMS
    }
    print(json.dumps({"bench": "local_batching", "model": path.name, "streams": rows}))


if __name__ == "__main__":
    main()
