"""The command line: every verb helps, answers, and leaves with a code that scripts can use."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from policies.decision import Plan, Selected
from policies.signals import Signals
from providers.simulators.process import Simulator, start_simulator
from router.commands import VERBS, build
from router.steps.access import hash_key
from router.storage.entries import Entry, encode_plan, encode_signals
from router.storage.sqlite import SqliteLedger
from tests.storage.rows import request_row

ROOT = Path(__file__).parents[2]
_NO_KEYS = dict.fromkeys(
    ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DASHSCOPE_API_KEY", "POINTSMAN_CONFIG"), ""
)


@pytest.fixture(scope="module")
def vendor() -> Iterator[Simulator]:
    with start_simulator("openai") as simulator:
        yield simulator


@pytest.fixture
def config(tmp_path: Path, vendor: Simulator) -> Path:
    path = tmp_path / "pointsman.yaml"
    openai = {"kind": "openai", "api_key": "sk-test", "base_url": vendor.base_url}
    settings: dict[str, Any] = {
        "providers": {"openai": openai},
        "ledger": {"path": str(tmp_path / "ledger.sqlite3")},
        "local": {"enabled": False},
    }
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def _run(*arguments: object, text: str | None = None) -> Any:
    words = [str(word) for word in arguments]
    return CliRunner(env={**_NO_KEYS, "COLUMNS": "200"}).invoke(build(words), words, input=text)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples(verb: str) -> None:
    done = _run(verb, "--help")
    assert done.exit_code == 0, done.output
    if verb != "keys":
        assert "main.py " + verb in done.output


def test_ask_prints_the_answer_alone_and_who_gave_it_beside_it(config: Path) -> None:
    done = _run("ask", "Where is my parcel?", "--config", config)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip()
    assert "openai" in done.stderr
    assert "$0." in done.stderr
    assert _run("ask", "-q", "-", "--config", config, text="hello").stderr == ""


def test_explain_draws_the_decision_and_costs_nothing(config: Path, vendor: Simulator) -> None:
    before = vendor.counters()["requests"]
    done = _run("explain", "你们什么态度！太气人了，我要投诉！", "--config", config)
    assert done.exit_code == 0, done.output
    assert "rule: upset" in done.stdout
    assert vendor.counters()["requests"] == before


def test_explain_tells_a_past_request_from_the_ledger(config: Path, tmp_path: Path) -> None:
    assert _run("ask", "Where is my parcel?", "--config", config).exit_code == 0
    done = _run("explain", "--request", "nothing", "--config", config)
    assert done.exit_code == 1
    assert "no request 'nothing'" in done.stderr
    import sqlite3

    with sqlite3.connect(tmp_path / "ledger.sqlite3") as ledger:
        (request_id,) = ledger.execute("SELECT request_id FROM requests").fetchone()
    done = _run("explain", "--request", request_id, "--config", config)
    assert done.exit_code == 0, done.output
    assert re.search(r"call 1: primary gpt-\S+ at openai/\S+: answered", done.stdout)


_WHO_ASKS = """\
name: who-asks
zone: Asia/Shanghai
pools: {cheap: {models: [gpt-6-luna]}, strong: {models: [gpt-6-sol]}}
rules:
  - {name: shop, when: {key: shop, tier: gold}, use: strong}
  - {name: web, when: {metadata: {app: web, team: "a=b"}}, use: strong}
  - {name: bank, when: {tenant: bank}, use: strong}
  - {name: order, when: {order_number: "*88"}, use: strong}
  - {name: poor, when: {budget_left_usd: below 0.5}, use: strong}
  - {name: night, when: {time: 22:00-06:00}, use: strong}
default: {use: cheap}
splits:
  half: {by: session, pool: cheap, arms: {a: {share: 50%, use: cheap}, b: {share: rest}}}
"""


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--key", "shop"], "shop"),
        (["--metadata", "app=web", "--metadata", "team=a=b"], "web"),
        (["--metadata", "tenant=bank"], "bank"),
        (["--tenant", "bank"], "bank"),
        (["--order-number", "单188"], "order"),
        (["--at", "2026-11-20T19:00Z"], "night"),
        (["--budget-left", "0.2"], "poor"),
        (["--session", "s-7"], "default"),
    ],
)
def test_explain_describes_whoever_asks_and_when(
    config: Path, tmp_path: Path, options: list[str], rule: str
) -> None:
    policy = tmp_path / "who.yaml"
    policy.write_text(_WHO_ASKS, encoding="utf-8")
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["keys"] = [{"name": "shop", "key": "sk-shop", "tier": "gold", "budget_usd": 5}]
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    noon = [] if "--at" in options else ["--at", "2026-11-20T12:00+08:00"]
    done = _run("explain", "hi", "--policy", policy, "--config", config, *options, *noon)
    assert done.exit_code == 0, done.output
    assert f"rule: {rule} " in done.stdout
    if "--session" in options:
        assert "split 'half'" in done.stdout and "no session" not in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--key", "shpo"], "No key is called 'shpo'. Did you mean 'shop'?"),
        (["--metadata", "app"], "Write it as key=value"),
        (["--metadata", "must_stay_local=perhaps"], "neither yes nor no"),
        (["--at", "3 o'clock"], "--at: '3 o'clock' is no moment"),
        (["--key", "shop", "--tier", "vip"], "its key is bound to tier 'gold'"),
        (["--key", "shop", "--budget-left", "0"], "$0 of the budget is left"),
    ],
)
def test_explain_says_what_cannot_be_asked(config: Path, options: list[str], said: str) -> None:
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["keys"] = [{"name": "shop", "key": "sk-shop", "tier": "gold", "budget_usd": 5}]
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    done = _run("explain", "hi", "--config", config, *options)
    assert done.exit_code in (1, 2)
    assert said in done.output and "$5 a month" not in done.output


def test_explain_says_why_nobody_may_answer(config: Path) -> None:
    done = _run("explain", "hello", "--must-stay-local", "--config", config)
    assert done.exit_code == 1
    assert "stay" in done.stdout


def test_check_passes_the_shipped_policies_and_finds_a_typo(config: Path, tmp_path: Path) -> None:
    assert _run("check", "customer-service").exit_code == 0
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(config.read_text() + "servr: {port: 1}\n")
    done = _run("check", wrong)
    assert done.exit_code == 1
    assert "unknown key 'servr'. Did you mean 'server'?" in done.stderr


@pytest.mark.parametrize("section", ["cache", "privacy"])
def test_check_warns_of_a_cache_that_the_configuration_turns_off(
    config: Path, section: str
) -> None:
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump({**settings, section: {"enabled": False}}), encoding="utf-8")
    done = _run("check", "cost-first", "--config", config)
    assert done.exit_code == 0
    assert re.search(rf"cost-first\.yaml:13: warning: .*`{section}.enabled`", done.stderr)
    assert "`cache: true`" not in _run("check", "customer-service", "--config", config).stderr


OFF = """
name: off
pools: {strong: {models: [claude-opus-5-5]}, cheap: {models: [gpt-6-luna]}, large: {models: [gpt-6-luna]}}
rules:
  - {name: vips, when: {tier: vip}, use: strong, fallbacks: []}
  - {name: near, when: {tier: gold}, use: large, fallbacks: [], LIMIT}
default: {use: cheap, fallbacks: []}
"""


@pytest.mark.parametrize(
    ("limit", "strict", "code", "said"),
    [
        ("prompt: customer-service", (), 0, "✓ the gateway starts with it: "),
        (
            "prompt: customer-service",
            ("--strict",),
            1,
            "warning: rule 'vips' refuses every request",
        ),
        ("must_stay_local: true", (), 1, "error: "),
    ],
)
def test_a_rule_whose_models_are_off_is_a_warning_and_one_that_nobody_could_answer_an_error(
    config: Path, tmp_path: Path, limit: str, strict: tuple[str, ...], code: int, said: str
) -> None:
    path = tmp_path / "off.yaml"
    path.write_text(OFF.replace("LIMIT", limit), encoding="utf-8")
    done = _run("check", path, "--config", config, *strict)
    assert (done.exit_code, "rule 'vips' refuses every request" in done.stderr) == (code, True)
    assert said in done.stderr and "all is well" not in done.stderr
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump({**settings, "policy": str(path)}), encoding="utf-8")
    if limit.startswith("must"):
        assert _run("serve", "--config", config, "--port", "0").exit_code == 2


def test_explain_tells_a_hit_of_the_past(config: Path, tmp_path: Path) -> None:
    store = SqliteLedger(tmp_path / "ledger.sqlite3")
    plan = Plan(rule="r", pool="p", primary=Selected(model="m", score=1.0, why="first"))
    told = {"signals": encode_signals(Signals()), "plan": encode_plan(plan), "model": "m"}
    row = request_row(store.next_entry(), **told, cache="hit", saved_usd="0.02", cost_usd="0")
    store.record(Entry(row))
    store.close()
    done = _run("explain", "--request", row.request_id, "--config", config)
    assert "the answer of m came from the cache; saved: $0.02" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "wrong.yaml:1: error: .* holds no policy"),
        ("# nothing yet\n", "holds no policy, and no configuration either: it has no keys"),
        ("- name: x\n", "holds no policy"),
        ("foo: 1\n", "none of its keys is known"),
        ("name: x\npool: {}\nrule: []\n", "wrong.yaml:2: error: unknown key 'pool'. Did you mean 'pools'"),
        ("name: x\nabout: 'pasted\x0bfrom'\n", "wrong.yaml:2: error: .*U\\+000B"),
        ("polcy: x\n", "wrong.yaml:1: error: unknown key 'polcy'. Did you mean 'policy'"),
        ("server: {port: x}\n", "wrong.yaml:1: error: 'server.port' must be a whole number"),
    ],
)  # fmt: skip
def test_check_says_what_a_file_lacks_that_is_hardly_one(
    text: str, said: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text)
    done = _run("check", wrong)
    assert done.exit_code == 1
    assert re.search(said, done.stderr.replace("\n", " ")), done.stderr
    rows = [json.loads(line) for line in _run("check", wrong, "--json").stdout.splitlines()]
    assert all(row["file"] and row["line"] and row["severity"] == "error" for row in rows)


def test_keys_are_made_once_and_recognised_afterwards(config: Path) -> None:
    done = _run("keys", "create", "shop", "--tier", "vip")
    assert done.exit_code == 0
    key = re.search(r"pm-\S+", done.stderr)
    assert key is not None
    assert key[0] not in done.stdout
    assert hash_key(key[0]) in done.stdout
    config.write_text(config.read_text() + "keys:\n" + done.stdout)
    assert _run("keys", "which", "--config", config, text=key[0] + "\n").stdout == "shop\n"
    assert _run("keys", "which", "--config", config, text="other\n").exit_code == 1
    assert "vip" in _run("keys", "list", "--config", config).stdout


def test_models_lists_what_is_on_with_its_price(config: Path) -> None:
    done = _run("models", "--json", "--config", config)
    rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["gpt-6-luna"]["input_usd_per_million"] == "0.1"
    assert "claude-opus-5-5" not in rows
    assert "pointsman-demo" in _run("models", "--local", "--config", config).stdout


def test_doctor_asks_the_vendors_and_fails_when_one_refuses(config: Path) -> None:
    done = _run("doctor", "--config", config)
    assert done.exit_code == 0, done.output
    assert "models offered to the key" in done.stdout
    config.write_text(config.read_text().replace("sk-test", "sk-invalid"))
    assert _run("doctor", "--config", config).exit_code == 1


def test_serve_refuses_to_be_open_to_other_machines_without_keys(config: Path) -> None:
    done = _run("serve", "--host", "0.0.0.0", "--config", config)
    assert done.exit_code == 2
    assert "keys create" in done.stderr


def test_serve_says_what_is_on_answers_and_stops_when_it_is_told_to(config: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "main.py", "serve", "--config", str(config), "--port", "0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **_NO_KEYS},
    )
    assert child.stderr is not None
    said = []
    end = time.monotonic() + 60
    while time.monotonic() < end and "serves http" not in (said[-1] if said else ""):
        said.append(child.stderr.readline())
    url = said[-1].split("serves ")[1].strip()
    try:
        assert any("openai" in line and "✓" in line for line in said)
        assert any("local" in line and "off" in line for line in said)
        assert any("policy" in line and "warnings of `main.py check`" in line for line in said)
        with urllib.request.urlopen(url.removesuffix("/v1") + "/health/ready", timeout=10) as reply:
            assert json.load(reply)["status"] == "ok"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)
        child.stderr.close()
    assert child.returncode == 0
    assert not [each.name for each in config.parent.rglob("*.sqlite3-*")], (
        "the ledger was not closed"
    )
