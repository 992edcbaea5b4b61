"""The simulated vendor: a request in, a reply out; no socket in sight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from providers.simulators.answers import Answer, make_answer
from providers.simulators.asks import Ask
from providers.simulators.faults import FAULTS, Directive, Scene
from providers.simulators.journal import Exchange, Journal
from providers.simulators.plan import FaultPlan
from providers.simulators.problems import Problem
from providers.simulators.requests import Request
from providers.simulators.settings import Pacing, Settings
from providers.simulators.steps import Kind, Reply, Step, whole_reply
from providers.simulators.wires import make_wire
from providers.simulators.wires.base import Dialect, House

ADMIN = "/__simulate"


class Vendor:
    """Answers as its wire does, struck by its plan's faults."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pacing: Pacing = settings.pacing
        self.house = House(settings)
        self.wire = make_wire(settings.wire, self.house)
        self.plan = FaultPlan(settings)
        self.journal = Journal(settings.log_size)

    def answer(self, exchange: Exchange) -> Reply:
        """The reply to one request, its fault already done to it."""
        request = exchange.request
        dialect = self.wire.dialect(request)
        try:
            if dialect is None:
                return self.wire.other(request)
            return self._chat(dialect, exchange)
        except Problem as problem:
            return (dialect or self.wire).problem(problem)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            # A body of the wrong shape, such as a number where an object belongs.
            wrong = Problem("bad_request", f"The request has the wrong shape: {error!r}.")
            return (dialect or self.wire).problem(wrong)

    def _chat(self, dialect: Dialect, exchange: Exchange) -> Reply:
        ask = dialect.read(exchange.request)
        if self.house.spend() < 0:
            raise Problem("rate_limited", headers=(("retry-after", "1"),))
        asked = self._directives(ask, exchange.request)
        answer = self._compose(ask, asked)
        chosen = self.plan.choose(asked, stream=ask.stream)
        if chosen is None:
            reply = (dialect.stream if ask.stream else dialect.whole)(ask, answer)
        else:
            self.journal.strike(exchange, str(chosen))
            reply = FAULTS[chosen.name].spoil(Scene(dialect, ask, answer, chosen))
        return reply if ask.stream else self._think(reply, answer)

    def _directives(self, ask: Ask, request: Request) -> tuple[Directive, ...]:
        header = request.headers.get("x-simulate", "")
        texts = [each.strip() for each in header.split(",") if each.strip()]
        try:
            return self.plan.aimed((*texts, *ask.directives))
        except ValueError as error:
            raise Problem("bad_request", str(error)) from error

    def _compose(self, ask: Ask, asked: tuple[Directive, ...]) -> Answer:
        length = next((each.value for each in asked if each.name == "tokens"), None)
        tokens = self.settings.answer_tokens if length is None else int(length)
        return make_answer(ask, announce=self.settings.announce, length_tokens=tokens)

    def _think(self, reply: Reply, answer: Answer) -> Reply:
        """A whole answer comes when its last token would have come."""
        pace = self.pacing
        seconds = pace.first_token_seconds
        if pace.tokens_per_second:
            seconds += answer.completion_tokens / pace.tokens_per_second
        if reply.status != 200 or seconds <= 0:
            return reply
        return reply.doing((Step(Kind.PAUSE, seconds=seconds), *reply.steps))

    def administer(self, request: Request, query: dict[str, str]) -> Reply:
        """Read the log, change the plan, start anew: what `/__simulate` is for."""
        try:
            return _json(self._administer(request, query))
        except (ValueError, TypeError, KeyError, Problem) as error:
            return _json({"error": str(error)}, 400)

    def _administer(self, request: Request, query: dict[str, str]) -> Any:
        asked = f"{request.method} {request.path.removeprefix(ADMIN)}"
        if asked == "POST ":
            self._change(request.read_json())
        elif asked == "POST /reset":
            self.plan.reset()
            self.journal.clear()
            self.pacing = self.settings.pacing
        elif asked == "GET /log":
            after = int(query.get("after", "0"))
            return {"requests": self.journal.exchanges(after), "counters": self.journal.counters()}
        elif asked != "GET ":
            raise ValueError(f"There is no {asked}; there are GET, POST, GET /log and POST /reset.")
        return self._state()

    def _change(self, body: dict[str, Any]) -> None:
        unknown = body.keys() - {"rates", "next", "pacing"}
        if unknown:
            raise ValueError(f"Unknown: {sorted(unknown)}; known are rates, next and pacing.")
        if "rates" in body:
            self.plan.set_rates(body["rates"])
        for each in body.get("next", ()):
            fault, times = (each, 1) if isinstance(each, str) else (each["fault"], each["times"])
            self.plan.queue(fault, int(times))
        if "pacing" in body:
            self.pacing = replace(self.pacing, **body["pacing"])

    def _state(self) -> dict[str, Any]:
        rates = [f"{rate.directive}:{rate.share:.4%}" for rate in self.plan.rates]
        return {
            "wire": self.settings.wire,
            "rates": rates,
            "queued": self.plan.queued,
            "counters": self.journal.counters(),
        }


def _json(value: Any, status: int = 200) -> Reply:
    return whole_reply(msgspec.json.encode(value), status=status)
