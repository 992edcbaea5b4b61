"""What a model needs is read from its file, and put where there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_models.errors import ModelFileError
from local_models.gguf_file import GgufHeader, read_header
from local_models.memory import Device, Need, estimate, find_devices, place
from tests.local_models.models import PATH

GIB = 1 << 30
QWEN3_4B = GgufHeader(
    {
        "general.architecture": "qwen3",
        "qwen3.block_count": 36,
        "qwen3.embedding_length": 2560,
        "qwen3.attention.head_count": 32,
        "qwen3.attention.head_count_kv": 8,
        "qwen3.attention.key_length": 128,
        "qwen3.attention.value_length": 128,
        "qwen3.context_length": 40960,
    },
    398,
    int(2.5 * GIB),
)


def test_the_shipped_model_describes_itself() -> None:
    header = read_header(PATH)
    assert header.architecture == "qwen3"
    assert header.window_tokens == 4096
    assert header.file_bytes <= 10_000_000
    assert "im_start" in header.metadata["tokenizer.chat_template"]
    assert header.memory_bytes_per_token == 2 * header.layers * 2 * 128


def test_memory_grows_with_streams_and_window_but_not_past_the_models_own() -> None:
    one = estimate(QWEN3_4B, slots=1, window_tokens=4096)
    assert one.memory == 4096 * 36 * 8 * 256 * 2
    assert estimate(QWEN3_4B, slots=4, window_tokens=4096).memory == 4 * one.memory
    endless = estimate(QWEN3_4B, slots=1, window_tokens=1_000_000)
    assert endless.memory == 10 * one.memory


def test_a_model_that_fits_on_the_gpu_goes_there_whole() -> None:
    need = estimate(QWEN3_4B, slots=4, window_tokens=4096)
    fit = place(QWEN3_4B, need, [Device("cpu", 4 * GIB), Device("GPU", 24 * GIB, is_gpu=True)])
    assert (fit.fits, fit.gpu_layers) == (True, 37)


def test_a_small_gpu_takes_some_layers_and_the_cpu_the_rest() -> None:
    need = estimate(QWEN3_4B, slots=4, window_tokens=4096)
    fit = place(QWEN3_4B, need, [Device("cpu", 16 * GIB), Device("GPU", 2 * GIB, is_gpu=True)])
    assert fit.fits
    assert 0 < fit.gpu_layers < 37


def test_a_model_that_fits_nowhere_says_what_it_needs_and_what_there_is() -> None:
    need = estimate(QWEN3_4B, slots=4, window_tokens=4096)
    fit = place(QWEN3_4B, need, [Device("cpu", 2 * GIB)])
    assert not fit.fits
    assert "needs 5.0 GiB" in fit.why
    assert "smaller window" in fit.why


def test_a_need_is_the_sum_of_its_parts() -> None:
    assert Need(1, 2, 3).total == 6


def test_this_machine_has_memory() -> None:
    assert find_devices()[0].name == "cpu"
    assert find_devices()[0].free_bytes > 0


def test_files_that_are_no_models_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="No model file"):
        read_header(tmp_path / "none.gguf")
    text = tmp_path / "text.gguf"
    text.write_text("hello, I am a text")
    with pytest.raises(ModelFileError, match="not a GGUF file"):
        read_header(text)
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(PATH.read_bytes()[:5000])
    with pytest.raises(ModelFileError, match="cut short"):
        read_header(cut)
