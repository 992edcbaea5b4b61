"""Continuous batching: many streams share one model, joining and leaving between its steps.

Every step runs one token of each stream that is generating, and fills up with the prompts of those
that are still reading, in equal shares. A worker thread owns the model; answers reach their tasks
through the event loop. A new stream takes the free slot whose memory shares the longest start with
its prompt, so a system prompt or an earlier turn is not read twice.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any

from local_models import grammars
from local_models.engine import Done, Piece, Sampling
from local_models.errors import (
    EngineBusyError,
    EngineStoppedError,
    LocalModelError,
    PromptTooLongError,
)
from local_models.streams import Job, Runner, Slot, Stream, common_start, share_out

STEP_SECONDS = 0.08
"""Long prompts are read in bites of about this long, so that other streams (and cancellation)
never wait longer than one bite."""
LEAST_BITE_TOKENS = 16
_logger = logging.getLogger(__name__)
Event = Piece | Done | Exception


class Scheduler:
    """An `Engine` over a `Runner`: `generate` may be called by any number of tasks."""

    def __init__(
        self,
        runner: Runner,
        *,
        name: str = "local",
        max_waiting: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.window_tokens = runner.window_tokens
        self.chat_template = runner.chat_template
        self.control_texts = runner.control_texts
        self._runner = runner
        self._max_waiting = max_waiting
        self._clock = clock
        self._slots = [Slot(number) for number in range(runner.slots)]
        self._waiting: deque[Job] = deque()
        self._active: list[Stream] = []
        self._bite_tokens = min(64, runner.batch_tokens)
        self._steps = 0
        self._unfinished = 0
        """Requests whose tasks still listen, running or waiting."""
        self._wake = threading.Condition()
        self._is_closing = False
        self._why_stopped = "closed"
        self._thread = threading.Thread(target=self._work, name=f"model-{name}", daemon=True)
        self._thread.start()
        atexit.register(self._shut)

    @property
    def load(self) -> tuple[int, int]:
        """Streams that run and requests that wait, just now."""
        return len(self._active), len(self._waiting)

    @property
    def steps(self) -> int:
        """Steps of the model so far: it stands still when nobody asks."""
        return self._steps

    def count(self, text: str) -> int:
        """How many tokens the text has."""
        self._check_open()
        return len(self._runner.tokenize(text))

    def grammar_for(self, schema: Any) -> str:
        """GBNF for JSON that follows the schema."""
        return grammars.json_schema(schema)

    async def generate(
        self,
        prompt: str,
        *,
        sampling: Sampling,
        max_tokens: int | None = None,
        stop: tuple[str, ...] = (),
    ) -> AsyncGenerator[Piece | Done, None]:
        """Continue the prompt; see `Engine.generate`."""
        self._check_open()
        tokens = self._runner.tokenize(prompt)
        room = self.window_tokens - len(tokens)
        if room < 1 or not tokens:
            raise PromptTooLongError(len(tokens), self.window_tokens)
        inbox: asyncio.Queue[Event] = asyncio.Queue()
        limit = room if max_tokens is None else min(room, max_tokens)
        job = Job(tokens, sampling, max(1, limit), stop, _sink(inbox))
        self._submit(job)
        try:
            while True:
                event = await inbox.get()
                if isinstance(event, Exception):
                    raise event
                yield event
                if isinstance(event, Done):
                    return
        finally:
            self._leave(job)

    async def close(self) -> None:
        """End all work, wait for the worker and free the model; may be called twice."""
        await asyncio.to_thread(self._shut)

    def _check_open(self) -> None:
        if self._is_closing:
            raise EngineStoppedError(f"The local model {self.name!r} is {self._why_stopped}.")

    def _submit(self, job: Job) -> None:
        with self._wake:
            self._check_open()
            if self._unfinished >= len(self._slots) + self._max_waiting:
                raise EngineBusyError(self._unfinished - len(self._slots))
            self._unfinished += 1
            self._waiting.append(job)
            self._wake.notify()

    def _leave(self, job: Job) -> None:
        with self._wake:
            job.is_cancelled = True
            self._unfinished -= 1
            self._wake.notify()

    def _shut(self) -> None:
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        self._thread.join()
        atexit.unregister(self._shut)

    def _work(self) -> None:
        """The worker's whole life: the only place that touches the model's memory."""
        try:
            while self._wait_for_work():
                self._step()
        except Exception:  # the thread's outermost frame: whoever waits must be told
            self._why_stopped = "stopped after an internal error; see the log"
            _logger.exception("The local model %r stopped", self.name)
        finally:
            self._end_all()

    def _wait_for_work(self) -> bool:
        with self._wake:
            while not (self._waiting or self._active or self._is_closing):
                self._wake.wait()
            return not self._is_closing

    def _end_all(self) -> None:
        with self._wake:
            self._is_closing = True
            left = [*self._waiting]
            self._waiting.clear()
        error = EngineStoppedError(f"The local model {self.name!r} was {self._why_stopped}.")
        for stream in self._active:
            stream.fail(error)
            self._runner.free_sampler(stream.sampler)
        self._active.clear()
        for job in left:
            job.sink(error)
        self._runner.close()

    def _step(self) -> None:
        self._drop_ended()
        self._admit()
        if not self._active:
            return
        bites = self._bites()
        began = self._clock()
        chosen = [(stream, stream.rows(bite)) for stream, bite in bites if bite > 0]
        rows = [row for _, part in chosen for row in part]
        if not self._runner.run(rows):
            self._fail_streams([stream for stream, _ in chosen])
            return
        self._steps += 1
        self._resize_bite(len(rows), self._clock() - began)
        row_number = -1
        for stream, part in chosen:
            row_number += len(part)
            stream.slot.used_at = self._steps
            if part[-1].wants_scores and not stream.job.is_cancelled:
                stream.take(self._runner.sample(stream.sampler, row_number), self._runner)

    def _drop_ended(self) -> None:
        kept = []
        for stream in self._active:
            if stream.ended or stream.job.is_cancelled:
                self._runner.free_sampler(stream.sampler)
            else:
                kept.append(stream)
        self._active = kept

    def _admit(self) -> None:
        while (slots := self._free_slots()) and (job := self._next_job()):
            self._start(job, slots)

    def _free_slots(self) -> list[Slot]:
        taken = {stream.slot.number for stream in self._active}
        return [slot for slot in self._slots if slot.number not in taken]

    def _next_job(self) -> Job | None:
        with self._wake:
            while self._waiting:
                job = self._waiting.popleft()
                if not job.is_cancelled:
                    return job
        return None

    def _start(self, job: Job, slots: list[Slot]) -> None:
        try:
            sampler = self._runner.new_sampler(job.sampling)
        except LocalModelError as error:
            job.sink(error)
            return
        slot = max(slots, key=lambda s: (common_start(s.tokens, job.prompt), -s.used_at))
        # The last token of the prompt always runs: its scores choose the first of the answer.
        shared = min(common_start(slot.tokens, job.prompt), len(job.prompt) - 1)
        if not self._runner.keep(slot.number, shared):
            self._runner.keep(slot.number, 0)
            shared = 0
        slot.tokens = job.prompt[:shared]
        self._active.append(Stream(job, slot, sampler, shared))

    def _bites(self) -> list[tuple[Stream, int]]:
        """How many tokens each stream may run now: speakers one, readers equal shares of a bite."""
        speaking = [stream for stream in self._active if stream.pending == 1]
        reading = [stream for stream in self._active if stream.pending > 1]
        budget = min(self._bite_tokens, self._runner.batch_tokens - len(speaking))
        shares = share_out(budget, [stream.pending for stream in reading])
        return [(stream, 1) for stream in speaking] + list(zip(reading, shares, strict=True))

    def _resize_bite(self, tokens: int, seconds: float) -> None:
        if tokens > LEAST_BITE_TOKENS:  # a step of a few rows says nothing about long ones
            fitting = int(tokens * STEP_SECONDS / max(seconds, 1e-4))
            aimed = (self._bite_tokens + fitting) // 2
            self._bite_tokens = max(LEAST_BITE_TOKENS, min(aimed, self._runner.batch_tokens))

    def _fail_streams(self, streams: list[Stream]) -> None:
        for stream in streams:
            stream.fail(EngineStoppedError("llama.cpp could not run the model's next step."))
            self._runner.keep(stream.slot.number, 0)
            stream.slot.tokens = []


def _sink(inbox: asyncio.Queue[Event]) -> Callable[[Event], None]:
    """What hands an event from the worker to the task; a loop that is gone wants nothing."""
    loop = asyncio.get_running_loop()

    def send(event: Event) -> None:
        try:
            loop.call_soon_threadsafe(inbox.put_nowait, event)
        except RuntimeError:
            _logger.debug("An event loop closed before its generation ended.")

    return send
