"""`check` finds a configuration whose models are not where it says, or which hides what a policy asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from policies.loader import shipped_policies
from router.commands import build

CHINA = """
name: region
pools: {cn: {models: [qwen3-max@cn]}}
constraints: [{name: china-only, region: cn}]
default: {use: cn}
expect: [{signals: {}, goes_to: qwen3-max@cn}]
"""
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _check(folder: Path, policy: str, **settings: Any) -> tuple[int, str]:
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    path = folder / "policy.yaml"
    if settings:
        path = folder / "config.yaml"
        whole = {"policy": str(folder / "policy.yaml"), "local": {"enabled": False}, **settings}
        path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    words = ["check", str(path)]
    done = CliRunner(env={**dict.fromkeys(KEYS, ""), "COLUMNS": "200"}).invoke(build(words), words)
    return done.exit_code, done.output


def _dashscope(region: str) -> dict[str, Any]:
    return {"dashscope": {"kind": "dashscope", "api_key": "k", "region": region}}


def test_a_regional_name_without_a_provider_of_the_region_is_found(tmp_path: Path) -> None:
    code, said = _check(tmp_path, CHINA, providers=_dashscope("intl"))
    assert code == 1
    assert (
        "model 'qwen3-max@cn' is of region cn, where no provider is: dashscope is in intl" in said
    )
    assert "qwen3-max@cn: is in region intl, not cn" in said
    code, said = _check(tmp_path, CHINA, providers=_dashscope("cn"))
    assert code == 0 and "no provider is" not in said


def test_a_policy_by_itself_is_checked_as_if_every_region_had_its_provider(tmp_path: Path) -> None:
    code, said = _check(tmp_path, CHINA)
    assert code == 0 and "no provider is" not in said


@pytest.mark.parametrize("name", shipped_policies())
def test_every_shipped_policy_starts_in_every_region_of_dashscope(name: str) -> None:
    abroad = {kind: {"kind": kind, "api_key": "k"} for kind in ("openai", "anthropic")}
    for region, others in (("cn", abroad), ("cn", {}), ("hk", {}), ("intl", {})):
        path = Path("config.yaml")
        whole = {"policy": name, "providers": {**_dashscope(region), **others}}
        path.write_text(yaml.safe_dump(whole), encoding="utf-8")
        words = ["check", str(path)]
        env = {**dict.fromkeys(KEYS, ""), "COLUMNS": "200"}
        done = CliRunner(env=env).invoke(build(words), words)
        assert done.exit_code == 0, done.output
        assert ("is unknown" in done.output) == (region != "intl")


def test_a_model_called_local_with_a_vendors_deployment_is_found(tmp_path: Path) -> None:
    providers = {"gpu": {"kind": "llama_server"}, **_dashscope("cn")}
    places = [{"provider": "gpu"}, {"provider": "dashscope"}]
    model = {"provider": "gpu", "window_tokens": 4096, "is_local": True, "deployments": places}
    code, said = _check(tmp_path, CHINA, providers=providers, models={"mine": model})
    assert code == 1
    assert "models.mine.is_local: it is called local" in said
    assert "write `is_local: true` at those providers" in said


def test_a_policy_on_private_data_is_refused_where_nobody_looks_for_it(tmp_path: Path) -> None:
    policy = "{name: p, pools: {all: {models: [any-local, gpt-6-luna]}}, constraints: [{name: stay, when: {pii: any}, must_stay_local: true}], default: {use: all}, expect: [{signals: {}, pool: all}]}"
    code, said = _check(tmp_path, policy, privacy={"enabled": False})
    assert code == 1 and "nobody looks for private data here" in said
    code, said = _check(tmp_path, policy, privacy={"actions": {"phone": "allow"}})
    assert "private data" not in said


DEMANDING = """
name: demanding
pools:
  strong: {models: [claude-opus-5-5, gpt-6-sol]}
  claudes: {models: [claude-opus-5-5]}
  here: {models: [pointsman-demo, gpt-6-sol]}
default: {use: strong, fallbacks: []}
expect:
  - {signals: {intent: refund}, goes_to: claude-opus-5-5}
  - {signals: {demands: several_answers}, goes_to: gpt-6-sol}
  - {signals: {answers: 3}, goes_to: gpt-6-sol}
  - {signals: {answers: 3}, model: claudes, refused: true}
  - {signals: {answers: 1}, model: claudes, goes_to: claude-opus-5-5}
  - {say: 你好, signals: {answers: 2}, goes_to: gpt-6-sol}
  - {signals: {demands: [begun_answer]}, goes_to: gpt-6-sol}
  - {signals: {demands: forced_call}, goes_to: gpt-6-sol}
  - {signals: {demands: file_by_id}, goes_to: gpt-6-sol}
  - {signals: {intent: refund}, model: here, goes_to: pointsman-demo}
  - {signals: {demands: logprobs}, model: here, goes_to: gpt-6-sol}
  - {signals: {modality: file}, model: here, goes_to: gpt-6-sol}
"""


def test_cases_about_demands_come_out_alike_with_and_without_a_configuration(
    tmp_path: Path,
) -> None:
    code, said = _check(tmp_path, DEMANDING)
    assert (code, "expected of" in said) == (0, False), said
    providers = {kind: {"kind": kind, "api_key": "k"} for kind in ("openai", "anthropic")}
    here = {"enabled": True}
    code, said = _check(tmp_path, DEMANDING, providers=providers, local=here)
    assert (code, "expected of" in said) == (0, False), said


CLINIC = """
name: clinic
pools: {all: {models: [any-local, gpt-6-luna]}}
constraints: [{name: clinic-stays, when: {key: WORD}, must_stay_local: true}]
rules: [{name: shops, when: {cel: 'key == "shap" || tenant == "nord"'}, use: all}]
default: {use: all}
expect: [{signals: {}, caller: {key: cheepo, tenant: nord}, pool: all}]
"""
_HASHES = {name: f"{at:064}" for at, name in enumerate(("shop", "cheapo", "clinic"))}


def test_the_name_of_a_key_that_is_not_configured_is_found_wherever_it_stands(
    tmp_path: Path,
) -> None:
    keys = [{"name": name, "sha256": each} for name, each in _HASHES.items()]
    code, said = _check(tmp_path, CLINIC.replace("WORD", "clinik"), keys=keys, local={})
    assert (
        code == 0
        and "policy.yaml:4: warning: no key is called 'clinik'. Did you mean 'clinic'?" in said
    )
    assert "no key is called 'shap'. Did you mean 'shop'?" in said
    assert "no key is called 'cheepo'. Did you mean 'cheapo'?" in said
    assert "tenant" not in said
    bound = [{**each, "tenant": "north"} for each in keys]
    code, said = _check(tmp_path, CLINIC.replace("WORD", "' CLIN*'"), keys=bound, local={})
    assert "clin" not in said.lower().replace("clinic-stays", "")
    assert (
        said.count(
            "no key has the tenant 'nord', and each has one of its own. Did you mean 'north'?"
        )
        == 2
    )
    assert "is called" not in _check(tmp_path, CLINIC.replace("WORD", "clinik"))[1]
    assert (
        "no key is called 'clinic'. Known: anonymous."
        in _check(tmp_path, CLINIC.replace("WORD", "clinic"), local={"enabled": True})[1]
    )


EUROPE = """
name: regions
pools: {all: {models: [gpt-6-luna]}}
constraints: [{name: at-home, region: REGION}]
default: {use: all, fallbacks: []}
expect: [{signals: {}, pool: all}]
"""


def test_a_region_is_known_where_a_provider_says_that_it_is_there(tmp_path: Path) -> None:
    providers = {"openai": {"kind": "openai", "api_key": "k", "region": "us"}}
    code, said = _check(tmp_path, EUROPE.replace("REGION", "us"), providers=providers)
    assert (code, said.strip()) == (0, "✓ all is well")
    code, said = _check(tmp_path, EUROPE.replace("REGION", "usa"), providers=providers)
    assert code == 1 and "allows region 'usa', and no model is there. Did you mean 'us'?" in said


PLAIN = "{name: p, pools: {all: {models: [gpt-6-luna, gpt-6-sol]}}, default: {use: all}, expect: [{signals: {}, pool: all}]}"


def _line(folder: Path, holds: str) -> str:
    lines = (folder / "config.yaml").read_text(encoding="utf-8").splitlines()
    return f"config.yaml:{next(at for at, line in enumerate(lines, start=1) if holds in line)}"


def test_what_keeps_a_gateway_from_starting_is_an_error_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openai = {"kind": "openai", "api_key": "k"}
    code, said = _check(
        tmp_path,
        PLAIN,
        providers={"openai": openai, "more.of": {**openai, "options": {"numbring": "x"}}},
    )
    assert code == 1 and f"{_line(tmp_path, 'more.of')}: error: providers.more.of: " in said
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, said = _check(
        tmp_path, PLAIN, providers={"long-tail": {"kind": "litellm"}, "openai": openai}
    )
    assert (
        code == 1
        and "error: providers.long-tail: Provider 'long-tail' needs the package litellm" in said
    )
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    keys = [
        {"name": "one", "key": "k"},
        {"name": "two"},
        {"name": "three", "key": "k3", "budget_period": "day"},
    ]
    code, said = _check(tmp_path, PLAIN, providers={"openai": openai}, keys=keys)
    assert (
        code == 1
        and f"{_line(tmp_path, 'name: two')}: error: keys: 'two' needs either `key` or `sha256`"
        in said
    )
    assert f"{_line(tmp_path, 'budget_period')}: error: keys: 'three' has a `budget_period`" in said


def test_a_model_that_nobody_knows_is_told_with_its_line(tmp_path: Path) -> None:
    models = {"gpt-6.1-terra": {"quality": 0.5}, "mine-4.2": {"provider": "openai"}}
    openai = {"kind": "openai", "api_key": "k"}
    code, said = _check(tmp_path, PLAIN, providers={"openai": openai}, models=models)
    where = f"{_line(tmp_path, 'mine-4.2')}: error: models.mine-4.2: the catalog does not know this model"
    assert code == 1 and where in said, said


def test_a_port_that_everybody_reaches_without_a_key_is_warned_of(tmp_path: Path) -> None:
    openai = {"kind": "openai", "api_key": "k"}
    code, said = _check(tmp_path, PLAIN, providers={"openai": openai}, server={"host": "0.0.0.0"})
    assert code == 0 and "warning: 0.0.0.0 is reachable from other machines" in said


def test_what_a_key_may_ask_for_and_nothing_is_called_is_named(tmp_path: Path) -> None:
    policy = PLAIN.replace("default:", "aliases: {gpt-4: auto, best: all}, default:")
    providers = {"openai": {"kind": "openai", "api_key": "k"}}
    names = ["auto", "all", "gpt-4", "best", "gpt-6-luna", "gpt-6-lunar", "bst", "any-local"]
    keys = [{"name": "free", "key": "k1"}, {"name": "bound", "key": "k2", "models": names}]
    code, said = _check(tmp_path, policy, providers=providers, keys=keys)
    assert code == 0
    told = [line for line in said.splitlines() if "may ask for" in line]
    known = "and there is no such pool, model or alias."
    assert len(told) == 3
    for line, name, mend in zip(
        told, ("gpt-6-lunar", "bst", "any-local"), ("'gpt-6-luna'", "'best'", ""), strict=True
    ):
        place = f"{_line(tmp_path, f'- {name}')}: warning: keys: 'bound' may ask for '{name}'"
        assert f"{place}, {known}" in line
        assert f"Did you mean {mend}?" in line or not mend
    del keys[1]["models"]
    assert "may ask for" not in _check(tmp_path, policy, providers=providers, keys=keys)[1]
