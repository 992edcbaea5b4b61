"""The tests that a policy carries: what is said, who says it, and where it must go."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from policies.completing import complete_signals
from policies.decision import Plan
from policies.engine import decide
from policies.errors import NoCandidateError, UnknownChoiceError
from policies.findings import Finding, Severity, did_you_mean
from policies.given import GivenError, read_caller, read_moment, read_signals
from policies.rules import NAMED, Policy
from policies.schema import EXPECTED, ExpectDoc
from policies.signals import GROUP_OF, Candidate, ModelHealth, Signals, Surroundings

Read = Callable[[str], Signals]
_NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)


class _Fault(NamedTuple):
    """What is not as expected, or keeps a case from being tried."""

    message: str
    mend: str = ""
    severity: Severity = "error"


def run_expectations(
    policy: Policy,
    candidates: Sequence[Candidate],
    read: Read | None = None,
    intents: Collection[str] | None = None,
) -> list[Finding]:
    """Run every `expect:` case and give a finding for each that went elsewhere, or tests nothing.

    Every model counts as switched on, so that a test says the same with and without keys. `read`
    turns an utterance into signals; without it, cases that only `say` something are reported as
    not run. `intents` are those that a signal may say besides the shipped ones.
    """
    switched_on = [dataclasses.replace(each, is_on=True) for each in candidates]
    findings: list[Finding] = []
    for at, case in enumerate(policy.doc.expect):
        file, line = policy.place("expect", at)
        name = case.name or case.say or f"case {at + 1}"
        findings += [
            Finding(
                severity=fault.severity,
                code="expectation",
                message=f"expected of '{name}': {fault.message}",
                mend=fault.mend,
                file=file,
                line=line,
            )
            for fault in _run(policy, case, switched_on, read, intents or ())
        ]
    return findings


def _run(
    policy: Policy,
    case: ExpectDoc,
    candidates: Sequence[Candidate],
    read: Read | None,
    intents: Collection[str],
) -> Iterator[_Fault]:
    """Give all that is not as expected."""
    wrong = [*_unknown_names(policy, case, candidates), *_idle_lines(case)]
    yield from wrong
    if wrong:
        return
    if case.say is not None and read is None and not case.signals:
        said = "not run, as no classifiers are at hand here."
        yield _Fault(said, "Give `signals:` outright.", "warning")
        return
    try:
        signals, caller = _signals(case, read, intents), read_caller(case.caller)
        around = _surroundings(case)
    except GivenError as error:
        yield _Fault(error.message, error.mend)
        return
    try:
        plan = decide(policy, signals, caller, candidates, around, case.model)
    except UnknownChoiceError as error:
        yield _Fault(f"asks for `model: {case.model}`. {error}")
        return
    except NoCandidateError as error:
        if not case.refused:
            yield _Fault(f"nobody may answer: {error}", "Write `refused: true` if that is meant.")
        return
    read_as = f"It was read as intent {signals.intent}, emotion {signals.emotion}."
    why = f"Rule '{plan.rule}' decided, pool '{plan.pool}'. {read_as}"
    if case.refused:
        yield _Fault(f"should be refused, but {plan.primary.model} would answer.", why)
        return
    for message in _differences(case, plan, candidates):
        yield _Fault(message, why)


def _unknown_names(
    policy: Policy, case: ExpectDoc, candidates: Sequence[Candidate]
) -> Iterator[_Fault]:
    """Find names of what there is not: it can be neither down nor chosen."""
    models = {each.name for each in candidates}
    splits = {name: set(split.arms) for name, split in policy.doc.splits.items()}
    rules = {*(rule.name for rule in policy.rules), NAMED}
    qualities = case.signals.get("expected_quality")
    named: list[tuple[str, Collection[str], Collection[str]]] = [
        ("unavailable", case.unavailable, models),
        ("goes_to", case.goes_to or (), models),
        ("expected_quality", qualities if isinstance(qualities, dict) else (), models),
        ("rule", [case.rule] if case.rule else (), rules),
        ("pool", [case.pool] if case.pool else (), {*policy.pools, *models}),
        ("arm", case.arm or (), splits),
        *(
            (f"arm: {each}", [arm], splits.get(each, {arm}))
            for each, arm in (case.arm or {}).items()
        ),
    ]
    for key, names, known in named:
        for name in names:
            if name not in known:
                mend = did_you_mean(name, known)
                if known is models and name in policy.pools:
                    mend = f"That is a pool: name its models{', or write `pool:`' * (key == 'goes_to')}."
                yield _Fault(f"`{key}:` names '{name}', and there is none.", mend)


def _idle_lines(case: ExpectDoc) -> Iterator[_Fault]:
    """Find lines that look like a test and are none."""
    if case.say is not None and not case.say.strip():
        yield _Fault("`say:` is empty, so nothing is said.", "Fill it in, or remove it.")
    written = [key for key in EXPECTED if key in case.model_fields_set]
    for key in written:
        if getattr(case, key) in (None, {}):
            yield _Fault(f"`{key}:` is empty, so it tests nothing.", "Fill it in, or remove it.")
    beside = ", ".join(f"`{key}:`" for key in written if key != "refused")
    if case.refused and beside:
        message = f"`refused: true` says that nobody answers, so {beside} would test nothing."
        yield _Fault(message, "Remove one or the other.")


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


def _signals(case: ExpectDoc, read: Read | None, intents: Collection[str]) -> Signals:
    base = read(case.say) if read is not None and case.say is not None else Signals()
    return build_signals(case.signals, base, intents)


def build_signals(
    given: Mapping[str, Any],
    base: Signals | None = None,
    intents: Collection[str] | None = None,
) -> Signals:
    """Give signals from plain values (as YAML or JSON have them), the rest from `base`.

    An intent brings its group along, and so does the first of several: it is the main one where no
    other is given as such. Modalities, needs, demands and the number of answers bring each other along
    as in a real request. `intents` may be said besides the shipped ones; None: any word may be said.

    Raises:
        GivenError: there is no signal of that name, or it cannot have that value; says how to mend it.
    """
    values = read_signals(given, intents)
    if values.get("intents"):
        values.setdefault("intent", values["intents"][0])
    if "intent" in values:
        values.setdefault("intents", (values["intent"],))
        values.setdefault("intent_group", GROUP_OF.get(values["intent"], "other"))
    signals = msgspec.structs.replace(base or Signals(), **values)
    return complete_signals(signals, values.keys())


def _surroundings(case: ExpectDoc) -> Surroundings:
    now = _NOON if case.at is None else read_moment(case.at)
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
