"""The command that fetches a model."""

from __future__ import annotations

import pytest

from local_models.fetch import main, show_progress


def test_a_shipped_model_is_there_already(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pointsman-demo"]) == 0
    assert "is whole (checked by pinned checksum)" in capsys.readouterr().out


def test_an_unknown_name_ends_with_one_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qwen3-0.5b"]) == 1
    assert "did you mean 'qwen3-0.6b'" in capsys.readouterr().err


def test_progress_is_megabytes_and_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    show_progress(5_000_000, 20_000_000)
    show_progress(5_000_000, None)
    assert capsys.readouterr().out == "\r5 of 20 MB (25%)\r5 MB"
