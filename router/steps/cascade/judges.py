"""Judges of a first answer: what it says of itself, a second answer, and a model that checks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Raw

from policies.decision import Judge, Plan, Terms
from prompts.library import Library
from providers.calls import Completion, Deadline
from providers.errors import ProviderError
from providers.messages import ChatRequest, JsonSchema, Message, ResponseFormat, text_of
from router.errors import NobodyCanAnswerError
from router.steps.cascade.answer import First
from router.steps.cascade.flaws import find_flaw
from router.steps.cascade.likeness import likeness
from router.steps.cascade.line import Line
from router.steps.cascade.refusal import is_refusal

PROMPT = "answer-check"
FAILURES = (ProviderError, NobodyCanAnswerError)
_LONGEST = 6_000
"""Characters of a conversation and of an answer that are shown to a checking model, each."""
_VERDICT_TOKENS = 200
_WARMTH = 0.7
"""Temperature of a model's second answer where the first was asked for without any: two equal
answers of one model at temperature 0, or from the same seed, say nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is good enough, and why (or why not) without a word of it."""

    holds: bool
    why: str
    is_judged: bool = True
    """False: there was nothing to judge, or a judge failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What judges know of a request besides its first answer."""

    request: ChatRequest
    plan: Plan
    """The plan of the first leg."""
    judges: tuple[Judge, ...]
    language: str
    deadline: Deadline
    """For the first answer and all judgements together."""
    seconds: float
    """How long one judgement may take."""


class _Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Literal["pass", "fail"]


_SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": ["pass", "fail"]}},
    "required": ["verdict"],
    "additionalProperties": False,
}
FORMAT = ResponseFormat(
    type="json_schema",
    json_schema=JsonSchema(name="verdict", schema=Raw(msgspec.json.encode(_SCHEMA)), strict=True),
)
_decode = msgspec.json.Decoder(_Checked).decode


class Bench:
    """Asks the judges of a plan one after the other; the first that is not content decides."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def judge(self, first: First, case: Case, line: Line) -> Verdict:
        """Whether the first answer may be given out. A judge that fails is not content."""
        if flaw := find_flaw(first, case.request):
            return Verdict(False, flaw)
        if first.calls:
            return Verdict(True, "it calls a function", is_judged=False)
        content: list[str] = []
        for judge in case.judges:
            verdict = await self._ask(judge, first, case, line)
            if not verdict.holds:
                return verdict
            content.append(verdict.why)
        return Verdict(True, "; ".join(content))

    async def _ask(self, judge: Judge, first: First, case: Case, line: Line) -> Verdict:
        if judge.kind == "refusal":
            if is_refusal(first.text):
                return Verdict(False, "it says that it cannot help")
            return Verdict(True, "it does not refuse")
        try:
            if judge.kind == "agreement":
                return await _compare(judge, first, case, line)
            return await self._check(judge, first, case, line)
        except FAILURES as error:
            return Verdict(
                False, f"the {judge.kind} failed ({type(error).__name__})", is_judged=False
            )

    async def _check(self, judge: Judge, first: First, case: Case, line: Line) -> Verdict:
        prompt = self._library.find(PROMPT, case.language)
        said = f"<conversation>\n{_tell(case.request)}\n</conversation>\n"
        said += f"<answer>\n{first.text[:_LONGEST]}\n</answer>"
        question = ChatRequest(
            model="",
            messages=(
                Message(role="system", content=prompt.text),
                Message(role="user", content=said),
            ),
            response_format=FORMAT,
            max_tokens=_VERDICT_TOKENS,
            temperature=0.0,
        )
        answer = await _call(question, judge, case, line)
        who = answer.model or judge.models[0].model
        try:
            verdict = _decode(answer.choices[0].text or "").verdict
        except msgspec.DecodeError:
            return Verdict(False, f"{who} gave no valid verdict", is_judged=False)
        return Verdict(verdict == "pass", f"{who} says {verdict}")


async def _compare(judge: Judge, first: First, case: Case, line: Line) -> Verdict:
    request = msgspec.structs.replace(case.request, stream=False)
    if not judge.models:
        warmth = request.temperature or _WARMTH
        request = msgspec.structs.replace(request, temperature=warmth, seed=None)
    second = await _call(request, judge, case, line)
    alike = likeness(first.text, second.choices[0].text or "")
    said = f"a second answer is {alike:.2f} alike, {judge.at_least:.2f} is wanted"
    return Verdict(alike >= judge.at_least, said)


async def _call(request: ChatRequest, judge: Judge, case: Case, line: Line) -> Completion:
    return await line.complete(
        request,
        _plan_of(judge, case),
        deadline=case.deadline.within(case.seconds),
        role="judge",
    )


def _plan_of(judge: Judge, case: Case) -> Plan:
    """Whom to ask; a second answer of the same model comes by the first leg's own plan."""
    plan = case.plan
    models = judge.models or (plan.primary, *plan.fallbacks)
    return msgspec.structs.replace(
        plan,
        primary=models[0],
        fallbacks=models[1:],
        # Nobody waits for a second try: without a verdict the answer is escalated.
        terms=Terms(deadline_seconds=case.seconds, max_attempts=2, retries_per_model=0),
    )


def _tell(request: ChatRequest) -> str:
    """The conversation without the instructions before it, its end at least."""
    spoken = (each for each in request.messages if each.role in ("user", "assistant", "tool"))
    told = "\n".join(f"{each.role}: {text_of(each)}" for each in spoken)
    return told[-_LONGEST:]
