"""Ask a small model what a request is about; whatever goes wrong, our own reading stands."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from policies.consulting import Consultation
from policies.decision import Plan, Reason
from policies.signals import INTENTS, Signals
from prompts.library import Library, shipped
from prompts.schema import Prompt
from providers.calls import Completion, Deadline
from providers.errors import ProviderError
from providers.messages import ChatRequest, Message, text_of
from router.errors import PointsmanError
from router.steps.second_opinion.memory import Key, Memory, normalise
from router.steps.second_opinion.reading import Reading, format_for, read_answer
from router.steps.second_opinion.sharing import Sharing

PROMPT = "dispatcher"
_LONGEST = (1_000, 500)
"""Characters of a message that are sent: so many from its beginning and from its end."""
_ANSWER_TOKENS = 300
_A_MOMENT = 0.05
"""Seconds that may be gone of a deadline that counts as whole."""
_INSTEAD = (
    "\n\nHere the intents are these, and none of those described above: {}.",
    "\n\n这里的意图只有以下这些，上文所列的意图一概不用：{}。",
)
"""What the prompt adds for intents other than the shipped ones, in English and in Chinese."""


class Asks(Protocol):
    """Makes one call by plan, within the plan's deadline and on the request's own record."""

    async def __call__(self, request: ChatRequest, plan: Plan) -> Completion: ...


@dataclass(frozen=True, slots=True)
class Opinion:
    """The signals to decide on, and where they come from."""

    signals: Signals
    reason: Reason


class SecondOpinion:
    """Asks about the last user turn, masked as it is, and remembers the answers."""

    def __init__(
        self,
        library: Library | None = None,
        *,
        intents: Sequence[str] = INTENTS,
        most_kept: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`intents` are those that a message may be read as."""
        self._intents = intents
        self._format = format_for(intents)
        self._library = library or shipped()
        self._memory = Memory(most_kept, clock)
        self._sharing = Sharing()

    async def improve(
        self,
        signals: Signals,
        request: ChatRequest,
        asked: Consultation,
        ask: Asks,
        *,
        deadline: Deadline,
    ) -> Opinion:
        """The signals as a model reads the message, or as they were. Never raises for a failed call.

        `deadline` is the request's own.
        """
        text = _clip(_last_words(request))
        if asked.plan is None:
            return Opinion(signals, asked.why)
        if not text.strip():
            return Opinion(signals, Reason("dispatcher: there are no words to ask about", False))
        prompt = self._library.find(PROMPT, signals.language)
        inquiry, pool = asked.inquiry, asked.inquiry.pool.name
        key: Key = (prompt.digest, pool, normalise(text))
        known = self._memory.find(key, inquiry.cache_seconds)
        if known is not None:
            return _opinion(signals, known, asked, f"{pool}, asked before,")
        until = deadline.within(inquiry.deadline_seconds)
        if inquiry.cache_seconds:
            outcome = await self._sharing.wait(key, until)
            if isinstance(outcome, Reading):
                return _opinion(signals, outcome, asked, f"{pool}, asked just now,")
            if outcome is not None:
                return Opinion(signals, _excuse(outcome, asked))
        try:
            question = self._question(prompt, text, asked.plan)
            reading, who = await self._ask(key, question, asked.plan, ask, until)
        except (ProviderError, PointsmanError, ValueError) as error:
            return Opinion(signals, _excuse(error, asked))
        return _opinion(signals, reading, asked, who)

    async def _ask(
        self, key: Key, question: ChatRequest, plan: Plan, ask: Asks, until: Deadline
    ) -> tuple[Reading, str]:
        """The reading and who gave it; equal messages that come meanwhile learn of it.

        They learn of a failure too, but not where it may be this request's own: it had less time
        than the policy allows, its budget is spent, or its client left.
        """
        seconds = until.left()
        is_hurried = seconds < plan.terms.deadline_seconds - _A_MOMENT
        if is_hurried:
            terms = dataclasses.replace(plan.terms, deadline_seconds=seconds)
            plan = msgspec.structs.replace(plan, terms=terms)
        with self._sharing.ask(key) as shared:
            try:
                answer = await ask(question, plan)
                reading = read_answer(answer.choices[0].text or "", self._intents)
            except (ProviderError, ValueError) as error:
                if not is_hurried:
                    shared.set_result(error)
                raise
            self._memory.keep(key, reading)
            shared.set_result(reading)
        return reading, answer.model or plan.primary.model

    def _question(self, prompt: Prompt, text: str, plan: Plan) -> ChatRequest:
        told = prompt.text
        if set(self._intents) != set(INTENTS):
            told += _INSTEAD[prompt.language == "zh"].format(", ".join(self._intents))
        return ChatRequest(
            model=plan.primary.model,
            messages=(Message(role="system", content=told), Message(role="user", content=text)),
            response_format=self._format,
            max_tokens=_ANSWER_TOKENS,
            temperature=0.0,
        )


def _opinion(signals: Signals, reading: Reading, asked: Consultation, who: str) -> Opinion:
    better = reading.improve(signals, asked.inquiry.confidence)
    said = (
        f"dispatcher: {who} reads {'+'.join(better.intents)}, {reading.emotion}, "
        f"{reading.difficulty}; our reader had {'+'.join(signals.intents) or signals.intent}"
    )
    return Opinion(better, Reason(said, True, asked.why.below))


def _excuse(error: Exception, asked: Consultation) -> Reason:
    """Why the classifier's signals stand; the answer's own words are not repeated."""
    what = (
        "gave no valid reading"
        if isinstance(error, ValueError)
        else f"gave no reading ({type(error).__name__})"
    )
    said = f"dispatcher: '{asked.inquiry.pool.name}' {what}, so our reader's signals stand"
    return Reason(said, False, asked.why.below)


def _last_words(request: ChatRequest) -> str:
    turns = (text_of(each) for each in reversed(request.messages) if each.role == "user")
    return next(turns, "")


def _clip(text: str) -> str:
    head, tail = _LONGEST
    return text if len(text) <= head + tail else f"{text[:head]}\n…\n{text[-tail:]}"
