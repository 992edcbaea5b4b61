"""The dispatcher over real sockets: simulated vendors that fail, hang and die."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from providers.calls import Opened, TextDelta
from providers.errors import ProviderError, StreamBrokenError
from providers.limits import RateLimits
from providers.registry import open_provider
from providers.settings import ProviderSettings
from providers.simulators.process import LocalSimulator, serve_simulator, start_simulator
from providers.simulators.settings import INSTANT, Pacing
from router.steps.dispatch import Deployment, Dispatcher
from tests.steps.dispatch.doubles import Rows, ask, card, plan, soon, text_of
from tests.steps.dispatch.test_dispatcher import collect

MODELS = {"openai": "gpt-6-luna", "anthropic": "claude-haiku-5-5", "dashscope": "qwen3.8-flash"}


class Counted:
    """Two simulated vendors and a dispatcher over both."""

    def __init__(
        self, one: LocalSimulator, two: LocalSimulator, dispatcher: Dispatcher, limits: list[str]
    ) -> None:
        self.one = one
        self.two = two
        self.dispatcher = dispatcher
        self.limits = limits

    async def is_quiet(self) -> bool:
        """Whether neither vendor has an open request left, given a moment."""
        for _ in range(100):
            if all(not vendor.counters()["open_requests"] for vendor in (self.one, self.two)):
                return True
            await asyncio.sleep(0.02)
        return False


def deployment(name: str, wire: str, base_url: str, on_limits=None) -> Deployment:
    settings = ProviderSettings(name=wire, kind=wire, api_key="sk-simulated", base_url=base_url)
    provider = open_provider(settings, on_limits=on_limits)
    model = card(name, wire)
    object.__setattr__(model, "wire_name", MODELS[wire])
    return Deployment(name=f"{wire}/{name}", model=model, provider=provider)


@asynccontextmanager
async def vendors(wire: str = "openai", pacing: Pacing = INSTANT) -> AsyncIterator[Counted]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(serve_simulator(wire, name="one", pacing=pacing))
        two = await stack.enter_async_context(serve_simulator("openai", name="two", pacing=pacing))
        seen: list[str] = []

        def on_limits(provider: str, limits: RateLimits) -> None:
            seen.append(provider)
            dispatcher.on_limits(provider, limits)

        first = deployment("m1", wire, one.base_url, on_limits)
        second = deployment("m2", "openai", two.base_url, on_limits)
        dispatcher = Dispatcher(deployments={"m1": [first], "m2": [second]})
        stack.push_async_callback(dispatcher.close)
        stack.push_async_callback(first.provider.close)
        stack.push_async_callback(second.provider.close)
        yield Counted(one, two, dispatcher, seen)


BOTH = plan("m1", "m2", retries_per_model=0)


@pytest.mark.parametrize("wire", sorted(MODELS))
@pytest.mark.parametrize("fault", ["500", "429", "cut@before", "reset", "html", "empty", "401"])
async def test_a_vendor_that_fails_at_first_is_never_seen(wire: str, fault: str) -> None:
    async with vendors(wire) as town:
        question = f"How do refunds work? [[simulate:one/{fault}]]"
        rows = Rows()
        events = await collect(town.dispatcher, ask(question), BOTH, rows)
        assert text_of(events).endswith("under My Orders.")
        assert rows.story() == [("primary", "m1", "failed"), ("fallback", "m2", "answered")]


@pytest.mark.parametrize("wire", sorted(MODELS))
async def test_a_cut_answer_is_an_error_or_goes_on_where_it_stopped(wire: str) -> None:
    async with vendors(wire) as town:
        question = "How do refunds work? [[simulate:one/cut@after]]"
        with pytest.raises(StreamBrokenError):
            await collect(town.dispatcher, ask(question), BOTH, Rows())
        goes_on = plan("m1", "m2", retries_per_model=0, on_break="continue")
        rows = Rows()
        events = await collect(town.dispatcher, ask(question), goes_on, rows)
        whole = await collect(town.dispatcher, ask("How do refunds work?"), plan("m2"), Rows())
        assert text_of(events) == text_of(whole)
        assert [event.seam for event in events if isinstance(event, Opened)] == [False, True]


@pytest.mark.parametrize("stream", [True, False])
async def test_clients_that_vanish_leave_nothing_behind(stream: bool) -> None:
    async with vendors(pacing=Pacing(first_token_seconds=0.0, tokens_per_second=20.0)) as town:
        rows = [Rows() for _ in range(100)]

        async def visit(mine: Rows) -> None:
            if not stream:
                await town.dispatcher.complete(ask("refund?"), plan("m1"), mine, deadline=soon(30))
                return
            events = town.dispatcher.stream(ask("refund?"), plan("m1"), mine, deadline=soon(30))
            for _ in range(4):
                await anext(events)
            await events.aclose()

        before = len(asyncio.all_tasks())
        visits = [asyncio.create_task(visit(mine)) for mine in rows]
        if stream:
            await asyncio.gather(*visits)
        else:
            while town.one.counters()["requests"] < len(rows):
                await asyncio.sleep(0.02)
            for each in visits:
                each.cancel()
            await asyncio.gather(*visits, return_exceptions=True)
        assert await town.is_quiet()
        gc.collect()
        assert town.one.counters()["disconnected"] == len(rows)
        stories = {mine.story()[0] for mine in rows}
        assert stories == {("primary", "m1", "cancelled")}
        assert all(mine.finished[0].usage.estimated for mine in rows)
        upstream = town.dispatcher._by_name["openai/m1"]
        assert upstream.limiter.in_flight == 0
        visiting = [task for task in asyncio.all_tasks() if task.get_coro().__name__ == "visit"]
        assert visiting == []
        assert len(asyncio.all_tasks()) <= before + 200, "the simulator's own connections only"


async def test_an_upstream_that_is_killed_again_and_again_never_gives_half_an_answer() -> None:
    pace = Pacing(first_token_seconds=0.0, tokens_per_second=300.0)
    doomed = await asyncio.to_thread(start_simulator, "openai", pacing=pace)
    port = doomed.port
    async with serve_simulator("openai", pacing=pace) as steady:
        one = deployment("m1", "openai", doomed.base_url)
        two = deployment("m2", "openai", steady.base_url)
        dispatcher = Dispatcher(deployments={"m1": [one], "m2": [two]})
        goes_on = plan("m1", "m2", retries_per_model=0, on_break="continue")
        whole = text_of(await collect(dispatcher, ask("refund?"), plan("m2"), Rows()))
        texts: list[str] = []
        errors: list[ProviderError] = []

        async def visit() -> None:
            for _ in range(6):
                try:
                    events = await collect(dispatcher, ask("refund?"), goes_on, Rows(), soon(20))
                    texts.append(text_of(events))
                except ProviderError as error:
                    errors.append(error)

        visits = [asyncio.create_task(visit()) for _ in range(20)]
        for _ in range(2):
            await asyncio.sleep(0.4)
            doomed.kill()
            doomed = await asyncio.to_thread(start_simulator, "openai", pacing=pace, port=port)
        await asyncio.gather(*visits)
        doomed.stop()
        assert doomed._child.returncode in (0, -signal.SIGTERM)
        assert errors == []
        assert set(texts) == {whole}
        await dispatcher.close()
        await one.provider.close()
        await two.provider.close()


async def test_rate_limit_headers_are_heard() -> None:
    async with vendors() as town:
        events = await collect(town.dispatcher, ask("refund?"), plan("m1"), Rows())
        assert any(isinstance(event, TextDelta) for event in events)
        assert town.limits == ["openai"]
