"""The measure of the token estimates, on a vocabulary of single bytes and a few words."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from bench import tokens
from bench.token_fit import Counted, fit
from bench.token_table import FILES, Vocabulary, make_table
from local_models.token_traits import TRAITS, count_traits, hash_word, place_of

HELD = (b" t", b" th", b" the", b"--", b"----", b"--------", "好".encode())
TEXTS = ("see the order", "привет", "1234 -- {x}", "你好 the", "the the the the", "Zqwx!?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("vocabularies")
    held = [bytes((each,)) for each in range(256)]
    held += [part for each in HELD for part in (each[:2], each) if part not in held]
    lines = [
        base64.b64encode(token) + b" %d" % rank for rank, token in enumerate(dict.fromkeys(held))
    ]
    for name in FILES.values():
        (where / f"{name}.tiktoken").write_bytes(b"\n".join(lines))
    return where


def test_a_vocabulary_counts_and_tells_its_texts(folder: Path) -> None:
    vocabulary = Vocabulary("qwen", folder)
    assert vocabulary.count("the the") == 4
    assert vocabulary.count("e\u0301") == len("é".encode())
    assert " the" in set(vocabulary.texts())


def test_the_table_says_what_is_held_and_what_the_rest_costs_alone(folder: Path) -> None:
    table = make_table([Vocabulary("o200k", folder)])
    place, sign = place_of(np.array([hash_word("the", True)], dtype=np.uint32))
    assert table["words"][place[0]] == sign[0] << 3 | 1
    assert table["alone"][ord("好")] & 15 == 1
    assert table["alone"][ord("坏")] & 15 == 3
    assert table["marks"][ord("-") * 128 + ord("-")] == 0b1001


def test_the_ranges_are_printed_and_every_text_above_the_most_is_counted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "texts.jsonl"
    lines = [json.dumps({"text": text, "kind": text, "group": "any"}) for text in TEXTS]
    path.write_text("\n".join(lines), "utf-8")
    tokens.main(["measure", str(folder), str(path)])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["groups"]["any"][0] == str(len(TEXTS))
    assert result["groups"]["any"][3].startswith(("1 ", "2 ", "3 ", "4 "))


def test_weights_are_fitted_so_that_no_text_lies_above_the_most(folder: Path) -> None:
    vocabulary = Vocabulary("cl100k", folder)
    traits = np.array([count_traits(text) for text in TEXTS], dtype=np.float64)
    counts = np.array([vocabulary.count(text) for text in TEXTS], dtype=np.float64)
    texts = Counted(list(TEXTS), ["any"] * len(TEXTS), traits, counts, np.zeros(len(TEXTS)))
    about, most = fit("cl100k", texts)
    assert len(about) == len(most) == len(TRAITS)
    assert (most >= about).all()
    assert (traits @ most >= counts - 0.01).all()
