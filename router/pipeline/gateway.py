"""The journey of one chat request, from a door to a model and back.

Read `prepare` and then `stream` (or `complete`) downwards: this is the whole of it. Each step is a
stranger to the others; only this file knows their order.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING

import msgspec

from policies.bounds import NOTHING_EARLIER
from policies.signals import Surroundings
from providers.calls import Completion, Deadline, Opened, UsageReport
from router.errors import (
    BudgetExhaustedError,
    EverybodyLimitedError,
    EverybodyRestsError,
    NobodyCanAnswerError,
)
from router.pipeline.calls import (
    AS_IT_IS,
    Answer,
    Call,
    Journey,
    Refused,
    Served,
    Supposed,
    Understood,
)
from router.pipeline.line import Line
from router.steps.cache import gather, play
from router.steps.records import exhausted

if TYPE_CHECKING:
    from policies.bounds import Earlier
    from policies.consulting import Consultation
    from policies.decision import Reason
    from policies.signals import Caller, Signals
    from providers.calls import StreamEvent
    from router.steps.access import Identity
    from router.steps.cache import AnswerCache, Found
    from router.steps.cascade import Cascade
    from router.steps.dispatch import Dispatcher
    from router.steps.planning import Planner
    from router.steps.privacy import Masked, Privacy
    from router.steps.prompting import Prompting
    from router.steps.records import Budgets, Record, Records, Settled
    from router.steps.second_opinion import SecondOpinion
    from router.steps.understanding import Understanding


class Gateway:
    """Answers chat requests; built once by the wiring, used by every door."""

    def __init__(
        self,
        *,
        identity: Identity,
        privacy: Privacy,
        understanding: Understanding,
        second_opinion: SecondOpinion,
        planner: Planner,
        prompting: Prompting,
        cache: AnswerCache,
        dispatcher: Dispatcher,
        cascade: Cascade,
        records: Records,
        budgets: Budgets,
    ) -> None:
        self._identity = identity
        self._privacy = privacy
        self._understanding = understanding
        self._second_opinion = second_opinion
        self._planner = planner
        self._prompting = prompting
        self._cache = cache
        self._dispatcher = dispatcher
        self._cascade = cascade
        self._records = records
        self._budgets = budgets

    async def prepare(self, call: Call) -> Journey:
        """Understand and decide one request; stream or complete the journey next.

        A model is called only where the policy wants one to read the request first. A request
        that nobody may answer is kept with why, and raised.
        """
        read = self._read(call)
        try:
            journey = self._decide(call, read, self._surroundings(read.caller))
        except NobodyCanAnswerError as error:
            self._keep_refusal(call, read, error)
            raise
        if self._planner.may_inquire:
            return await self._decide_with_help(call, read, journey)
        return journey

    def consider(self, call: Call, supposed: Supposed = AS_IT_IS) -> Journey | Refused:
        """What would be decided about a request, with why each earlier rule did not hold.

        Nobody is called: where a model would be asked first, the reasons say so.
        """
        read = self._read(call)
        around = supposed.change(self._surroundings(read.caller))
        asked = self._inquire(call, read, around)
        why = () if asked is None else (asked.why,)
        try:
            journey = self._decide(call, read, around, before=why, thorough=True, supposed=supposed)
        except NobodyCanAnswerError as error:
            if error.refusal is None:
                raise
            return Refused(call.request_id, call.request.model, read.signals, error.refusal, error)
        plan = journey.plan
        if plan.terms.cache:
            look = self._cache.foresee if supposed.is_elsewhere else self._cache.look_up
            reasons = (*plan.reasons, look(journey).reason)
            plan = msgspec.structs.replace(plan, reasons=reasons)
        return msgspec.structs.replace(journey, plan=plan)

    def _read(self, call: Call) -> Understood:
        began = time.monotonic()
        asked = call.request
        caller = self._identity.identify(
            call.credential, call.hints, asked.model, metadata=call.metadata
        )
        masked = self._privacy.mask(asked, scope=_scope(caller))
        signals = self._understanding.read(masked.request, masked.findings.kinds)
        return Understood(caller, masked, self._weigh(signals, caller, masked), began)

    def _weigh(self, signals: Signals, caller: Caller, masked: Masked) -> Signals:
        """The signals with what models are worth on the request, and what prompts of ours would add."""
        measured = self._prompting.measure(self._planner.prompts, signals, caller, masked.request)
        return self._planner.weigh(signals, measured)

    def _inquire(self, call: Call, read: Understood, around: Surroundings) -> Consultation | None:
        return self._planner.inquire(read.signals, read.caller, around, call.request.model)

    def _decide(
        self,
        call: Call,
        read: Understood,
        around: Surroundings,
        *,
        before: tuple[Reason, ...] = (),
        also: Earlier = NOTHING_EARLIER,
        thorough: bool = False,
        supposed: Supposed = AS_IT_IS,
    ) -> Journey:
        signals, caller, masked = read.signals, read.caller, read.masked
        requested = call.request.model
        try:
            plan = self._planner.plan(
                signals, caller, around, requested, thorough=thorough, also=also
            )
        except NobodyCanAnswerError as error:
            raise self._retell(error, caller, before, supposed) from error.__cause__
        if before:
            plan = msgspec.structs.replace(plan, reasons=(*before, *plan.reasons))
        request = self._prompting.apply(plan, signals, caller, masked.request)
        seconds = plan.terms.deadline_seconds
        if call.deadline_seconds is not None:
            seconds = min(seconds, call.deadline_seconds)
        return Journey(
            request_id=call.request_id,
            requested=requested,
            request=request,
            caller=caller,
            signals=signals,
            plan=plan,
            vault=masked.vault,
            deadline=Deadline(read.began + seconds),
            cache_wish=call.cache_wish,
        )

    async def _decide_with_help(self, call: Call, read: Understood, journey: Journey) -> Journey:
        """Decide anew with a model's reading where the policy wants one.

        The first decision says what the model may be asked at all and opens the record that its
        call is written into; what the policy's constraints asked for then still holds afterwards.
        """
        asked = self._inquire(call, read, self._surroundings(read.caller))
        if asked is None:
            return journey
        with ExitStack() as unfinished:
            record = unfinished.enter_context(self._open(journey))
            line = Line(self._dispatcher, journey, record)
            opinion = await self._second_opinion.improve(
                read.signals, read.masked.request, asked, line.read, deadline=journey.deadline
            )
            # The model may take it for easier or harder than our reader did.
            signals = self._weigh(opinion.signals, read.caller, read.masked)
            read = msgspec.structs.replace(read, signals=signals)
            before = (opinion.reason,)
            try:
                around = self._surroundings(read.caller, record)
                again = self._decide(call, read, around, before=before, also=asked.earlier)
            except NobodyCanAnswerError as error:
                if error.refusal is not None:
                    record.refuse(read.signals, error.refusal, error.status)
                raise
            record.redecide(again.signals, again.plan)
            unfinished.pop_all()
        return msgspec.structs.replace(again, record=record)

    async def stream(self, journey: Journey) -> AsyncGenerator[Answer, None]:
        """The answer as it comes: `Served` first, then tokens, `Settled` last.

        Nothing is yielded before some model's first real token; whatever fails until then is
        raised instead. Closing the generator stops the upstream call.
        """
        usage = None
        heard: list[StreamEvent] = []
        with journey.record or self._open(journey) as record:
            found = self._look_up(journey, record) if journey.plan.terms.cache else None
            async with aclosing(self._events(journey, record, found, heard)) as events:
                async for event in self._privacy.restore(events, journey.vault):
                    if type(event) is UsageReport:
                        usage = event.usage
                    elif type(event) is Opened and not event.seam:
                        yield Served(
                            event.model,
                            event.provider,
                            record.attempts,
                            record.remark,
                            record.row.cache,
                            event.ignored,
                        )
                    else:
                        yield event
            settled = record.settle(usage)
        if found is not None:
            self._keep(journey, found, gather(heard), settled)
        yield settled

    async def complete(self, journey: Journey) -> tuple[Completion, Settled]:
        """The whole answer at once, with its bill."""
        with journey.record or self._open(journey) as record:
            found = self._look_up(journey, record) if journey.plan.terms.cache else None
            if found is not None and found.kept is not None:
                masked = found.kept.completion
            else:
                masked = await self._ask(journey, record)
            completion = self._privacy.restore_completion(masked, journey.vault)
            settled = record.settle(completion.usage)
        if found is not None:
            self._keep(journey, found, masked, settled)
        return completion, settled

    def _events(
        self, journey: Journey, record: Record, found: Found | None, heard: list[StreamEvent]
    ) -> AsyncGenerator[StreamEvent, None]:
        """The masked answer as it comes, from the cache or from a model; `heard` takes what is to be kept."""
        if found is not None and found.kept is not None:
            return play(found.kept.completion)
        line = Line(self._dispatcher, journey, record)
        if journey.plan.cascade is None:
            events = line.stream(journey.request, journey.plan)
        else:
            events = self._cascade.stream(
                journey.request, journey.plan, journey.signals.language, line
            )
        return _overhear(events, heard) if found is not None and found.key else events

    async def _ask(self, journey: Journey, record: Record) -> Completion:
        """The masked answer at once, from a model."""
        line = Line(self._dispatcher, journey, record)
        if journey.plan.cascade is None:
            return await line.complete(journey.request, journey.plan)
        return await self._cascade.complete(
            journey.request, journey.plan, journey.signals.language, line
        )

    def _look_up(self, journey: Journey, record: Record) -> Found:
        found = self._cache.look_up(journey)
        if found.kept is None:
            record.tell_cache(found.reason, found.word)
        else:
            answer = found.kept.completion
            record.tell_cache(
                found.reason,
                found.word,
                model=answer.model,
                provider=answer.provider,
                saved_usd=found.kept.price_usd,
            )
        return found

    def _keep(
        self, journey: Journey, found: Found, answer: Completion | None, settled: Settled
    ) -> None:
        self._cache.keep(
            found, journey.plan, answer, settled.price_usd, stands_in=settled.stands_in
        )

    def _retell(
        self,
        error: NobodyCanAnswerError,
        caller: Caller,
        before: tuple[Reason, ...],
        supposed: Supposed,
    ) -> NobodyCanAnswerError:
        """The error with what is known of why: how the budget stands, how long everybody rests.

        The earlier reasons go in front of its own.
        """
        is_real = supposed.budget_left_usd is None
        standing = self._budgets.standing(caller.key_name) if is_real else None
        told = error
        if isinstance(error, BudgetExhaustedError) and standing is not None:
            told = exhausted(caller.key_name, standing, error.message)
        elif isinstance(error, EverybodyRestsError):
            if self._dispatcher.are_rate_limited(error.models):
                told = EverybodyLimitedError(error.message, error.models)
            told.retry_after_seconds = self._dispatcher.soonest(error.models)
        if error.refusal is not None:
            reasons = (*before, *error.refusal.reasons)
            told.refusal = msgspec.structs.replace(
                error.refusal, refused=told.message, reasons=reasons
            )
        return told

    def _keep_refusal(self, call: Call, read: Understood, error: NobodyCanAnswerError) -> None:
        if error.refusal is not None:
            requested, caller, signals = call.request.model, read.caller, read.signals
            self._records.refuse(
                call.request_id, requested, caller, signals, error.refusal, error.status
            )

    def _open(self, journey: Journey) -> Record:
        return self._records.open(journey, answers=journey.request.n)

    def _surroundings(self, caller: Caller, record: Record | None = None) -> Surroundings:
        """The world as this caller's next call finds it; `record` is what its request has spent."""
        left = self._budgets.left(caller.key_name) if record is None else record.budget_left_usd
        return Surroundings(
            now=datetime.datetime.now(datetime.UTC),
            health=self._dispatcher.health(),
            budget_left_usd=left,
            load=self._dispatcher.load(),
        )


async def _overhear(
    events: AsyncGenerator[StreamEvent, None], heard: list[StreamEvent]
) -> AsyncGenerator[StreamEvent, None]:
    """The same events, each noted as it passes."""
    async with aclosing(events):
        async for event in events:
            heard.append(event)
            yield event


def _scope(caller: Caller) -> str:
    """Whose placeholders: one conversation of one key's user keeps them over its turns.

    Two keys never share a vault, whatever their users are called.
    """
    if not caller.session:
        return ""
    return "\x1f".join((caller.key_name, caller.tenant, caller.user, caller.session))
