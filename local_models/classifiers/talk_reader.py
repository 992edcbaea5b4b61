"""What a turn wants after what was said before it, read word by word.

"两件" and "那就算了" mean something only to who has followed the talk. A small transformer takes in the pieces of the turn and
of the messages before it, newest first, until its room is full; what it makes of a message by itself is kept. `context.py` knows of those messages only what the intent
heads make of each; this reader knows their words. Where it comes from, what it learned and how well it reads:
docs/model-cards/talk.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.normalise import clip
from local_models.classifiers.transformer import (
    MATRICES,
    ROWS,
    Layer,
    Matrix,
    TransformerParts,
    open_transformer,
)
from local_models.classifiers.unigram import Unigram

WEIGHTS = Path(__file__).parent / "weights" / "talk.npz"
START, END, UNKNOWN = range(3)
"""The first three pieces."""
OWN, CUSTOMERS, AGENTS = range(3)
"""Whose a piece is: the turn's, an earlier one of the customer's, an answer's."""
ROOM = 96
"""Pieces that are read in all."""
PLACES = 64
"""Pieces of one message at most."""
_OWN_ROOM, _CUSTOMER_ROOM, _AGENT_ROOM = 48, 24, 30
"""Pieces of one message: of a longer one head and tail."""
_CUT_CHARS = 320
"""Characters of a message that are cut, half of them its head: more pieces than there is room for."""
_REMEMBERED = 4_096
_KEPT = 512
"""Messages whose first layers are kept, some 20 MB."""

_ROWS = ("places", "sides", "gain", "shift", "ages")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Before:
    """A message before the turn, as `normalise` spells it."""

    is_customers: bool
    text: str


@dataclass(frozen=True, slots=True)
class TalkParts:
    """A trained reader."""

    labels: tuple[str, ...]
    pieces: tuple[str, ...]
    """START, END, UNKNOWN, then the pieces of words."""
    scores: Floats
    """The logarithm of each piece's chance; of the first three it means nothing."""
    transformer: TransformerParts
    hidden: Floats
    """Shape (2 * width, hidden units)."""
    hidden_bias: Floats
    output: Floats
    """Shape (hidden units, labels)."""
    output_bias: Floats
    temperature: float = 1.0


class TalkReader:
    """Weighs the intents of a turn within its talk. Reading keeps no state but a cache of what was cut."""

    def __init__(self, parts: TalkParts) -> None:
        self.labels = parts.labels
        self._parts = parts
        self._cutter = Cutter(parts.pieces, parts.scores)
        self._transformer = open_transformer(parts.transformer)
        # A talk's messages come again with each of its turns.
        self._remembered = lru_cache(_KEPT)(self._remember)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> TalkReader:
        """The shipped reader, or another."""
        return cls(load_talk(path))

    def weigh(self, turn: str, before: Sequence[Before]) -> list[float]:
        """The chance of each label for a turn after the messages before it, the newest first.

        All texts as `normalise` spells them.
        """
        parts = self._parts
        turn_pieces, *others = self._cutter.lay(turn, before)
        told = [
            self._remembered(pieces, _side(each))
            for pieces, each in zip(others, before, strict=False)
        ]
        meant = np.frombuffer(self._transformer.read(_array(turn_pieces), told), np.float32)
        hidden = np.maximum(meant @ parts.hidden + parts.hidden_bias, 0.0)
        scores = (hidden @ parts.output + parts.output_bias) / np.float32(parts.temperature)
        raised = np.exp(scores - scores.max())
        chances: list[float] = (raised / raised.sum()).tolist()
        return chances

    def _remember(self, pieces: tuple[int, ...], side: int) -> bytes:
        return self._transformer.remember(_array(pieces), side)


@cache
def open_talks() -> TalkReader | None:
    """The shipped reader, loaded once (some 25 MB, a seventh of a second); None where its file is not there."""
    return TalkReader.load() if WEIGHTS.is_file() else None


class Cutter:
    """Lays the pieces of a turn and of what was said before it side by side."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float] | Floats) -> None:
        self._number = {piece: at for at, piece in enumerate(pieces) if at > UNKNOWN}
        known = list(zip(pieces, scores, strict=True))[UNKNOWN + 1 :]
        self._unigram = Unigram({piece: float(score) for piece, score in known})
        self.cut = lru_cache(_REMEMBERED)(self._cut)

    def lay(self, turn: str, before: Sequence[Before]) -> list[tuple[int, ...]]:
        """The numbers of the pieces of each message, the turn first; the oldest are left out that have no room."""
        laid = [self._lay(turn, _OWN_ROOM)]
        for message in before:
            said = self._lay(message.text, _CUSTOMER_ROOM if message.is_customers else _AGENT_ROOM)
            if sum(map(len, laid)) + len(said) > ROOM:
                break
            laid.append(said)
        return laid

    def _lay(self, text: str, most: int) -> tuple[int, ...]:
        return (START, *_part(self.cut(text), most), END)

    def _cut(self, text: str) -> tuple[int, ...]:
        text = clip(text, _CUT_CHARS)
        return tuple(self._number.get(piece, UNKNOWN) for piece in self._unigram.cut(text))


def _part(numbers: Sequence[int], most: int) -> Sequence[int]:
    if len(numbers) <= most:
        return numbers
    half = most // 2
    return (*numbers[:half], *numbers[-half:])


def _side(message: Before) -> int:
    return CUSTOMERS if message.is_customers else AGENTS


def _array(pieces: Sequence[int]) -> NDArray[np.int32]:
    return np.array(pieces, np.int32)


def save_talk(parts: TalkParts, path: Path) -> None:
    """Write it to one compressed .npz file."""
    body = parts.transformer
    about = {
        "labels": parts.labels, "temperature": parts.temperature,
        "heads": body.heads, "least": body.least, "layers": len(body.layers), "local": body.local,
    }  # fmt: skip
    arrays: dict[str, NDArray[Any]] = {
        "about": _bytes(json.dumps(about)), "pieces": _bytes("\n".join(parts.pieces)),
        "scores": parts.scores.astype(np.float16), "words": body.words,
        "scale": body.scale.astype(np.float32), "hidden": parts.hidden.astype(np.float16),
        "output": parts.output.astype(np.float16),
    }  # fmt: skip
    for name in ("hidden_bias", "output_bias"):
        arrays[name] = getattr(parts, name).astype(np.float32)
    for name in _ROWS:
        arrays[name] = getattr(body, name).astype(np.float16)
    for at, layer in enumerate(body.layers):
        for name, matrix in layer.matrices.items():
            arrays[f"{at}.{name}"] = matrix.cells
            arrays[f"{at}.{name}.scale"], arrays[f"{at}.{name}.bias"] = matrix.scale, matrix.bias
        arrays |= {f"{at}.{name}": row.astype(np.float16) for name, row in layer.rows.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_talk(path: Path) -> TalkParts:
    """Read it back.

    Raises:
        ValueError: the file is none; says which.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    try:
        about = json.loads(arrays["about"].tobytes())
        layers = [_layer(arrays, at) for at in range(about["layers"])]
        rows = {name: arrays[name].astype(np.float32) for name in _ROWS}
        body = TransformerParts(
            arrays["words"], arrays["scale"], layers=layers, local=about["local"],
            heads=about["heads"], least=about["least"], **rows,
        )  # fmt: skip
        return TalkParts(
            tuple(about["labels"]), tuple(arrays["pieces"].tobytes().decode("utf-8").split("\n")),
            arrays["scores"].astype(np.float32), body, arrays["hidden"].astype(np.float32),
            arrays["hidden_bias"], arrays["output"].astype(np.float32), arrays["output_bias"],
            about["temperature"],
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path} is no reader of talks: {error!r}.") from error


def _layer(arrays: Mapping[str, NDArray[Any]], at: int) -> Layer:
    matrices = {
        name: Matrix(*(arrays[f"{at}.{name}{part}"] for part in ("", ".scale", ".bias")))
        for name in MATRICES
    }
    return Layer(matrices, {name: arrays[f"{at}.{name}"].astype(np.float32) for name in ROWS})


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
