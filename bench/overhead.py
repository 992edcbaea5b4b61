"""What the whole journey costs in CPU time, beside the barest proxy in the same run.

`python -m bench.overhead` sends the same requests through a bare ASGI + aiohttp pass-through and
through the gateway (key, masking, classifiers, policy, prompt, SQLite row), both in processes of
their own in front of the same upstream, and reads the CPU time that each process used. With
`--peer litellm` LiteLLM's proxy is a third column (install the extra `litellm` into an environment
of its own and name its python with `--peer-python`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import yaml

from bench.prompts import encode, new_messages, new_talks
from bench.report import print_report
from router.steps.access import hash_key

_KEY = "sk-bench-0123456789abcdef0123456789abcdef"
_ROOT = Path(__file__).parents[1]
_PROCESS_CLOCK = 2
"""The low bits of a process's CPU clock, as `clock_getcpuclockid` makes it of a process id."""
KINDS = ("whole", "talk", "stream")
"""One new message of 1.5 kB; a talk of 1.5 kB with a new last turn; the first one streamed."""
GOAL_WHOLE, GOAL_STREAM = 4.0, 3.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _process(command: Sequence[str], port: int, **environment: str) -> Iterator[psutil.Process]:
    child = subprocess.Popen(
        command,
        cwd=_ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    name = " ".join(command)
    try:
        _wait_for(port, child, name)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(20)


def _wait_for(port: int, child: subprocess.Popen[bytes], name: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if child.poll() is not None:
            raise SystemExit(f"{name} ended with code {child.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{name} did not listen on port {port} within {seconds:.0f} s")


def _cpu_seconds(process: psutil.Process) -> float:
    return sum(map(_own_cpu_seconds, [process, *process.children(recursive=True)]))


def _own_cpu_seconds(process: psutil.Process) -> float:
    """To the nanosecond where the system can; psutil counts in steps of ten milliseconds."""
    if sys.platform == "linux":
        return time.clock_gettime(~process.pid << 3 | _PROCESS_CLOCK)
    times = process.cpu_times()
    return float(times.user + times.system)


async def _drive(url: str, bodies: Sequence[bytes], parallel: int) -> float:
    """Send these requests, so many at a time; median seconds of one."""
    headers = {"authorization": f"Bearer {_KEY}", "content-type": "application/json"}
    seconds: list[float] = []
    left = iter(bodies)

    async def work(session: aiohttp.ClientSession) -> None:
        for body in left:
            start = time.perf_counter()
            async with session.post(
                f"{url}/chat/completions", data=body, headers=headers
            ) as answer:
                text = await answer.read()
                if answer.status != 200 or b"error" in text[:20]:
                    raise SystemExit(f"{url} answered {answer.status}: {text[:300]!r}")
            seconds.append(time.perf_counter() - start)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=parallel)) as session:
        await asyncio.gather(*(work(session) for _ in range(parallel)))
    return statistics.median(seconds)


def _bodies(kind: str, count: int, seed: int) -> list[bytes]:
    """So many requests of a kind, no two of them alike."""
    messages = (new_talks if kind == "talk" else new_messages)(seed)
    return [encode(next(messages), stream=kind == "stream") for _ in range(count)]


def _configure(folder: Path, upstream: str) -> Path:
    config = folder / "bench.yaml"
    settings = {
        "providers": {"openai": {"kind": "openai", "api_key": "sk-bench", "base_url": upstream}},
        "keys": [{"name": "bench", "sha256": hash_key(_KEY)}],
        "ledger": {"path": str(folder / "ledger.sqlite3")},
        "local": {"enabled": False},
        "server": {"log_level": "warning"},
    }
    config.write_text(yaml.safe_dump(settings))
    return config


def _litellm(folder: Path, upstream: str, python: str, port: int) -> list[str]:
    config = folder / "litellm.yaml"
    parameters = {"model": "openai/gpt-6-luna", "api_base": upstream, "api_key": "sk-bench"}
    config.write_text(
        yaml.safe_dump(
            {
                "model_list": [{"model_name": "auto", "litellm_params": parameters}],
                "general_settings": {"master_key": _KEY},
            }
        )
    )
    program = str(Path(python).with_name("litellm"))
    return [program, "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]


def measure(given: argparse.Namespace) -> dict[str, dict[str, float]]:
    """CPU milliseconds a request and median latency, by name of the process and kind of request."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = {name: _free_port() for name in ("upstream", "passthrough", "pointsman", "litellm")}
        upstream = f"http://127.0.0.1:{ports['upstream']}/v1"
        peers = [sys.executable, "-m", "bench.peers"]
        serve = [sys.executable, "main.py", "serve"]
        ours = str(_configure(folder, upstream))
        bare = ["passthrough", "--port", str(ports["passthrough"]), "--target", upstream]
        commands = {
            "passthrough": [*peers, *bare],
            "pointsman": [*serve, "-c", ours, "--port", str(ports["pointsman"])],
        }
        if given.peer == "litellm":
            commands["litellm"] = _litellm(folder, upstream, given.peer_python, ports["litellm"])
        stack.enter_context(
            _process([*peers, "upstream", "--port", str(ports["upstream"])], ports["upstream"])
        )
        processes = {
            name: stack.enter_context(
                _process(command, ports[name], LITELLM_LOCAL_MODEL_COST_MAP="True")
            )
            for name, command in commands.items()
        }
        return asyncio.run(_measure_all(processes, ports, given))


async def _measure_all(
    processes: dict[str, psutil.Process], ports: dict[str, int], given: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """The median of many short rounds, in each of which everyone has a turn at each kind.

    What else the machine does costs everybody then: from one second to the next a busy neighbour may
    double the CPU time of the same work. So a ratio is the median of the rounds' own ratios.
    """
    rounds: list[dict[str, dict[str, float]]] = []
    for name, port in ports.items():
        if name in processes:
            await _warm_up(port, given)
    for seed in range(1, given.rounds + 1):
        found: dict[str, dict[str, float]] = {name: {} for name in processes}
        for kind in KINDS:
            for name, one in processes.items():
                found[name] |= await _measure_one(one, ports[name], given, kind, seed)
        for figures in found.values():
            for kind in KINDS:
                bare = found["passthrough"][f"{kind}_cpu_ms"]
                figures[f"{kind}_ratio"] = figures[f"{kind}_cpu_ms"] / bare
        rounds.append(found)
    return {
        name: {
            figure: statistics.median(one[name][figure] for one in rounds)
            for figure in rounds[0][name]
        }
        for name in processes
    }


async def _warm_up(port: int, given: argparse.Namespace) -> None:
    for kind, count in (("whole", 20 * given.parallel), ("stream", 20)):
        await _drive(f"http://127.0.0.1:{port}/v1", _bodies(kind, count, 0), given.parallel)


async def _measure_one(
    process: psutil.Process, port: int, given: argparse.Namespace, kind: str, seed: int
) -> dict[str, float]:
    total = given.streams if kind == "stream" else given.requests
    bodies = _bodies(kind, max(1, total // given.rounds), seed)
    before = _cpu_seconds(process)
    median = await _drive(f"http://127.0.0.1:{port}/v1", bodies, given.parallel)
    await asyncio.sleep(0.2)  # what runs after the answer belongs to it: the ledger's rows
    return {
        f"{kind}_cpu_ms": (_cpu_seconds(process) - before) * 1000 / len(bodies),
        f"{kind}_median_ms": median * 1000,
        "rss_mb": process.memory_info().rss / 2**20,
    }


def main() -> None:
    """Measure, print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--streams", type=int, default=400)
    parser.add_argument("--parallel", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=30, help="turns of each process")
    parser.add_argument("--peer", choices=("litellm",))
    parser.add_argument("--peer-python", default=sys.executable)
    found = measure(parser.parse_args())
    rows = [
        [
            name,
            *(figures[f"{kind}_{figure}"] for kind in KINDS for figure in ("cpu_ms", "ratio")),
            figures["whole_median_ms"],
            figures["rss_mb"],
        ]
        for name, figures in found.items()
    ]
    ours = found["pointsman"]
    result: dict[str, Any] = {
        "bench": "overhead",
        **{f"{kind}_ratio": round(ours[f"{kind}_ratio"], 3) for kind in KINDS},
        "whole_goal": GOAL_WHOLE,
        "stream_goal": GOAL_STREAM,
        **{name: {k: round(v, 3) for k, v in figures.items()} for name, figures in found.items()},
    }
    columns = ["process", "CPU ms, one message", "ratio", "CPU ms, talk", "ratio"]
    columns += ["CPU ms, stream", "ratio", "median ms", "RSS MiB"]
    print_report(
        "CPU time of one request, 1.5 kB in (never the same twice) and 1 kB (100 chunks) out",
        columns,
        rows,
        result,
    )


if __name__ == "__main__":
    main()
