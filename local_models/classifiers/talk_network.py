"""The network of `talk_reader.py` in torch, while it is trained.

It begins with the first layers of an encoder (`encoder_file.py`). Torch is imported when a network is made, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.encoder_file import EncoderFile
from local_models.classifiers.shop_intents import LABELS
from local_models.classifiers.talk_reader import PLACES, UNKNOWN, TalkParts
from local_models.classifiers.transformer import MATRICES, ROWS, Layer, Matrix, TransformerParts

LAYERS, LOCAL = 5, 2
"""Of the encoder's twelve, and how many of these read each message by itself."""
AGES = 8
HIDDEN = 256
_SEED = 0


@dataclass(frozen=True, slots=True)
class Pieces:
    """Tensors of one shape (turns, pieces): what stands where, in which message, and whose that is."""

    numbers: Any
    place: Any
    side: Any
    age: Any
    there: Any


class TalkNetwork:
    """The network in torch."""

    def __init__(self, encoder: EncoderFile, pieces: Sequence[str]) -> None:
        import torch

        self._torch = torch
        torch.manual_seed(_SEED)
        self.heads, self.least = encoder.heads, encoder.least
        width = encoder.width

        def free(array: Any) -> Any:
            return torch.nn.Parameter(torch.tensor(np.ascontiguousarray(array, np.float32)))

        self.weights: dict[str, Any] = {
            "words": free(_first_words(encoder, pieces)),
            "places": free(encoder.places[:PLACES] + encoder.kind),
            "sides": free(np.zeros((3, width))),
            "gain": free(encoder.gain), "shift": free(encoder.shift),
            "ages": free(np.zeros((LAYERS - LOCAL, encoder.heads, AGES))),
        }  # fmt: skip
        for at in range(LAYERS):
            for name, array in encoder.layer(at).items():
                self.weights[f"{at}.{name}"] = free(array)
        rng = np.random.default_rng(_SEED)
        self.above: dict[str, Any] = {
            "hidden": free(rng.normal(0.0, 1 / np.sqrt(2 * width), (2 * width, HIDDEN))),
            "hidden_bias": free(np.zeros(HIDDEN)),
            "output": free(rng.normal(0.0, 1 / np.sqrt(HIDDEN), (HIDDEN, len(LABELS)))),
            "output_bias": free(np.zeros(len(LABELS))),
        }

    def scores(self, own: Pieces, told: Pieces, *, drop: float) -> Any:
        """One raw score a label for each turn, given its own pieces and those of what was said before it."""
        torch, nets = self._torch, self._torch.nn.functional
        mine, others = self._begin(own, drop), self._begin(told, drop)
        alone = own.there[:, None, None, :]
        together = (told.age[:, None, :] == told.age[:, :, None]) & told.there[:, None, :]
        # What is only padding sees itself: a row of nothing has no sum.
        together = (together | torch.eye(told.age.shape[1], dtype=torch.bool))[:, None]
        for at in range(LOCAL):
            mine = self._climb(mine, mine, at, alone, drop)
            others = self._climb(others, others, at, together, drop)
        there = torch.cat([own.there, told.there], 1)[:, None, None, :]
        ages = torch.cat([own.age, told.age], 1)
        for at in range(LOCAL, LAYERS):
            by_age = self.weights["ages"][at - LOCAL][:, ages].transpose(0, 1)[:, :, None, :]
            bias = by_age.masked_fill(~there, float("-inf"))
            mine = self._climb(mine, torch.cat([mine, others], 1), at, bias, drop)
        shares = own.there.float()[:, :, None]
        meant = torch.cat([mine[:, 0], (mine * shares).sum(1) / shares.sum(1)], 1)
        hidden = nets.dropout(meant, 2 * drop) @ self.above["hidden"] + self.above["hidden_bias"]
        return (
            nets.dropout(nets.relu(hidden), 2 * drop) @ self.above["output"]
            + self.above["output_bias"]
        )

    def _begin(self, said: Pieces, drop: float) -> Any:
        nets, w = self._torch.nn.functional, self.weights
        x = (
            nets.embedding(said.numbers, w["words"])
            + w["places"][said.place]
            + w["sides"][said.side]
        )
        width = x.shape[2]
        return nets.dropout(nets.layer_norm(x, (width,), w["gain"], w["shift"], self.least), drop)

    def _climb(self, x: Any, seen: Any, at: int, mask: Any, drop: float) -> Any:
        """One layer: the rows of `x` look at all that is `seen`."""
        nets, w = self._torch.nn.functional, self.weights
        rows, length, width = x.shape

        def heads(of: Any, part: int) -> Any:
            columns = slice(part * width, (part + 1) * width)
            wide = of @ w[f"{at}.all"][:, columns] + w[f"{at}.all_bias"][columns]
            return wide.view(rows, of.shape[1], self.heads, -1).transpose(1, 2)

        sent = (heads(x, 0), heads(seen, 1), heads(seen, 2))
        # Attention in halved precision is three times slower backwards.
        with self._torch.autocast("cpu", enabled=False):
            mixed = nets.scaled_dot_product_attention(
                *(each.float() for each in sent), attn_mask=mask
            )
        mixed = mixed.transpose(1, 2).reshape(rows, length, width)
        added = nets.dropout(mixed @ w[f"{at}.out"] + w[f"{at}.out_bias"], drop)
        x = nets.layer_norm(
            x + added, (width,), w[f"{at}.middle_gain"], w[f"{at}.middle_shift"], self.least
        )
        bent = nets.gelu(x @ w[f"{at}.up"] + w[f"{at}.up_bias"], approximate="tanh")
        added = nets.dropout(bent @ w[f"{at}.down"] + w[f"{at}.down_bias"], drop)
        return nets.layer_norm(
            x + added, (width,), w[f"{at}.end_gain"], w[f"{at}.end_shift"], self.least
        )

    def pack(self, pieces: Sequence[str], scores: NDArray[np.float32]) -> TalkParts:
        """The reader with what was learned so far."""
        got = {
            name: one.detach().numpy().copy()
            for name, one in {**self.weights, **self.above}.items()
        }
        scale = np.maximum(np.abs(got["words"]).max(axis=1), 1e-9) / np.float32(127.0)
        words = np.rint(got["words"] / scale[:, None]).astype(np.int8)
        layers = [
            Layer(
                {
                    name: Matrix.pack(got[f"{at}.{name}"], got[f"{at}.{name}_bias"])
                    for name in MATRICES
                },
                {name: got[f"{at}.{name}"] for name in ROWS},
            )
            for at in range(LAYERS)
        ]
        body = TransformerParts(
            words, scale, got["places"], got["sides"], got["gain"], got["shift"], layers, LOCAL,
            got["ages"], self.heads, self.least,
        )  # fmt: skip
        return TalkParts(
            LABELS, tuple(pieces), scores, body,
            got["hidden"], got["hidden_bias"], got["output"], got["output_bias"],
        )  # fmt: skip


def _first_words(encoder: EncoderFile, pieces: Sequence[str]) -> NDArray[np.float32]:
    """What each piece means to begin with; our marks mean a number."""
    number = {piece: at for at, piece in enumerate(encoder.pieces)}
    start, end, unknown = encoder.specials[0], encoder.specials[2], encoder.specials[3]
    chosen = [start, end, unknown]
    chosen += [number.get(piece, number["0"]) for piece in pieces[UNKNOWN + 1 :]]
    return encoder.words(chosen)
