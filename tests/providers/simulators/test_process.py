"""Simulators in processes of their own, and what they tell about themselves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from providers.simulators.process import SimulatorError, start_simulator
from providers.simulators.settings import INSTANT, Pacing

ROOT = Path(__file__).resolve().parents[3]


def _post(url: str, body: Any, **headers: str) -> Any:
    given = {"authorization": "Bearer secret", "content-type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), given)
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.load(reply)


def _chat(url: str) -> Any:
    messages = [{"role": "user", "content": "hello"}]
    return _post(f"{url}/chat/completions", {"model": "gpt-5.4", "messages": messages})


def test_a_process_answers_logs_without_keys_and_starts_anew() -> None:
    with start_simulator("openai", pacing=INSTANT) as simulator:
        _chat(simulator.base_url)
        seen = simulator.log()
        assert seen[0]["body"]["messages"][0]["content"] == "hello"
        assert seen[0]["completed"] and seen[0]["status"] == 200 and seen[0]["bytes_sent"] > 200
        assert "secret" not in json.dumps(seen)
        assert simulator.log(after=seen[0]["number"]) == []
        assert simulator.counters()["requests"] == 1
        simulator.reset()
        assert simulator.counters()["requests"] == 0 and simulator.log() == []


def test_faults_are_set_while_it_runs() -> None:
    with start_simulator("openai", pacing=INSTANT, faults=["503:100%"]) as simulator:
        with pytest.raises(urllib.error.HTTPError, match="503"):
            _chat(simulator.base_url)
        simulator.queue("ok")
        assert _chat(simulator.base_url)["choices"]
        simulator.set_rates()
        simulator.set_pacing(Pacing(first_token_seconds=0.2, tokens_per_second=0))
        before = time.monotonic()
        _chat(simulator.base_url)
        assert time.monotonic() - before >= 0.2
        with pytest.raises(SimulatorError, match="did you mean"):
            simulator.queue("cutt")


def test_wrong_options_fail_with_their_message(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SimulatorError, match="did not start"):
        start_simulator("openai", faults=["cutt:5%"])
    assert "did you mean 'cut'" in capfd.readouterr().err


def test_a_killed_simulator_comes_back_on_the_same_port() -> None:
    first = start_simulator("openai", pacing=INSTANT)
    first.kill()
    assert not first.is_running()
    with start_simulator("openai", pacing=INSTANT, port=first.port) as again:
        assert again.port == first.port and _chat(again.base_url)["choices"]


def test_a_simulator_ends_with_the_process_that_started_it() -> None:
    script = (
        "from providers.simulators.process import start_simulator as s; import time;"
        "print(s('openai').port, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    port = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    pytest.fail("the simulator outlived its parent")


def test_the_command_line_runs_one_and_names_every_fault() -> None:
    command = [sys.executable, "-m", "providers.simulators", "--list-faults"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "truncated-frame" in listed.stdout
    child = subprocess.Popen(
        [*command[:-1], "--wire", "anthropic", "--fault", "cut:5%"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    line, *_ = [child.stdout.readline() for _ in range(3)]
    child.send_signal(signal.SIGINT)
    child.stdout.close()
    assert child.wait(10) == 0
    assert line.startswith("Simulating the anthropic wire at http://127.0.0.1:")
