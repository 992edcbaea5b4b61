"""Train the combiner of `context.py` from the project's own exchanges.

An exchange is what was said before (a customer's turn, an agent's answer, or both) with some turns
that may follow, each with its intent. Five kinds of turns are learned: those written for the exchange;
the same ones after another exchange, where a turn that is clear by itself keeps its meaning and
one after mere pleasantries means what it means alone; bare answers, of which a yes or no is about what
was asked and a nod about nothing; the lines that the heads learned from; and the turns of whole talks.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.classifiers.context import (
    BY_LABEL,
    MESSAGES,
    WHOLE,
    Combiner,
    Said,
    save_combiner,
    say_nothing,
)
from local_models.classifiers.data.compose import NEUTRAL, Line
from local_models.classifiers.features import read_glance
from local_models.classifiers.head import load_head
from local_models.classifiers.intents import LABELS, WEIGHTS, IntentReader
from local_models.classifiers.network import Array, Slot
from local_models.classifiers.shipped_data import (
    SECOND_SHARE,
    Exchange,
    Talk,
    read_exchanges,
    read_lines,
    read_talks,
    read_turns,
)
from local_models.classifiers.training import shared_hot

LANGUAGES = ("zh", "en")
HIDDEN = 24
NETWORKS = 3
PASSES = 30
_BATCH = 128
_RATE = 0.004
_SMOOTHING = 0.05
_DROPOUT = 0.3
_DECAY = 1e-4
_DECAY_ACROSS = 3e-3
"""The matrices have a cell for each pair of labels, most of which no exchange shows."""
_SURE = 0.5
"""What a head gives less than this chance is not clear by itself."""
_MADE_WEIGHT = 0.3
_DILUTED_WEIGHT = 0.2
_WISHES, _THANKS, _FRAGMENTS = 1_500, 600, 800
"""Lines of each kind that are set after an exchange."""
_FOLDS = 3
_ASKS = re.compile(r"[?？吗么呢]\W*$")
_ANYTHING_ELSE = re.compile(
    r"(?:其他|其它|别的|还有什么|anything else|else (?:i|we) can)", re.IGNORECASE
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_CONFIRMS = {
    "zh": _words("是的|是|对|对的|是啊|对啊|没错|不是|不对|是呢|对呀|不是的"),
    "en": _words("yes|yeah|yep|no|correct|right|that's right|it is|no it isn't|exactly|nope"),
}
"""A yes or no that is about something said, be it asked or not."""
_ANSWERS = {
    "zh": (*_CONFIRMS["zh"], *_words("嗯|恩|可以|可以的|要|要的|需要|行|有|没有|还没|没|有的")),
    "en": (*_CONFIRMS["en"], *_words("sure|yes please|please do|not yet|i do|i did|go ahead")),
}
"""What answers a question."""
_NODS = {
    "zh": _words("好的|好吧|好|哦|噢|好滴|知道了|收到|谢谢|行吧|ok|嗯嗯|好的谢谢"),
    "en": _words("ok|okay|alright|got it|thanks|thank you|i see|ok thanks|fine|great"),
}
_NOTHING_MORE = {
    "zh": _words("没有了|没了|不用了|没有|不需要了|不用|不需要|没|暂时没有"),
    "en": _words("no|nope|no thanks|that's all|that's it|no that's all|nothing else"),
}
_CLOSINGS = {
    "zh": _words(
        "请问还有其他问题吗|还有其他可以帮您的吗|请问还有别的需要吗|您看还有什么可以帮到您的呢|还有其他问题吗？|好的，已经为您提交了，还有其他需要帮助的吗"
    ),
    "en": _words(
        "Anything else I can help with?|Is there anything else?|Anything else?|Done. Is there anything else I can do for you?|Can I help you with anything else today?"
    ),
}
"""With which an agent asks whether that was all."""
_BARE = 3
"""Bare answers of each kind after an exchange."""


@dataclass(frozen=True, slots=True)
class Example:
    """A turn after an exchange, and what it wants there."""

    exchange: Exchange
    text: str
    intent: str
    weight: float = 1.0
    second: str = ""
    """An intent that is just as fair there; empty: none."""


class Listener:
    """What the heads make of every message, each heard once."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """With the heads in the folder; those that are not there are the shipped ones."""
        heads = [folder / f"{name}.npz" for name in ("intent", "intents")]
        self._reader = IntentReader(
            *(load_head(path) if path.is_file() else None for path in heads), by_word=False
        )
        self._heard: dict[str, Said] = {}

    def hear(self, text: str) -> Said | None:
        """None for an empty message."""
        if not text:
            return None
        if text not in self._heard:
            said = self._reader.hear(read_glance(text))
            assert said is not None  # the shipped heads have the labels that combine
            self._heard[text] = said
        return self._heard[text]

    def likeliest(self, text: str) -> tuple[str, float]:
        """What the turn wants by itself, and how sure that is."""
        return self._reader.likeliest(read_glance(text))


def make_examples(exchanges: Sequence[Exchange], listener: Listener) -> list[Example]:
    """Every turn of the exchanges, and what is made of them."""
    return [
        *(
            Example(exchange, line.text, line.intents[0], second=line.second)
            for exchange in exchanges
            for line in exchange.turns
        ),
        *_diluted(exchanges, listener),
        *_elsewhere(exchanges, listener),
        *_answers(exchanges),
        *_own_lines(exchanges),
    ]


def _diluted(exchanges: Sequence[Exchange], listener: Listener) -> Iterator[Example]:
    """The written turns where only one of the two told the matter, and the other said nothing."""
    rng = random.Random(1)
    for exchange in exchanges:
        if exchange.about is None:
            continue
        empty = [
            one for one in exchanges if one.about is None and one.language == exchange.language
        ]
        users = ["", *(one.user for one in empty if one.user)]
        agents = ["", *(one.agent for one in empty if one.agent)]
        told_by = [
            message
            for message in ("user", "agent")
            if (said := getattr(exchange, message))
            and listener.likeliest(said)[0] == exchange.about
        ]
        for line in exchange.turns:
            for teller in told_by:
                if teller == "agent":
                    other = replace(exchange, user=rng.choice(users))
                else:
                    other = replace(exchange, agent=rng.choice(agents))
                yield Example(other, line.text, line.intents[0], _DILUTED_WEIGHT, line.second)


def _elsewhere(exchanges: Sequence[Exchange], listener: Listener) -> Iterator[Example]:
    """The written turns after other exchanges of their language."""
    rng = random.Random(0)
    for exchange in exchanges:
        others = [other for other in exchanges if other.language == exchange.language]
        empty = [other for other in others if other.about is None]
        for line in exchange.turns:
            text, intent = line.text, line.intents[0]
            alone, chance = listener.likeliest(text)
            if chance < _SURE:
                continue
            if alone == intent and alone != "other":
                far = [other for other in others if other.about not in (None, alone)]
                if far:
                    yield Example(rng.choice(far), text, alone, _MADE_WEIGHT)
            if empty:
                yield Example(rng.choice(empty), text, alone, _MADE_WEIGHT)


def _answers(exchanges: Sequence[Exchange]) -> Iterator[Example]:
    """Bare answers: a yes or no is about the matter, where there is one; a nod only takes note."""
    rng = random.Random(7)
    for exchange in exchanges:
        tongue, matter = exchange.language, exchange.about
        closed = replace(exchange, agent=rng.choice(_CLOSINGS[tongue]))
        for text in rng.sample(_NOTHING_MORE[tongue], 2):
            yield Example(closed, text, "smalltalk", _MADE_WEIGHT)
        if matter is None or _ANYTHING_ELSE.search(exchange.agent):
            for text in rng.sample(_NOTHING_MORE[tongue], _BARE):
                yield Example(exchange, text, "smalltalk", _MADE_WEIGHT)
            continue
        answers = _ANSWERS if _ASKS.search(exchange.agent) else _CONFIRMS
        for text in rng.sample(answers[tongue], _BARE):
            yield Example(exchange, text, matter, _MADE_WEIGHT, "smalltalk")
        for text in rng.sample(_NODS[tongue], _BARE):
            yield Example(exchange, text, "smalltalk", _MADE_WEIGHT)


def _own_lines(exchanges: Sequence[Exchange]) -> Iterator[Example]:
    """Wishes keep their meaning after anything, thanks too; a fragment takes up the matter."""
    rng = random.Random(3)
    lines = [
        line for read in (read_lines, read_turns) for tongue in LANGUAGES for line in read(tongue)
    ]
    by_language = {
        tongue: [one for one in exchanges if one.language == tongue] for tongue in LANGUAGES
    }
    kinds: list[tuple[Callable[[Line], bool], int]] = [
        (lambda line: len(line.intents) == 1 and line.intents[0] not in NEUTRAL, _WISHES),
        (lambda line: line.intents[0] == "smalltalk" and len(line.text) >= 3, _THANKS),
        (lambda line: line.intents[0] == "other", _FRAGMENTS),
    ]
    for is_kind, count in kinds:
        for line in rng.sample([line for line in lines if is_kind(line)], count):
            if not (near := by_language[line.language]):
                continue
            exchange, intent = rng.choice(near), line.intents[0]
            if intent == "other":
                intent = exchange.about or "other"
            yield Example(exchange, line.text, intent, _MADE_WEIGHT)


def talk_examples(talks: Sequence[Talk], language: str) -> list[Example]:
    """Every customer's turn of the talks but the first, after his last one and the newest answer to that."""
    examples = []
    for talk in talks:
        user = agent = ""
        for message in talk.messages:
            if not message.is_customers:
                agent = message.text
                continue
            if user or agent:
                before = Exchange(user, agent, None, (), language)
                examples.append(
                    Example(before, message.text, message.intent, second=message.second)
                )
            user, agent = message.text, ""
    return examples


@dataclass(frozen=True, slots=True)
class Sums:
    """Examples as the network takes them."""

    by_label: Array
    whole: Array
    targets: Array
    weight: Array

    def pick(self, chosen: NDArray[np.generic]) -> Sums:
        """Some of them."""
        return Sums(
            self.by_label[chosen], self.whole[chosen], self.targets[chosen], self.weight[chosen]
        )


def add_up(examples: Sequence[Example], listener: Listener) -> Sums:
    """What the heads make of each example."""
    nothing = say_nothing(len(LABELS))
    told = [
        [
            listener.hear(message) or nothing
            for message in (one.text, one.exchange.user, one.exchange.agent)
        ]
        for one in examples
    ]
    return Sums(
        np.stack([np.concatenate([said.by_label for said in each], axis=1) for each in told]),
        np.stack([np.concatenate([said.whole for said in each]) for each in told]),
        shared_hot(
            [one.intent for one in examples],
            [one.second for one in examples],
            LABELS,
            SECOND_SHARE,
        ),
        np.array([one.weight for one in examples], dtype=np.float32),
    )


def train_combiner(
    sums: Sums, *, seed: int = 6, on_pass: Callable[[], None] = lambda: None
) -> Combiner:
    """Several networks that differ by seed, averaged into one; not calibrated."""
    nets = [_train(sums, seed + turn, on_pass) for turn in range(NETWORKS)]
    share = np.float32(1.0 / NETWORKS)
    return replace(
        nets[0],
        inputs=np.concatenate([net.inputs for net in nets], axis=1),
        wholes=np.concatenate([net.wholes for net in nets], axis=1),
        units=np.concatenate([net.units for net in nets], axis=1),
        output=np.concatenate([net.output * share for net in nets]),
        direct=np.asarray(sum(net.direct * share for net in nets)),
        across=np.asarray(sum(net.across * share for net in nets)),
        bias=np.asarray(sum(net.bias * share for net in nets)),
    )


def _train(sums: Sums, seed: int, on_pass: Callable[[], None]) -> Combiner:
    """One network, by Adam with a falling rate."""
    rng = np.random.default_rng(seed)
    slots = _start(rng)
    count = len(sums.weight)
    smooth = sums.targets * np.float32(1 - _SMOOTHING) + np.float32(_SMOOTHING / len(LABELS))
    sums = replace(sums, targets=smooth)
    steps, done = PASSES * -(-count // _BATCH), 0
    for _ in range(PASSES):
        order = rng.permutation(count)
        for start in range(0, count, _BATCH):
            done += 1
            rate = _RATE * max(1.0 - done / steps, 0.02)
            rate *= float(np.sqrt(1 - 0.99**done) / (1 - 0.9**done))
            _learn(slots, sums.pick(order[start : start + _BATCH]), rate, rng)
        on_pass()
    arrays: dict[str, Any] = {name: slot.value for name, slot in slots.items()}
    return Combiner(labels=LABELS, **arrays)


def _start(rng: np.random.Generator) -> dict[str, Slot]:
    inputs, labels = MESSAGES * BY_LABEL, len(LABELS)
    narrow = 1.0 / np.sqrt(inputs + MESSAGES * WHOLE)
    direct = np.zeros(inputs)
    direct[0] = 3.0  # to begin with, a turn means what it means alone
    return {
        "inputs": Slot.of(rng.normal(0.0, narrow, (inputs, HIDDEN))),
        "wholes": Slot.of(rng.normal(0.0, narrow, (MESSAGES * WHOLE, HIDDEN))),
        "units": Slot.of(rng.normal(0.0, 0.01, (labels, HIDDEN))),
        "output": Slot.of(rng.normal(0.0, 1.0 / np.sqrt(HIDDEN), HIDDEN)),
        "direct": Slot.of(direct),
        "across": Slot.of(np.zeros((MESSAGES * labels, labels))),
        "bias": Slot.of(np.zeros(labels)),
    }


def _learn(slots: dict[str, Slot], batch: Sums, rate: float, rng: np.random.Generator) -> None:
    """One step on one batch."""
    value = {name: slot.value for name, slot in slots.items()}
    x, whole = batch.by_label, batch.whole
    before = x @ value["inputs"] + (whole @ value["wholes"])[:, None, :] + value["units"]
    kept = rng.random((len(x), 1, HIDDEN), dtype=np.float32) >= _DROPOUT
    gate = (before > 0) * (kept / np.float32(1 - _DROPOUT))
    hidden = before * gate
    flat = x[:, :, 1::BY_LABEL].swapaxes(1, 2).reshape(len(x), -1)
    scores = hidden @ value["output"] + x @ value["direct"] + flat @ value["across"] + value["bias"]
    raised = np.exp(scores - scores.max(1, keepdims=True))
    chances = raised / raised.sum(1, keepdims=True)
    error = (chances - batch.targets) * (batch.weight / len(x))[:, None]
    to_hidden = error[:, :, None] * value["output"] * gate
    gradients = {
        "inputs": x.reshape(-1, x.shape[2]).T @ to_hidden.reshape(-1, HIDDEN),
        "wholes": whole.T @ to_hidden.sum(1),
        "units": to_hidden.sum(0),
        "output": hidden.reshape(-1, HIDDEN).T @ error.ravel(),
        "direct": x.reshape(-1, x.shape[2]).T @ error.ravel(),
        "across": flat.T @ error,
        "bias": error.sum(0),
    }
    for name, gradient in gradients.items():
        decay = np.float32(_DECAY_ACROSS if name == "across" else _DECAY)
        slots[name].step((gradient + decay * value[name]).astype(np.float32), rate)


def fit_temperature(exchanges: Sequence[Exchange], listener: Listener) -> tuple[float, float]:
    """The temperature of least log loss on written turns of exchanges that were left out; and what
    share of those turns was read rightly."""
    fold = np.random.default_rng(0).integers(0, _FOLDS, len(exchanges))
    scores, targets = [], []
    for left_out in range(_FOLDS):
        kept = [one for one, at in zip(exchanges, fold, strict=True) if at != left_out]
        tried = [
            Example(one, line.text, line.intents[0])
            for one, at in zip(exchanges, fold, strict=True) if at == left_out
            for line in one.turns
        ]  # fmt: skip
        combiner = train_combiner(add_up(make_examples(kept, listener), listener))
        sums = add_up(tried, listener)
        scores.append(combiner.scores(sums.by_label, sums.whole))
        targets.append(sums.targets)
    said, meant = np.concatenate(scores), np.concatenate(targets).argmax(1)
    grid = np.geomspace(0.5, 3.0, 40)
    best = min(grid, key=lambda t: _log_loss(said / np.float32(t), meant))
    return float(best), float((said.argmax(1) == meant).mean())


def _log_loss(scores: Array, meant: NDArray[np.intp]) -> float:
    scores = scores - scores.max(1, keepdims=True)
    return float((np.log(np.exp(scores).sum(1)) - scores[np.arange(len(meant)), meant]).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, calibrate and save; prints what share of left-out turns was read rightly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=WEIGHTS, help="where the heads lie and the weights go"
    )
    options = parser.parse_args(arguments)
    listener = Listener(options.out)
    exchanges = [one for tongue in LANGUAGES for one in read_exchanges(tongue)]
    examples = make_examples(exchanges, listener)
    for tongue in LANGUAGES:
        examples += talk_examples(read_talks(tongue), tongue)
    temperature, share = fit_temperature(exchanges, listener)
    combiner = train_combiner(add_up(examples, listener))
    save_combiner(replace(combiner, temperature=temperature), options.out / "context.npz")
    turns = sum(len(one.turns) for one in exchanges)
    print(f"{len(exchanges)} exchanges with {turns} turns; {len(examples)} examples")
    print(f"turns of left-out exchanges read rightly: {100 * share:.1f} %; T = {temperature:.2f}")


if __name__ == "__main__":
    main()
