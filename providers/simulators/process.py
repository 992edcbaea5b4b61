"""Starting simulators: in a process of their own, or inside the running loop."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import urllib.request
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from providers.simulators.server import Server
from providers.simulators.settings import Pacing, Settings
from providers.simulators.vendor import Vendor
from providers.simulators.wires import BASE_PATHS

_ROOT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 20.0


class SimulatorError(RuntimeError):
    """A simulator did not start, or refused what it was asked."""


class Simulator:
    """A simulator in a process of its own. It ends with this process, however that ends."""

    def __init__(self, child: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        self._child = child
        self.wire: str = ready["wire"]
        self.port: int = ready["port"]
        self.root_url = f"http://127.0.0.1:{self.port}"
        """Scheme, host and port alone."""
        self.base_url: str = self.root_url + BASE_PATHS[self.wire]
        """What the vendor's own client takes as its base URL."""
        self.pid = child.pid

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """Every request seen, oldest first, as `journal.Exchange.to_dict` describes it."""
        return cast(list[dict[str, Any]], self._call("GET", f"/log?after={after}")["requests"])

    def counters(self) -> dict[str, Any]:
        """Totals and what is open now."""
        return cast(dict[str, Any], self._call("GET", "")["counters"])

    def set_rates(self, *rates: str) -> None:
        """Replace the faults by rate, such as `cut:5%`; none at all without arguments."""
        self._call("POST", "", {"rates": list(rates)})

    def queue(self, fault: str, times: int = 1) -> None:
        """Give a fault (or `ok`) to the next requests."""
        self._call("POST", "", {"next": [{"fault": fault, "times": times}]})

    def set_pacing(self, pacing: Pacing) -> None:
        """Answer faster or slower from the next request on."""
        values = {
            "first_token_seconds": pacing.first_token_seconds,
            "tokens_per_second": pacing.tokens_per_second,
        }
        self._call("POST", "", {"pacing": values})

    def reset(self) -> None:
        """Forget log, counters and every change to the plan."""
        self._call("POST", "/reset", {})

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.root_url}/__simulate{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with _DIRECT.open(request, timeout=30) as reply:
                return cast(dict[str, Any], json.load(reply))
        except urllib.error.HTTPError as error:
            raise SimulatorError(error.read().decode()) from error

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._child.poll() is None

    def stop(self) -> None:
        """End it in an orderly way and wait for its end."""
        if self.is_running():
            self._child.terminate()
        self._reap()

    def kill(self) -> None:
        """`kill -9`: its connections are reset by the kernel."""
        self._child.kill()
        self._reap()

    def _reap(self) -> None:
        self._child.wait(10)
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()


# Never through a proxy of the environment.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start_simulator(
    wire: str,
    *,
    faults: Iterable[str] = (),
    port: int = 0,
    pacing: Pacing | None = None,
    name: str = "",
    seed: int = 0,
    models: Iterable[str] = (),
    window_tokens: int | None = None,
    requests_per_minute: int | None = None,
    answer_tokens: int | None = None,
) -> Simulator:
    """Start a simulator in a process of its own and wait until it listens.

    Raises:
        SimulatorError: it did not; carries what the process said.
    """
    pace = pacing or Pacing()
    options: list[tuple[str, object]] = [
        ("--wire", wire),
        ("--port", port),
        ("--first-token-ms", pace.first_token_seconds * 1000),
        ("--tokens-per-second", pace.tokens_per_second),
        ("--seed", seed),
        *(("--fault", fault) for fault in faults),
        *(("--model", model) for model in models),
    ]
    optional = {
        "--name": name or None,
        "--window-tokens": window_tokens,
        "--requests-per-minute": requests_per_minute,
        "--answer-tokens": answer_tokens,
    }
    options += [(option, value) for option, value in optional.items() if value is not None]
    return _spawn([str(part) for option in options for part in option])


def _spawn(arguments: Sequence[str]) -> Simulator:
    child = subprocess.Popen(
        [sys.executable, "-m", "providers.simulators", *arguments, "--report"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    line = _read_line(cast(IO[bytes], child.stdout))
    if not line:
        child.kill()
        child.wait(10)
        raise SimulatorError(
            f"The simulator did not start (exit {child.returncode}); its message is above. "
            f"Arguments: {' '.join(arguments)}"
        )
    return Simulator(child, json.loads(line))


def _read_line(pipe: IO[bytes]) -> bytes:
    """The first line, or nothing when none comes in time."""
    ready, _, _ = select.select([pipe], [], [], _READY_SECONDS)
    return pipe.readline() if ready else b""


class LocalSimulator:
    """A simulator inside the running loop, with the same face as the one in a process."""

    def __init__(self, server: Server) -> None:
        self._vendor = server.vendor
        self.wire = server.vendor.settings.wire
        self.port = server.port
        self.root_url = f"http://{server.host}:{server.port}"
        self.base_url = self.root_url + BASE_PATHS[self.wire]

    def log(self, after: int = 0) -> list[dict[str, Any]]:
        """Every request seen, oldest first."""
        return self._vendor.journal.exchanges(after)

    def counters(self) -> dict[str, Any]:
        """Totals and what is open now."""
        return self._vendor.journal.counters()

    def set_rates(self, *rates: str) -> None:
        """Replace the faults by rate."""
        self._vendor.plan.set_rates(rates)

    def queue(self, fault: str, times: int = 1) -> None:
        """Give a fault (or `ok`) to the next requests."""
        self._vendor.plan.queue(fault, times)

    def set_pacing(self, pacing: Pacing) -> None:
        """Answer faster or slower from the next request on."""
        self._vendor.pacing = pacing

    def reset(self) -> None:
        """Forget log, counters and every change to the plan."""
        self._vendor.plan.reset()
        self._vendor.journal.clear()
        self._vendor.pacing = self._vendor.settings.pacing


@contextlib.asynccontextmanager
async def serve_simulator(
    wire: str = "openai", *, port: int = 0, settings: Settings | None = None, **more: Any
) -> AsyncGenerator[LocalSimulator, None]:
    """A simulator in the running loop; `more` are fields of Settings, such as faults and pacing."""
    chosen = replace(settings or Settings(), wire=wire, **more)
    async with Server(Vendor(chosen), port=port) as server:
        yield LocalSimulator(server)
