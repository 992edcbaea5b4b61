"""One generation on its way through the model: what has run, what was said, what may be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_models.engine import Done, EndReason, Piece, Sampling
from local_models.llama_cpp import Row
from local_models.text import TextJoiner

Sink = Callable[[Piece | Done | Exception], None]


class Runner(Protocol):
    """A loaded model that runs rows of tokens for several sequences; used from one thread."""

    slots: int
    window_tokens: int
    batch_tokens: int

    @property
    def chat_template(self) -> str | None: ...
    @property
    def control_texts(self) -> tuple[str, ...]: ...

    def tokenize(self, text: str) -> list[int]: ...
    def piece(self, token: int) -> bytes: ...
    def ends_turn(self, token: int) -> bool: ...
    def run(self, rows: Sequence[Row]) -> bool: ...
    def keep(self, slot: int, tokens: int) -> bool: ...
    def new_sampler(self, sampling: Sampling) -> Any: ...
    def sample(self, sampler: Any, row: int) -> int: ...
    def free_sampler(self, sampler: Any) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class Job:
    """What was asked for, and where its pieces go. `is_cancelled` may be set from any thread."""

    prompt: list[int]
    sampling: Sampling
    max_tokens: int
    stop: tuple[str, ...]
    sink: Sink
    is_cancelled: bool = False


@dataclass(slots=True)
class Slot:
    """One sequence of the model's memory and the tokens it holds."""

    number: int
    tokens: list[int] = field(default_factory=list)
    used_at: int = 0
    """The step of its last use; the longest unused is taken first."""


class Stream:
    """A job that has a slot. `tokens` is prompt and answer; the slot's tokens are those that ran."""

    def __init__(self, job: Job, slot: Slot, sampler: Any, cached: int) -> None:
        self.job = job
        self.slot = slot
        self.sampler = sampler
        self.ended = False
        self._tokens = list(job.prompt)
        self._cached = cached
        self._generated = 0
        self._joiner = TextJoiner(job.stop)

    @property
    def pending(self) -> int:
        """Tokens that have to run before the next one can be chosen."""
        return len(self._tokens) - len(self.slot.tokens)

    def rows(self, count: int) -> list[Row]:
        """The next `count` tokens to run; the very last one asks for scores."""
        start = len(self.slot.tokens)
        last = len(self._tokens) - 1
        chosen = self._tokens[start : start + count]
        self.slot.tokens.extend(chosen)
        return [
            Row(token, position, self.slot.number, position == last)
            for position, token in enumerate(chosen, start)
        ]

    def take(self, token: int, runner: Runner) -> None:
        """Add the chosen token: show its text, and end where the model, a stop or a limit says so."""
        if runner.ends_turn(token):
            self._end("stop")
            return
        self._tokens.append(token)
        self._generated += 1
        self._show(self._joiner.feed(runner.piece(token)))
        if self._joiner.stopped:
            self._end("stop")
        elif self._generated >= self.job.max_tokens or len(self._tokens) >= runner.window_tokens:
            self._end("length")

    def fail(self, error: Exception) -> None:
        """End with an error."""
        self.ended = True
        self.job.sink(error)

    def _show(self, text: str) -> None:
        if text:
            self.job.sink(Piece(text, self._generated))

    def _end(self, reason: EndReason) -> None:
        self._show(self._joiner.finish())
        self.ended = True
        done = Done(
            reason="stop" if self._joiner.stopped else reason,
            prompt_tokens=len(self.job.prompt),
            cached_tokens=self._cached,
            completion_tokens=self._generated,
        )
        self.job.sink(done)


def common_start(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens both begin with."""
    size = min(len(first), len(second))
    return next((at for at in range(size) if first[at] != second[at]), size)


def share_out(budget: int, wishes: Sequence[int]) -> list[int]:
    """Split a budget evenly over wishes, in order; what one does not need goes to the later ones."""
    shares = []
    for index, wish in enumerate(wishes):
        share = min(wish, max(1, budget // (len(wishes) - index))) if budget > 0 else 0
        shares.append(share)
        budget -= share
    return shares
