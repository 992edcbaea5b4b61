"""Texts that say several things: cut where they may be, learned part by part, put together again."""

from __future__ import annotations

import random

import pytest

from local_models.classifiers.methods import PartsReader, SeveralReader, train_several
from local_models.classifiers.network import Schedule
from local_models.classifiers.parts import cut
from local_models.classifiers.parts_training import Parts, is_glued, read_rows, take_apart
from local_models.classifiers.training import Recipe

SAYINGS = {
    "fare": [
        f"how much is the {kind} to {city}"
        for kind in ("ticket", "bus and ferry ride", "flight")
        for city in ("rome", "oslo")
    ],
    "time": [
        f"when does the {kind} leave for {city}"
        for kind in ("train", "night bus")
        for city in ("rome", "oslo", "bonn")
    ],
    "meal": [
        f"what is served {when}" for when in ("on board", "for lunch", "tonight", "on sundays")
    ],
}
JOINTS = (" and then ", " and also ", " and ")


def rows(count: int = 160, seed: int = 3) -> tuple[list[str], list[list[str]]]:
    """Texts of one to three sayings, and their labels in the order of the alphabet."""
    rng = random.Random(seed)
    texts, names = [], []
    for _ in range(count):
        labels = rng.sample(sorted(SAYINGS), rng.choice((1, 2, 2, 3)))
        text = "".join(
            (rng.choice(JOINTS) if at else "") + rng.choice(SAYINGS[label])
            for at, label in enumerate(labels)
        )
        texts.append(text)
        names.append(sorted(labels))
    return texts, names


TINY = Recipe(schedule=Schedule(hidden=16, rate=0.01), networks=1, min_count=1, held_out=0.0)


@pytest.fixture(scope="module")
def reader() -> SeveralReader | PartsReader:
    return train_several(*rows(), recipe=TINY)


def test_a_text_is_cut_at_connectives_and_punctuation() -> None:
    pieces = cut("where is it, and then 退款吧，顺便 change it.")
    assert [pieces.part((at, at + 1)) for at in range(len(pieces))] == [
        "where is it", "退款吧", "change it."
    ]  # fmt: skip
    assert pieces.joints == (", and then", ",顺便") or pieces.joints == (", and then", "，顺便")
    assert pieces.part((0, 2)) == "where is it, and then 退款吧"


@pytest.mark.parametrize("text", ["", "and", "  , ", "hello", "and then hello", "hello and"])
def test_a_text_with_nothing_to_cut_is_one_piece(text: str) -> None:
    assert len(cut(text)) == 1
    assert cut(text).part((0, 1)) in text


def test_a_point_within_a_word_is_no_joint() -> None:
    assert len(cut("leave at 10.30 a.m.")) == 1


def test_a_long_list_is_cut_only_so_often() -> None:
    pieces = cut(", ".join(["one"] * 1_000))
    assert len(pieces) == 8
    assert pieces.part((0, 8)).endswith("one")


def test_what_each_part_says_is_found_from_labels_of_whole_texts() -> None:
    texts, names = rows()

    def never(parts: Parts) -> object:
        raise AssertionError("no row was left unclear")

    even = [row for row in read_rows(texts, names) if len(row[0]) == len(row[1])]
    parts = take_apart(even, never)  # type: ignore[arg-type]
    for text, seen in parts.labels.items():
        assert text in SAYINGS[seen.most_common(1)[0][0]]


def test_parts_are_put_together_again_in_texts_never_seen(
    reader: SeveralReader | PartsReader,
) -> None:
    assert isinstance(reader, PartsReader)
    texts, names = rows(60, seed=11)
    right = [
        sorted(reader.read(text).labels) == held for text, held in zip(texts, names, strict=True)
    ]
    assert sum(right) > 54


def test_a_connective_within_a_part_does_not_cut_it(reader: SeveralReader | PartsReader) -> None:
    answer = reader.read(
        "how much is the bus and ferry ride to bonn and then what is served tonight"
    )
    assert answer.labels == ("fare", "meal")
    assert 0.0 < answer.confidence <= 1.0


def test_any_text_gets_an_answer(reader: SeveralReader | PartsReader) -> None:
    for text in ("", "and", "жжж, жжж", "and then " * 300):
        assert reader.read(text).labels


def test_texts_that_are_not_so_many_parts_are_read_as_a_whole() -> None:
    texts = [
        f"my {thing} broke {when}" for thing in ("phone", "card") for when in map(str, range(40))
    ]
    names = [["broken", text.split()[1]] for text in texts]
    assert not is_glued(read_rows(texts, names))
    recipe = Recipe(schedule=Schedule(hidden=8, epochs=2), networks=1, held_out=0.0)
    assert isinstance(train_several(texts, names, recipe), SeveralReader)
