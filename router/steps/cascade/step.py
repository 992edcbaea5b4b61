"""Ask a cheap model first, hold its answer until it is judged, and ask a stronger one if it fails."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import structs

from policies.decision import Plan, Reason
from prompts.library import Library, shipped
from providers.calls import Completion, Deadline, StreamEvent
from providers.errors import ContentFilteredError, ProviderError, RefusedError
from providers.messages import ChatRequest
from router.steps.cascade.answer import of_completion, of_events
from router.steps.cascade.judges import FAILURES, Bench, Case, Verdict
from router.steps.cascade.line import Line

_ANSWERING_SHARE = 0.9
"""Of a stream's time to its first token; the rest is left for judging."""


class Cascade:
    """Answers requests whose plan has a cascade, streamed or whole."""

    def __init__(self, library: Library | None = None) -> None:
        self._bench = Bench(library or shipped())

    async def stream(
        self, request: ChatRequest, plan: Plan, language: str, line: Line
    ) -> AsyncGenerator[StreamEvent, None]:
        """The first answer once it is judged good enough, all at once; else the next one as it comes.

        First answer and judgement together have the plan's time to a first token, so a caller
        never waits longer for the first word than without a cascade, the escalation's own aside.

        Raises:
            ProviderError: nobody could answer.
            StreamBrokenError: the next answer broke after it began.
        """
        if _is_many(request):
            async with aclosing(
                line.stream(request, structs.replace(plan, cascade=None))
            ) as events:
                async for event in events:
                    yield event
            return
        limit = line.deadline.within(plan.terms.first_token_seconds)
        case, others = _open(request, plan, language, limit)
        held: list[StreamEvent] = []
        failed: BaseException | None = None
        try:
            answers = aclosing(line.stream(request, case.plan, deadline=_answering(limit)))
            async with answers as events:
                held = [event async for event in events]
            verdict = await self._bench.judge(of_events(held), case, line)
        except FAILURES as error:
            failed, verdict = error, _failed(error, plan)
        if not _tell(verdict, line):
            answers = aclosing(line.stream(request, _rest(others, line), role="fallback"))
            async with answers as events:
                try:
                    opened = await anext(events)
                except FAILURES as error:
                    if not held:
                        raise _whole_story(failed, error, line) from failed
                    _tell_kept(verdict, error, line)
                else:
                    yield opened
                    async for event in events:
                        yield event
                    return
        for event in held:
            yield event

    async def complete(
        self, request: ChatRequest, plan: Plan, language: str, line: Line
    ) -> Completion:
        """The first answer if it is judged good enough, else the next one.

        First answer and judgement together have half of what is left of the deadline.

        Raises:
            ProviderError: nobody could answer.
        """
        if _is_many(request):
            return await line.complete(request, structs.replace(plan, cascade=None))
        limit = line.deadline.within(line.deadline.left() / 2)
        case, others = _open(request, plan, language, limit)
        held: Completion | None = None
        failed: BaseException | None = None
        try:
            held = await line.complete(request, case.plan, deadline=_answering(limit))
            verdict = await self._bench.judge(of_completion(held), case, line)
        except FAILURES as error:
            failed, verdict = error, _failed(error, plan)
        if _tell(verdict, line) and held is not None:
            return held
        try:
            return await line.complete(request, _rest(others, line), role="fallback")
        except FAILURES as error:
            if held is None:
                raise _whole_story(failed, error, line) from failed
            _tell_kept(verdict, error, line)
            return held


def _is_many(request: ChatRequest) -> bool:
    """Several answers at once cannot be judged as one."""
    return request.n > 1


def _open(request: ChatRequest, plan: Plan, language: str, limit: Deadline) -> tuple[Case, Plan]:
    """The case of the first answer, and the plan behind it."""
    cascade = plan.cascade
    assert cascade is not None
    seats = (plan.primary, *plan.fallbacks)
    first = [seat for seat in seats if seat.model in cascade.first]
    others = [seat for seat in seats if seat.model not in cascade.first]
    ahead = structs.replace(plan, primary=first[0], fallbacks=tuple(first[1:]), cascade=None)
    case = Case(
        request=request,
        plan=_allow(ahead, plan.terms.max_attempts // 2),
        judges=cascade.judges,
        language=language,
        deadline=limit,
        seconds=cascade.judge_seconds,
    )
    return case, structs.replace(plan, primary=others[0], fallbacks=tuple(others[1:]), cascade=None)


def _answering(limit: Deadline) -> Deadline:
    return limit.within(_ANSWERING_SHARE * limit.left())


def _rest(others: Plan, line: Line) -> Plan:
    """The plan behind, with the calls that the request may still make."""
    return _allow(others, others.terms.max_attempts - line.tries)


def _allow(plan: Plan, calls: int) -> Plan:
    """The plan with so many calls; one at least."""
    terms = dataclasses.replace(plan.terms, max_attempts=max(1, calls))
    return structs.replace(plan, terms=terms)


def _failed(error: BaseException, plan: Plan) -> Verdict:
    """The verdict on a first leg without an answer; raises what would fail everywhere."""
    if isinstance(error, RefusedError):
        is_filtered = isinstance(error, ContentFilteredError)
        if not (is_filtered and plan.terms.filtered_elsewhere):
            raise error
    return Verdict(False, f"there is none ({type(error).__name__})", is_judged=False)


def _whole_story(earlier: BaseException | None, error: BaseException, line: Line) -> BaseException:
    """The error of a request that nobody answered: what the calls of both legs came to."""
    if isinstance(earlier, ProviderError) and isinstance(error, ProviderError):
        return line.join(earlier, error)
    return error


def _tell(verdict: Verdict, line: Line) -> bool:
    if verdict.holds and not verdict.is_judged:
        said = f"cascade: the first answer is given out unjudged: {verdict.why}"
        line.tell(Reason(said, True), "")
    elif verdict.holds:
        line.tell(Reason(f"cascade: the first answer is kept: {verdict.why}", True), "kept")
    else:
        said = f"cascade: the first answer is not given out: {verdict.why}"
        remark = f"escalated: {verdict.why}"
        line.tell(Reason(said, False), remark, stands_in=not verdict.is_judged)
    return verdict.holds


def _tell_kept(verdict: Verdict, error: BaseException, line: Line) -> None:
    """A whole answer that was doubted is better than none."""
    said = f"cascade: nobody else could answer ({type(error).__name__}), so it is given out"
    line.tell(Reason(said, True), f"kept, though {verdict.why}", stands_in=True)
