"""The tests that a policy carries: what is said, who says it, and where it must go."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from policies.decision import Plan
from policies.engine import decide
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.findings import Finding, did_you_mean
from policies.rules import Policy
from policies.schema import ExpectDoc
from policies.signals import Caller, Candidate, ModelHealth, Signals, Surroundings

Read = Callable[[str], Signals]
_NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)
_SETS = {name for name, kind in Signals.__annotations__.items() if "frozenset" in str(kind)}
_LISTS = {name for name, kind in Signals.__annotations__.items() if "tuple" in str(kind)}


def run_expectations(
    policy: Policy, candidates: Sequence[Candidate], read: Read | None = None
) -> list[Finding]:
    """Run every `expect:` case and give a finding for each that went elsewhere.

    Every model counts as switched on, so that a test says the same with and without keys. `read`
    turns an utterance into signals; without it, cases that only `say` something are reported as
    not run.
    """
    switched_on = [dataclasses.replace(each, is_on=True) for each in candidates]
    findings: list[Finding] = []
    for at, case in enumerate(policy.doc.expect):
        file, line = policy.place("expect", at)
        for severity, message, mend in _run(policy, case, switched_on, read):
            name = case.name or case.say or f"case {at + 1}"
            findings.append(
                Finding(
                    severity="error" if severity else "warning",
                    code="expectation",
                    message=f"expected of '{name}': {message}",
                    mend=mend,
                    file=file,
                    line=line,
                )
            )
    return findings


def _run(
    policy: Policy, case: ExpectDoc, candidates: Sequence[Candidate], read: Read | None
) -> Iterator[tuple[bool, str, str]]:
    """Give (is an error, what, mend) for all that is not as expected."""
    if case.say is not None and read is None and not case.signals:
        yield False, "not run, as no classifiers are at hand here.", "Give `signals:` outright."
        return
    try:
        signals, caller = _signals(case, read), _caller(case.caller)
        around = _surroundings(case)
    except ValueError as error:
        yield True, str(error), ""
        return
    try:
        plan = decide(policy, signals, caller, candidates, around, case.model)
    except (NoCandidateError, UnknownChoiceError) as error:
        if not case.refused:
            yield True, f"nobody may answer: {error}", ""
        return
    if case.refused:
        yield True, f"should be refused, but {plan.primary.model} would answer.", ""
        return
    read_as = f"It was read as intent {signals.intent}, emotion {signals.emotion}."
    why = f"Rule '{plan.rule}' decided, pool '{plan.pool}'. {read_as}"
    for message in _differences(case, plan, candidates):
        yield True, message, why


def _differences(case: ExpectDoc, plan: Plan, candidates: Sequence[Candidate]) -> Iterator[str]:
    for key, found in (("rule", plan.rule), ("pool", plan.pool), ("prompt", plan.prompt)):
        wanted = getattr(case, key)
        if wanted is not None and wanted != found:
            yield f"{key} '{wanted}', but it is '{found}'."
    if case.goes_to is not None and plan.primary.model not in case.goes_to:
        yield f"goes to {' or '.join(case.goes_to)}, but it goes to {plan.primary.model}."
    arms = {arm.split: arm.name for arm in plan.arms}
    for split, name in (case.arm or {}).items():
        if arms.get(split) != name:
            yield f"side '{name}' of split '{split}', but it is '{arms.get(split, 'none')}'."
    if case.stays_local is not None:
        local = {each.name for each in candidates if each.is_local}
        may_leave = () if plan.must_stay_local else plan.models
        outside = [model for model in may_leave if model not in local]
        if case.stays_local and outside:
            yield f"stays in this house, but {', '.join(outside)} may be called."
        if not case.stays_local and not outside:
            yield "may leave this house, but only local models may be called."


def _signals(case: ExpectDoc, read: Read | None) -> Signals:
    base = read(case.say) if read is not None and case.say is not None else Signals()
    return build_signals(case.signals, base)


def build_signals(given: Mapping[str, Any], base: Signals | None = None) -> Signals:
    """Give signals from plain values (as YAML or JSON have them), the rest from `base`.

    Raises:
        ValueError: there is no signal of that name; suggests one.
    """
    base = base or Signals()
    known = list(Signals.__struct_fields__)
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"there is no signal '{name}'. {did_you_mean(name, known)}")
        values[name] = _shape(name, value)
    if "intent" in values and "intents" not in values:
        values["intents"] = (values["intent"],)
    return msgspec.structs.replace(base, **values)


def _shape(name: str, value: Any) -> Any:
    listed = value if isinstance(value, list | tuple | set | frozenset) else [value]
    if name == "slots":
        return {kind: tuple(map(str, each)) for kind, each in dict(value).items()}
    if name in _SETS:
        return frozenset(listed)
    return tuple(listed) if name in _LISTS else value


def _caller(given: Mapping[str, Any]) -> Caller:
    known = list(Caller.__struct_fields__)
    for name in given:
        if name not in known:
            raise ValueError(f"a caller has no '{name}'. {did_you_mean(name, known)}")
    return Caller(**given)


def _surroundings(case: ExpectDoc) -> Surroundings:
    now = _NOON if case.at is None else datetime.datetime.fromisoformat(case.at)
    if now.tzinfo is None:
        raise ValueError(f"the moment '{case.at}' has no time zone. Add one: {case.at}+08:00")
    budget = case.budget_left_usd
    return Surroundings(
        now=now,
        health={
            name: ModelHealth(is_available=False, why="down in this case")
            for name in case.unavailable
        },
        budget_left_usd=None if budget is None else Decimal(str(budget)),
        load=case.load,
    )
