"""Asking a second upstream when the first is slow to begin: the first real token wins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from providers.errors import ProviderError
from router.errors import NobodyCanAnswerError
from router.steps.dispatch.errors import Abandoned

if TYPE_CHECKING:
    from providers.calls import Outcome
    from router.steps.dispatch.attempts import Call

T = TypeVar("T")
Run = Callable[["Call"], Awaitable[T]]


async def race(
    first: Call, run: Run[T], after_seconds: float, launch: Callable[[], Call | None]
) -> tuple[Call, T]:
    """The call that answered first, with its answer; the other one is stopped and counted as lost.

    `launch` makes the second call when the time has come, or None when nobody is free. When one
    of the two fails, the other one still may answer; when both do, the first one's error is raised.
    """
    rival = _Rival(first, run, launch)
    timer = asyncio.get_running_loop().call_later(after_seconds, rival.start)
    try:
        answer = await run(first)
    except Abandoned:
        return rival.won()
    except ProviderError:
        timer.cancel()
        answered = await rival.wait()
        if answered is None:
            raise
        return answered
    except BaseException:
        await rival.stop("cancelled")
        raise
    else:
        await rival.stop("lost")
        return first, answer
    finally:
        timer.cancel()


class _Rival(Generic[T]):
    """The second call, in a task of its own."""

    def __init__(self, first: Call, run: Run[T], launch: Callable[[], Call | None]) -> None:
        self._first = first
        self._run = run
        self._launch = launch
        self.call: Call | None = None
        self.task: asyncio.Task[T] | None = None

    def start(self) -> None:
        self.call = self._launch()
        if self.call is not None:
            self.task = asyncio.ensure_future(self._answer(self.call))
            self.task.add_done_callback(self._done)

    def won(self) -> tuple[Call, T]:
        """The rival with its answer; it is what made the first call stop."""
        assert self.call is not None
        assert self.task is not None
        return self.call, self.task.result()

    async def wait(self) -> tuple[Call, T] | None:
        """The rival's answer once the first call has failed; None when there is none."""
        if self.task is None or self.call is None:
            return None
        try:
            return self.call, await self.task
        except (ProviderError, NobodyCanAnswerError):
            return None
        except BaseException:
            await self.stop("cancelled")
            raise

    async def stop(self, fate: Outcome) -> None:
        """End the rival, running or done, and write its row."""
        if self.task is None or self.call is None:
            return
        self.call.will_be(fate)
        self.task.cancel()
        if not self.task.done():
            await asyncio.wait([self.task])
        await self.call.close(fate)

    async def _answer(self, call: Call) -> T:
        return await self._run(call)

    def _done(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled() and task.exception() is None:
            self._first.abandon()
