"""Upstreams that die and clients that vanish, while the gateway is busy.

`python -m bench.chaos kill` holds 200 streams open for two minutes while one of two upstreams is killed
(`kill -9`) and restarted every few seconds, and checks each answer word by word. `python -m bench.chaos
vanish` lets 2,000 clients connect, read three chunks and disappear, and counts what is left: upstream
calls, sockets, memory. Both start the gateway in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml

from bench.report import print_report
from providers.simulators.process import Simulator, start_simulator
from providers.simulators.settings import Pacing

_ROOT = Path(__file__).parents[1]
_QUESTION = "I would like my money back for the kettle, how does a refund work?"
_PACE = Pacing(first_token_seconds=0.1, tokens_per_second=30.0)
_CHUNKS_READ = 3


@asynccontextmanager
async def _gateway(folder: Path, upstreams: Sequence[Simulator]) -> AsyncIterator[tuple[str, int]]:
    """A gateway before these upstreams: its URL and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    child = _spawn(_configure(folder, upstreams), port)
    try:
        await _wait_for(port, child)
        yield f"http://127.0.0.1:{port}", child.pid
    finally:
        child.terminate()
        child.wait(40)


def _spawn(config: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "main.py", "serve", "-c", str(config), "--port", str(port)],
        cwd=_ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _wait_for(port: int, child: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if child.poll() is not None:
            raise SystemExit(f"The gateway ended with code {child.returncode}.")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            await asyncio.sleep(0.05)
    raise SystemExit(f"The gateway did not listen on port {port} within {seconds:.0f} s.")


def _configure(folder: Path, upstreams: Sequence[Simulator]) -> Path:
    names = [f"vendor-{number}" for number in range(1, len(upstreams) + 1)]
    models = {
        f"model-{name}": {
            "provider": name,
            "wire_name": "gpt-6-luna",
            "window_tokens": 32_000,
            "max_output_tokens": 4000,
            "prices": {"input": "1", "output": "2"},
        }
        for name in names
    }
    policy = folder / "policy.yaml"
    terms = {"deadline_seconds": 60, "on_break": "continue", "max_attempts": 8}
    policy.write_text(
        yaml.safe_dump(
            {
                "name": "chaos",
                "terms": terms,
                "pools": {"both": {"objective": "ordered", "models": list(models)}},
                "rules": [],
                "default": {"use": "both"},
            }
        )
    )
    config = folder / "chaos.yaml"
    settings = {
        "server": {"log_level": "error"},
        "providers": {
            name: {"kind": "openai", "api_key": "sk-simulated", "base_url": upstream.base_url}
            for name, upstream in zip(names, upstreams, strict=True)
        },
        "models": models,
        "policy": str(policy),
        "ledger": {"path": str(folder / "ledger.sqlite3")},
        "local": {"enabled": False},
    }
    config.write_text(yaml.safe_dump(settings))
    return config


def _body() -> bytes:
    message = {"role": "user", "content": _QUESTION}
    return json.dumps({"model": "both", "stream": True, "messages": [message]}).encode()


async def _read_answer(session: aiohttp.ClientSession, url: str) -> tuple[str, str]:
    """How one stream ended (complete, error, broken) and its text."""
    text, is_done, has_error, has_seam = "", False, False, False
    async with session.post(
        f"{url}/v1/chat/completions", data=_body(), headers={"content-type": "application/json"}
    ) as answer:
        if answer.status != 200:
            return f"error {answer.status}", ""
        async for line in answer.content:
            if line.startswith(b": continued"):
                has_seam = True
            if not line.startswith(b"data: "):
                continue
            data = line[6:].strip()
            if data == b"[DONE]":
                is_done = True
                continue
            chunk: dict[str, Any] = json.loads(data)
            has_error = has_error or "error" in chunk
            for choice in chunk.get("choices", ()):
                text += choice["delta"].get("content") or ""
    if has_error:
        return ("broken" if is_done else "error in stream"), text
    if not is_done:
        return "broken", text
    return ("continued" if has_seam else "complete"), text


async def kill(streams: int, seconds: float, every: float) -> dict[str, Any]:
    """Kill and restart one of two upstreams while many streams run."""
    doomed, steady = await asyncio.gather(
        *(asyncio.to_thread(start_simulator, "openai", pacing=_PACE) for _ in range(2))
    )
    outcomes: Counter[str] = Counter()
    kills = 0
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        async with (
            _gateway(Path(name), (doomed, steady)) as (url, _),
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        ):
            _, wanted = await _read_answer(session, url)

            async def work() -> None:
                while time.monotonic() < end:
                    try:
                        outcome, text = await _read_answer(session, url)
                    except (aiohttp.ClientError, ValueError) as error:
                        outcome, text = f"broken ({type(error).__name__})", ""
                    if outcome in ("complete", "continued") and text != wanted:
                        outcome = "broken (other text)"
                    outcomes[outcome] += 1

            working = [asyncio.create_task(work()) for _ in range(streams)]
            while time.monotonic() < end - every:
                await asyncio.sleep(every)
                doomed.kill()
                kills += 1
                doomed = await asyncio.to_thread(
                    start_simulator, "openai", pacing=_PACE, port=doomed.port
                )
            await asyncio.gather(*working)
    doomed.stop()
    steady.stop()
    broken = sum(count for outcome, count in outcomes.items() if outcome.startswith("broken"))
    return {"kills": kills, "answers": outcomes.total(), "broken": broken, **outcomes}


async def vanish(clients: int, parallel: int) -> dict[str, Any]:
    """Let clients disappear in mid-answer and count what they leave behind."""
    upstream = await asyncio.to_thread(start_simulator, "openai", pacing=_PACE)
    with tempfile.TemporaryDirectory() as name:
        async with _gateway(Path(name), (upstream,)) as (url, pid):
            process = psutil.Process(pid)
            await _vanish_all(url, parallel, parallel)  # so that pools and caches are warm
            await _settle(upstream)
            before = _count(process)
            await _vanish_all(url, clients, parallel)
            quiet_seconds = await _settle(upstream)
            after = _count(process)
    counters = upstream.counters()
    upstream.stop()
    return {
        "clients": clients,
        "upstream_calls": counters["requests"],
        "upstream_calls_left": counters["open_requests"],
        "seconds_until_quiet": round(quiet_seconds, 2),
        "sockets_before": before[0],
        "sockets_after": after[0],
        "rss_mib_before": before[1],
        "rss_mib_after": after[1],
    }


async def _vanish_all(url: str, clients: int, parallel: int) -> None:
    left = iter(range(clients))

    async def work() -> None:
        for _ in left:
            # A connection of its own, thrown away with the answer half read.
            connector = aiohttp.TCPConnector(force_close=True)
            async with aiohttp.ClientSession(connector=connector) as session:
                answer = await session.post(
                    f"{url}/v1/chat/completions",
                    data=_body(),
                    headers={"content-type": "application/json"},
                )
                for _ in range(_CHUNKS_READ):
                    await answer.content.readuntil(b"\n\n")
                answer.close()

    await asyncio.gather(*(work() for _ in range(parallel)))


async def _settle(upstream: Simulator) -> float:
    """Seconds until the upstream has no open call left, ten at most."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        counters = await asyncio.to_thread(upstream.counters)
        if not counters["open_requests"]:
            break
        await asyncio.sleep(0.02)
    took = time.monotonic() - began
    await asyncio.sleep(1.0)
    return took


def _count(process: psutil.Process) -> tuple[int, float]:
    return len(process.net_connections()), round(process.memory_info().rss / 2**20, 1)


def main() -> None:
    """Run one of the two and print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    killing = what.add_parser("kill")
    killing.add_argument("--streams", type=int, default=200)
    killing.add_argument("--seconds", type=float, default=120.0)
    killing.add_argument("--every", type=float, default=4.0)
    vanishing = what.add_parser("vanish")
    vanishing.add_argument("--clients", type=int, default=2000)
    vanishing.add_argument("--parallel", type=int, default=100)
    given = parser.parse_args()
    if given.what == "kill":
        found = asyncio.run(kill(given.streams, given.seconds, given.every))
    else:
        found = asyncio.run(vanish(given.clients, given.parallel))
    rows = list(found.items())
    print_report(f"Chaos: {given.what}", ("what", "figure"), rows, {"bench": given.what, **found})


if __name__ == "__main__":
    main()
