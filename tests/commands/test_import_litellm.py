"""What `main.py import-litellm` reads, writes and tells."""

from __future__ import annotations

import errno
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


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(SOURCE.format(yes="true", no="false"))
    return path


NAMES = ("pointsman.yaml", "imported-policy.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_import_litellm_writes_both_files_or_none_and_tells_what_it_found(
    name: str, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a[1]b"
    out.mkdir()
    (out / name).write_text("name: foreign\n")
    done = _run("import-litellm", source, "--out", out)
    assert done.exit_code == 1
    assert [each.name for each in out.iterdir()] == [name]
    assert (out / name).read_text() == "name: foreign\n"
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert str(out / name) in told and "--force" in told
    assert "litellm_params.rpm" in done.stderr and "Set in the environment: K." in done.stderr
    forced = _run("import-litellm", source, "--out", out, "--force")
    assert forced.exit_code == 0
    assert sorted(each.name for each in out.iterdir()) == sorted(NAMES)
    assert "foreign" not in (out / name).read_text()
    both = _run("import-litellm", source, "--out", out)
    assert both.exit_code == 1 and all(str(out / each) in both.stderr for each in NAMES)


@pytest.mark.parametrize("below", ["", "folder", "folder/further"])
def test_import_litellm_says_of_what_is_no_folder_that_it_is_none(
    below: str, source: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    done = _run("import-litellm", source, "--out", file / below)
    assert done.exit_code == 2 and "Traceback" not in done.output
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"✗ {file / below} is no folder to write to: ")
    assert "litellm_params.rpm" in done.stderr and file.read_text() == "mine"


@pytest.mark.parametrize("folder", ["/proc/x", "/dev/null", "n" * 300])
def test_import_litellm_says_of_a_folder_that_cannot_be_made_why(
    folder: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = _run("import-litellm", source, "--out", folder)
    assert done.exit_code == 2 and isinstance(done.exception, SystemExit)
    assert f"✗ {folder} is no folder to write to: " in done.stderr


def test_import_litellm_writes_over_no_folder(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "pointsman.yaml").mkdir(parents=True)
    done = _run("import-litellm", source, "--out", tmp_path / "out", "--force")
    assert done.exit_code == 2 and "pointsman.yaml is a folder" in done.stderr
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["pointsman.yaml"]


def test_import_litellm_leaves_everything_as_it_was_when_the_disk_is_full(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in NAMES:
        (out / name).write_text("old")
    written = Path.write_text

    def fill(path: Path, text: str, **how: Any) -> int:
        if "pointsman" in path.name:
            written(path, text[:10], **how)
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, text, **how)

    monkeypatch.setattr(Path, "write_text", fill)
    done = _run("import-litellm", source, "--out", out, "--force")
    assert done.exit_code == 1 and f"✗ {out} cannot be written to: No space left" in done.stderr
    assert {each.name: each.read_text() for each in out.iterdir()} == dict.fromkeys(NAMES, "old")


def test_import_litellm_writes_through_links(source: Path, tmp_path: Path) -> None:
    out, real = tmp_path / "out", tmp_path / "real.yaml"
    out.mkdir()
    real.write_text("old")
    (out / "pointsman.yaml").symlink_to(real)
    assert _run("import-litellm", source, "--out", out, "--force").exit_code == 0
    assert (out / "pointsman.yaml").is_symlink() and "providers" in real.read_text()
