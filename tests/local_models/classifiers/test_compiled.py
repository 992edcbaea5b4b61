"""The compiled loops and numpy give the same results; the product runs with either."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_models.classifiers import compiled, normalise
from local_models.classifiers.compiled import NATIVE, CompiledModule
from local_models.classifiers.conversation import count_shared, count_shared_with_numpy
from local_models.classifiers.features import (
    Features,
    read_features,
    read_plain,
    read_plain_with_numpy,
)
from local_models.classifiers.table import (
    Network,
    NumpyTable,
    TableParts,
    open_table,
    open_tables,
)

AWKWARD = st.text(
    st.sampled_from("  aaAZ\n\t09９ＡİΣσß订訂单。，！😀\u200b\u2028\ud800\ue001٣ѣйé'-<>"),
    max_size=80,
)
TEXTS = st.one_of(st.text(max_size=200), AWKWARD)


@pytest.fixture(scope="module")
def native() -> CompiledModule:
    assert NATIVE is not None, "the compiled loops are part of what the tests install"
    return NATIVE


def pairs(features: Features) -> dict[int, float]:
    return dict(zip(features.hashes.tolist(), features.weights.tolist(), strict=True))


@given(TEXTS)
@example("ΑΣ ΣΑΣ. İİ")
@example("aaaa    bbbb   .... 1111 22 333333 12345678901 123456789012345")
def test_a_text_is_spelt_the_same_by_both(text: str) -> None:
    assert NATIVE is not None
    spelling = NATIVE.Spelling(normalise.PLANE, normalise.DIGIT_MARKS)
    plain = normalise.translate(text)
    assert spelling.translate(text) == plain
    assert spelling.flatten(plain) == normalise.flatten(plain)


@given(TEXTS)
@example("don't 订单 x'y 改改改地址 it's a a a 😀")
def test_the_same_n_grams_are_found_by_both_with_the_same_weights(text: str) -> None:
    plain = normalise.normalise(text)
    assert pairs(read_plain(plain)) == pairs(read_plain_with_numpy(plain))


def test_a_text_of_any_length_has_the_same_n_grams() -> None:
    for size in (1, 2, 3, 60, 4_000, 4_062, 4_063, 5_000):
        plain = ("退a款 b" * size)[:size]
        assert pairs(read_plain(plain)) == pairs(read_plain_with_numpy(plain)), size


@given(TEXTS, TEXTS)
@example("退款什么时候到账", "退款什么时候到账")
def test_two_texts_share_the_same_n_grams_by_both(one: str, other: str) -> None:
    first, second = read_features(one), read_features(other)
    assert count_shared(first, second) == count_shared_with_numpy(first, second)


def test_an_n_gram_of_nothing_but_zeros_is_shared_too(native: CompiledModule) -> None:
    zeros, others = np.array([0, 5], np.uint32), np.array([7, 0, 9], np.uint32)
    assert native.shared(zeros, others) == 1
    assert native.shared(zeros, others[:1]) == native.shared(b"", others) == 0


def _parts(rows: int, width: int, seed: int = 3) -> TableParts:
    rng = np.random.default_rng(seed)
    some = [read_features(f"退款{n} and invoice {n * 7}").hashes for n in range(rows)]
    keys = rng.permutation(np.unique(np.concatenate(some)))[: 20 * rows]
    return TableParts(
        keys, rng.random(len(keys), dtype=np.float32) + 1, np.array([1.0, 0.5, 0.7], np.float32),
        rng.integers(-127, 128, (len(keys), width)).astype(np.int8),
        rng.random(width, dtype=np.float32),
    )  # fmt: skip


SEVERAL = ("退款7 and invoice 49", "", "жж", "x" * 3_000, "invoice 14 退款")


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize("width", [1, 3, 65])
def test_rows_are_summed_the_same_by_both(width: int) -> None:
    parts = _parts(50, width)
    in_c, with_numpy = open_table(parts), NumpyTable(parts)
    several = [read_features(text) for text in SEVERAL]
    for features in several:
        assert np.allclose(in_c.sum_of(features), with_numpy.sum_of(features), atol=1e-4)
    together = in_c.sums_of(several)
    assert together.shape == (len(several), width)
    assert np.allclose(together, with_numpy.sums_of(several), atol=1e-4)


@pytest.mark.usefixtures("native")
def test_tables_that_lie_together_are_each_summed_as_if_alone() -> None:
    parts = [_parts(9 + n, 1 + 13 * n, seed=n) for n in range(5)]
    texts = [read_features(text) for text in SEVERAL]
    for features in [*texts, *reversed(texts)]:
        for table, alone in zip(open_tables(parts), parts, strict=True):
            expected = NumpyTable(alone).sum_of(features)
            assert np.allclose(table.sum_of(features), expected, atol=1e-4)
            assert np.allclose(table.sums_of([features])[0], expected, atol=1e-4)


def test_a_table_that_is_not_there_cannot_be_asked(native: CompiledModule) -> None:
    parts = _parts(3, 2)
    rows = native.Rows(
        [(parts.keys, parts.idf, parts.view_weights, parts.cells, parts.scale, None)]
    )
    for place in (1, -1):
        with pytest.raises(IndexError, match="there are 1 tables"):
            rows.sum(parts.keys, parts.idf, place)


def test_a_key_that_stands_twice_is_refused() -> None:
    parts = _parts(3, 2)
    parts.keys[1] = parts.keys[0]
    with pytest.raises(ValueError, match="twice"):
        open_table(parts)


def test_parts_that_do_not_fit_are_refused(native: CompiledModule) -> None:
    parts = _parts(3, 2)
    keys, idf, views = parts.keys, parts.idf, parts.view_weights
    none = np.zeros(0, np.float32)
    with pytest.raises(ValueError, match="do not fit together"):
        native.Rows([(keys, idf[1:], views, parts.cells, parts.scale, None)])
    with pytest.raises(ValueError, match="no multiple of 4"):
        native.Rows([(keys, idf, views, parts.cells, np.zeros(3, np.int8), None)])
    with pytest.raises(ValueError, match="bias, hidden_bias, output and scale do not fit"):
        native.Rows([(keys, idf, views, parts.cells, parts.scale, (none, none, none))])
    with pytest.raises(TypeError, match="a network is"):
        native.Rows([(keys, idf, views, parts.cells, parts.scale, (none, none))])
    with pytest.raises(ValueError, match="one to 8 tables"):
        native.Rows([])
    rows = native.Rows([(keys, idf, views, parts.cells, parts.scale, None)])
    with pytest.raises(ValueError, match="as many weights"):
        rows.sums(keys, idf[1:])


@pytest.mark.usefixtures("native")
@pytest.mark.parametrize(("labels", "hidden"), [(3, 0), (17, 60), (5, 36)])
def test_a_network_makes_the_same_of_the_sums_in_both(labels: int, hidden: int) -> None:
    rng = np.random.default_rng(5)
    network = Network(
        rng.normal(size=labels).astype(np.float32), rng.normal(size=hidden).astype(np.float32),
        rng.normal(size=(hidden, labels)).astype(np.float32),
    )  # fmt: skip
    parts = replace(_parts(40, labels + hidden), network=network)
    in_c, with_numpy = open_table(parts), NumpyTable(parts)
    several = [read_features(text) for text in SEVERAL]
    for features in several:
        scores = in_c.sum_of(features)
        assert scores.shape == (labels,)
        assert np.allclose(scores, with_numpy.sum_of(features), atol=1e-3)
    assert np.allclose(in_c.sums_of(several), with_numpy.sums_of(several), atol=1e-3)
    assert in_c.sums_of([]).shape == with_numpy.sums_of([]).shape == (0, labels)


def test_a_module_built_from_other_sources_is_not_used(
    native: CompiledModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compiled._find() is native
    for interface in (compiled.INTERFACE - 1, None):
        monkeypatch.setattr(native, "INTERFACE", interface)
        assert compiled._find() is None


def test_without_the_compiled_module_texts_read_the_same() -> None:
    program = (
        "import sys; {block}\n"
        "from local_models.classifiers.emotion import EmotionReader\n"
        "from local_models.classifiers.features import read_features\n"
        "from local_models.classifiers.intents import IntentReader\n"
        "intents, moods = IntentReader(), EmotionReader()\n"
        "for text in ('我要退款，顺便改地址', 'great, a third broken one', '发票开错了'):\n"
        "    features = read_features(text)\n"
        "    wish, mood = intents.read(text, features), moods.read(features)\n"
        "    print(wish.intents, round(wish.confidence, 3), mood.emotion, round(mood.confidence, 3))\n"
        "from local_models.classifiers.compiled import NATIVE; print(NATIVE is None, file=sys.stderr)\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program.format(block=block)],
            capture_output=True, text=True, check=True,
        )
        for block in ("", "sys.modules['pointsman_native'] = None")
    ]  # fmt: skip
    assert [one.stderr.strip() for one in told] == ["False", "True"]
    assert told[0].stdout == told[1].stdout != ""
