"""What `main.py import-litellm` reads, writes and tells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from router.commands import build

_NO_KEYS = dict.fromkeys(("OPENAI_API_KEY", "POINTSMAN_CONFIG"), "")


def _run(*arguments: object) -> Any:
    words = [str(word) for word in arguments]
    return CliRunner(env={**_NO_KEYS, "COLUMNS": "200"}).invoke(build(words), words)


def test_import_litellm_writes_a_configuration_that_checks(tmp_path: Path) -> None:
    source = tmp_path / "config.yaml"
    entry = {
        "model_name": "main",
        "litellm_params": {"model": "openai/gpt-6-luna", "api_key": "os.environ/OPENAI_API_KEY"},
    }
    source.write_text(yaml.safe_dump({"model_list": [entry], "unknown_section": {"a": 1}}))
    done = _run("import-litellm", source, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "unknown_section" in done.stderr
    again = _run("import-litellm", source, "--out", tmp_path / "out")
    assert again.exit_code == 1
    os.environ["OPENAI_API_KEY"] = "sk-x"
    try:
        checked = _run("check", tmp_path / "out" / "pointsman.yaml")
        moved = (tmp_path / "out").rename(tmp_path / "elsewhere")
        checked_there = _run("check", moved / "pointsman.yaml")
    finally:
        del os.environ["OPENAI_API_KEY"]
    assert "error" not in checked.stderr, checked.stderr
    assert "error" not in checked_there.stderr, checked_there.stderr


def test_import_litellm_says_what_is_left_to_do(tmp_path: Path) -> None:
    source = tmp_path / "config.yaml"
    params = {"model": "ollama/llama3", "api_base": "os.environ/OLLAMA_BASE"}
    entry = {"model_name": "通用", "litellm_params": params}
    source.write_text(yaml.safe_dump({"model_list": [entry]}))
    done = _run("import-litellm", source, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "To do: pointsman.yaml, models.llama3" in done.stderr
    assert "Set in the environment: OLLAMA_BASE." in done.stderr


def test_import_litellm_writes_nothing_where_there_is_nothing_to_write(tmp_path: Path) -> None:
    source = tmp_path / "config.yaml"
    entry = {"model_name": "*", "litellm_params": {"model": "*"}}
    source.write_text(yaml.safe_dump({"model_list": [entry]}))
    done = _run("import-litellm", source, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "wildcard" in done.stderr and not (tmp_path / "out").exists()


SOURCE = """
model_list:
  - model_name: main
    litellm_params: {{model: groq/own, api_key: os.environ/K, rpm: 3}}
    model_info: {{max_input_tokens: 9000, supports_function_calling: {yes}, supports_vision: {no}}}
litellm_settings: {{cache: {yes}}}
"""


@pytest.mark.parametrize(
    ("yes", "no"),
    [("yes", "no"), ("on", "off"), ("Yes", "No"), ("ON", "OFF"), ("true", "FALSE"), ("YES", "Off")],
)
def test_import_litellm_reads_every_yes_and_no_that_litellm_reads(
    yes: str, no: str, tmp_path: Path
) -> None:
    source = tmp_path / "config.yaml"
    source.write_text(SOURCE.format(yes=yes, no=no))
    done = _run("import-litellm", source, "--out", tmp_path)
    assert done.exit_code == 0 and "not a yes or no" not in done.stderr
    policy = yaml.safe_load((tmp_path / "imported-policy.yaml").read_text())
    assert policy["terms"]["cache"] is True
    (model,) = yaml.safe_load((tmp_path / "pointsman.yaml").read_text())["models"].values()
    assert model["abilities"] == ["streaming", "tools"]


@pytest.mark.parametrize("yes", ["'yes'", '"on"', "yEs", "y", "oN", "enabled"])
def test_import_litellm_takes_no_other_text_for_a_yes(yes: str, tmp_path: Path) -> None:
    source = tmp_path / "config.yaml"
    source.write_text(SOURCE.format(yes=yes, no="no"))
    done = _run("import-litellm", source, "--out", tmp_path)
    assert "litellm_settings.cache: is text, not a yes or no" in done.stderr
