"""The demo model through llama.cpp's low-level interface."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local_models.errors import ModelFileError
from local_models.llama_cpp import LlamaCpp, LlamaCppSettings, library, physical_cores
from tests.local_models.models import PATH


def test_text_survives_the_way_to_tokens_and_back() -> None:
    model = LlamaCpp(LlamaCppSettings(path=PATH, slots=1, window_tokens=64, threads=1))
    text = "退款 refund <PHONE_1> 😀 訂單 #12-34"
    tokens = model.tokenize(text)
    assert b"".join(map(model.piece, tokens)).decode() == text
    model.close()
    model.close()


def test_control_tokens_are_one_token_and_have_no_text() -> None:
    model = LlamaCpp(LlamaCppSettings(path=PATH, slots=1, window_tokens=64, threads=1))
    (end,) = model.tokenize("<|im_end|>")
    assert model.piece(end) == b""
    assert model.ends_turn(end)
    assert set(model.control_texts) == {"<|im_start|>", "<|im_end|>", "<|endoftext|>"}
    model.close()


def test_threads_are_told_to_sleep_before_the_library_loads() -> None:
    library()
    assert os.environ["OMP_WAIT_POLICY"] == "passive"
    assert physical_cores() >= 1


def test_a_missing_file_and_a_file_of_rubbish_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No model file at"):
        LlamaCpp(LlamaCppSettings(path=tmp_path / "none.gguf"))
    rubbish = tmp_path / "rubbish.gguf"
    rubbish.write_bytes(b"GGUF" + bytes(400))
    with pytest.raises(ModelFileError, match=r"cannot load .*rubbish\.gguf"):
        LlamaCpp(LlamaCppSettings(path=rubbish))
