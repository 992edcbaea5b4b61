"""The configuration file: what it says, and how it is told what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from router.errors import ConfigError
from router.settings import Settings, load_settings
from router.wiring import open_house


def _write(folder: Path, text: str) -> Path:
    path = folder / "pointsman.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold() -> None:
    assert load_settings(None, {}) == Settings()


def test_an_unknown_key_names_its_line_and_suggests_the_right_one(tmp_path: Path) -> None:
    path = _write(tmp_path, "server:\n  host: 127.0.0.1\n  prot: 9000\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert caught.value.problems == (
        f"{path}:3: error: unknown key 'prot' in 'server'. Did you mean 'port'?",
    )


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    path = _write(tmp_path, "server: {port: 99999}\nkeys:\n  - {name: a, sha256: short}\nx: 1\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    assert len(caught.value.problems) == 3


def test_a_value_comes_from_the_environment(tmp_path: Path) -> None:
    path = _write(tmp_path, "providers:\n  openai: {kind: openai, api_key: '${MY_KEY}'}\n")
    assert load_settings(path, {"MY_KEY": "sk-1"}).providers["openai"].api_key == "sk-1"


def test_a_missing_variable_says_where_and_how_to_mend_it(tmp_path: Path) -> None:
    path = _write(tmp_path, "providers:\n  openai:\n    kind: openai\n    api_key: ${MY_KEY}\n")
    with pytest.raises(ConfigError, match=r"pointsman\.yaml:4.*MY_KEY is not set") as caught:
        load_settings(path, {})
    assert "${MY_KEY:-some default}" in caught.value.problems[0]


def test_a_default_stands_in_for_a_missing_variable(tmp_path: Path) -> None:
    path = _write(tmp_path, "policy: ${POLICY:-cost-first}\n")
    assert load_settings(path, {}).policy == "cost-first"


def test_prices_written_as_numbers_stay_exact(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "models:\n  m:\n    provider: p\n    window_tokens: 8000\n"
        "    prices: {input: 0.1, output: 1}\n",
    )
    prices = load_settings(path, {}).models["m"].prices
    assert prices is not None
    assert (prices.input, prices.output) == (Decimal("0.1"), Decimal(1))


def test_a_file_that_is_no_yaml_or_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path / "nowhere.yaml", {})
    with pytest.raises(ConfigError):
        load_settings(_write(tmp_path, "server: {port: [\n"), {})


def test_a_budget_is_the_decimal_that_was_written(tmp_path: Path) -> None:
    path = _write(tmp_path, "keys: [{name: a, key: k, budget_usd: 0.1}]\nbudget: {usd: 20}\n")
    settings = load_settings(path, {})
    assert settings.keys[0].budget_usd == Decimal("0.1")
    assert (settings.budget.usd, settings.budget.period) == (Decimal(20), "month")


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ([{"budget_period": "day"}], "a `budget_period` and no `budget_usd`"),
        ([{"budget_usd": 1}, {"budget_usd": 2}], "several are called 'a'"),
    ],
)
async def test_budgets_that_contradict_stop_the_start(
    tmp_path: Path, keys: list[dict[str, object]], why: str
) -> None:
    several = [{"name": "a", "key": f"k{at}", **each} for at, each in enumerate(keys)]
    ledger = {"path": str(tmp_path / "ledger.sqlite3")}
    whole = {"keys": several, "ledger": ledger, "local": {"enabled": False}}
    with pytest.raises(ConfigError, match=why):
        async with open_house(Settings.model_validate(whole), {}):
            pass


def test_relative_paths_are_beside_the_configuration_wherever_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    written = (
        "policy: mine.yaml\nledger: {path: bill.sqlite3}\nunderstanding: {weights: heads}\n"
        "local: {models: [{model: own.gguf}, {model: qwen3-4b}]}\n"
    )
    _write(tmp_path / "conf", written)
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("conf/pointsman.yaml"), {})
    assert settings.policy == "conf/mine.yaml"
    assert settings.ledger.path == "conf/bill.sqlite3"
    assert settings.understanding.weights == "conf/heads"
    assert settings.local.folder == "conf/models"
    assert [each.model for each in settings.local.models] == ["conf/own.gguf", "qwen3-4b"]


def test_paths_in_full_and_names_stay_what_they_are(tmp_path: Path) -> None:
    path = _write(tmp_path, "policy: cost-first\nledger: {path: /var/lib/bill.sqlite3}\n")
    settings = load_settings(path, {})
    assert (settings.policy, settings.ledger.path) == ("cost-first", "/var/lib/bill.sqlite3")


def test_a_policy_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    path = _write(tmp_path, "server: {port: 1}\npolicy: cost-frist\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path, {})
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}:2: error: 'policy' names 'cost-frist', which is neither")
    assert problem.endswith("Did you mean 'cost-first'?")


def test_parts_of_one_may_be_written_in_percent() -> None:
    read = Settings.model_validate(
        {"privacy": {"least_confidence": "70%"}, "models": {"m": {"quality": "62.5 %"}}}
    )
    assert read.privacy.least_confidence == 0.7 and read.models["m"].quality == 0.625
    with pytest.raises(ValueError, match="less than or equal to 1"):
        Settings.model_validate({"privacy": {"least_confidence": "170%"}})
