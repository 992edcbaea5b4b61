"""Models have names, a wrong name gets a hint, and one's own file needs one line."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from local_models.errors import ModelFileError
from local_models.opening import LocalSettings, open_engine, why_off
from local_models.registry import DEMO, find, models
from tests.local_models.models import PATH, ask, prompt


def test_every_listed_model_is_complete() -> None:
    for name, model in models().items():
        assert model.name == name
        assert model.file.endswith(".gguf")
        assert model.is_shipped or model.repo
        assert model.window_tokens >= 4096
        assert model.licence == "Apache-2.0"


def test_the_shipped_file_is_the_one_whose_checksum_is_pinned() -> None:
    assert hashlib.sha256(PATH.read_bytes()).hexdigest() == find(DEMO).sha256


def test_a_typo_gets_the_nearest_name() -> None:
    with pytest.raises(ModelFileError, match=r"did you mean 'qwen3-0.6b'"):
        find("qwen3-0.6")


async def test_ones_own_file_is_a_model_by_its_path(tmp_path: Path) -> None:
    own = tmp_path / "my-shop.gguf"
    shutil.copy(PATH, own)
    settings = LocalSettings(model=str(own), slots=1, window_tokens=512, threads=1)
    assert settings.served_as == "my-shop"
    assert why_off(settings) is None
    engine = open_engine(settings)
    assert engine.window_tokens == 512
    assert (await ask(engine, prompt("你好"), max_tokens=20))[0]
    await engine.close()


def test_what_is_off_says_why_and_what_to_do(tmp_path: Path) -> None:
    absent = why_off(LocalSettings(model="qwen3-4b", models_dir=tmp_path))
    assert absent is not None
    assert "not downloaded yet" in absent
    assert "2500 MB" in absent
    other = why_off(LocalSettings(engine="xllamacpp"))
    if other is not None:  # the second engine is an extra; either it runs or it says how to get it
        assert "uv sync --extra prebuilt" in other


def test_a_model_too_large_for_this_machine_is_refused_before_it_loads() -> None:
    vast = LocalSettings(slots=100_000, window_tokens=4096)
    with pytest.raises(ModelFileError, match="fewer slots"):
        open_engine(vast)
