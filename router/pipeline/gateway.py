"""The journey of one chat request, from a door to a model and back.

Read `prepare` and then `stream` (or `complete`) downwards: this is the whole of it. Each step is a
stranger to the others; only this file knows their order.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from policies.signals import Surroundings
from providers.calls import Completion, Deadline, Opened, UsageReport
from router.pipeline.calls import Answer, Call, Journey, Served

if TYPE_CHECKING:
    from policies.signals import Caller
    from router.steps.access import Identity
    from router.steps.dispatch import Dispatcher
    from router.steps.planning import Planner
    from router.steps.privacy import Privacy
    from router.steps.prompting import Prompting
    from router.steps.records import Records, Settled
    from router.steps.understanding import Understanding


class Gateway:
    """Answers chat requests; built once by the wiring, used by every door."""

    def __init__(
        self,
        *,
        identity: Identity,
        privacy: Privacy,
        understanding: Understanding,
        planner: Planner,
        prompting: Prompting,
        dispatcher: Dispatcher,
        records: Records,
    ) -> None:
        self._identity = identity
        self._privacy = privacy
        self._understanding = understanding
        self._planner = planner
        self._prompting = prompting
        self._dispatcher = dispatcher
        self._records = records

    def prepare(self, call: Call, *, thorough: bool = False) -> Journey:
        """Understand and decide one request, without calling anyone.

        `thorough` also says why each earlier rule did not hold: for explaining.
        """
        asked = call.request
        caller = self._identity.identify(
            call.credential, call.hints, asked.model, metadata=call.metadata
        )
        masked = self._privacy.mask(asked, scope=_scope(caller))
        signals = self._understanding.read(masked.request, masked.findings.kinds)
        plan = self._planner.plan(
            signals, caller, self._surroundings(), asked.model, thorough=thorough
        )
        request = self._prompting.apply(plan, signals, caller, masked.request)
        seconds = plan.terms.deadline_seconds
        if call.deadline_seconds is not None:
            seconds = min(seconds, call.deadline_seconds)
        return Journey(
            request_id=call.request_id,
            requested=asked.model,
            request=request,
            caller=caller,
            signals=signals,
            plan=plan,
            vault=masked.vault,
            deadline=Deadline.after(seconds),
        )

    async def stream(self, journey: Journey) -> AsyncGenerator[Answer, None]:
        """The answer as it comes: `Served` first, then tokens, `Settled` last.

        Nothing is yielded before some model's first real token; whatever fails until then is
        raised instead. Closing the generator stops the upstream call.
        """
        usage = None
        with self._records.open(journey) as record:
            events = self._dispatcher.stream(
                journey.request,
                journey.plan,
                record,
                deadline=journey.deadline,
                session=journey.caller.session,
            )
            async with aclosing(events):
                async for event in self._privacy.restore(events, journey.vault):
                    if type(event) is UsageReport:
                        usage = event.usage
                    elif type(event) is Opened and not event.seam:
                        yield Served(event.model, event.provider, record.attempts)
                    else:
                        yield event
            settled = record.settle(usage)
        yield settled

    async def complete(self, journey: Journey) -> tuple[Completion, Settled]:
        """The whole answer at once, with its bill."""
        with self._records.open(journey) as record:
            masked = await self._dispatcher.complete(
                journey.request,
                journey.plan,
                record,
                deadline=journey.deadline,
                session=journey.caller.session,
            )
            completion = self._privacy.restore_completion(masked, journey.vault)
            settled = record.settle(completion.usage)
        return completion, settled

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            now=datetime.datetime.now(datetime.UTC), health=self._dispatcher.health()
        )


def _scope(caller: Caller) -> str:
    """Whose placeholders: one conversation of one key's user keeps them over its turns.

    Two keys never share a vault, whatever their users are called.
    """
    if not caller.session:
        return ""
    return "\x1f".join((caller.key_name, caller.tenant, caller.user, caller.session))
