"""Finds rules, and sides of splits, whose models could never answer what they are sent.

The models are asked as a decision asks them, with the least that a request of the rule brings. What
none could do even if all were on is an error of the policy; what only those could do that are off
just now is a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from policies.bounds import Bounds, Limits, gather_limits
from policies.findings import Finding, Severity, did_you_mean
from policies.lint_findings import Models, find, list_regions, mend_off, rule_path, say_refusals
from policies.located import Path
from policies.logic import Demand, Logic
from policies.outlook import Outlook
from policies.pools import Pool, list_models, reluctance
from policies.rules import Policy, Rule, resolve
from policies.signals import Candidate, Signals
from policies.splits import Side, Split

Code = Literal["too-small", "unable", "no-region", "no-local"]
_OF_THE_MODEL: tuple[Code, ...] = ("too-small", "unable")
_OF_THE_PLACE: tuple[Code, ...] = ("no-region", "no-local")


@dataclass(frozen=True, slots=True)
class _Case:
    """A rule, where it stands, and the limits on its least demanding requests, one for each case."""

    policy: Policy
    models: Models
    rule: Rule
    where: Path
    limits: tuple[Limits, ...]

    def listed(self, *stages: Pool) -> list[Candidate]:
        """The models of some pools, on or off."""
        names = [name for stage in stages for name in list_models(stage, self.models)]
        return [self.models[name] for name in dict.fromkeys(names) if name in self.models]


def lint_fit(policy: Policy, models: Models, logic: Logic) -> Iterator[Finding]:
    """Give the rules and sides that nobody can answer, and the rules with nobody behind them."""
    cases: list[_Case] = []
    for at, rule in enumerate(policy.rules):
        demands = logic.list_demands(rule.condition)
        limits = tuple(limit_demand(policy, rule.bounds, each) for each in demands)
        cases.append(_Case(policy, models, rule, rule_path(policy, at), limits))
    for case in cases:
        if case.limits:
            yield from _rule(case)
    yield from _sides(policy, cases)
    yield from _behind(policy, cases)


def limit_demand(policy: Policy, bounds: Bounds, demand: Demand) -> Limits:
    """Give the limits on the least demanding requests of a case."""
    least = Signals(
        prompt_tokens=demand.tokens,
        max_output_tokens=demand.max_output_tokens,
        needs=demand.needs,
        modalities=demand.modalities | {"text"},
    )
    return gather_limits(
        bounds,
        least,
        must_stay_local=False,
        headroom_tokens=policy.headroom_tokens,
        budget_left_usd=None,
    )


def _rule(case: _Case) -> Iterator[Finding]:
    first, every = case.listed(case.rule.stages[0]), case.listed(*case.rule.stages)
    who = f"pool '{case.rule.stages[0].name}'"
    codes = [
        *(code for code in _OF_THE_MODEL if _fails(first, case.limits, code)),
        *(code for code in _OF_THE_PLACE if _fails(every, case.limits, code)),
    ]
    for code in codes:
        group = first if code in _OF_THE_MODEL else every
        message, mend = _say(case, code, who, group)
        yield find(case.policy, "error", code, case.where, message, mend)
    if codes or not every:
        return
    if why := _nobody(case, every):
        message = f"no model behind rule '{case.rule.name}' may ever answer it ({why})."
        mend = "Add one that may to its pool or its `fallbacks`, or loosen its limits."
        yield find(case.policy, "error", "unmet", case.where, message, mend)
    elif why := _nobody(case, every, off_too=False):
        message = f"rule '{case.rule.name}' refuses every request as things stand ({why})."
        mend = mend_off(every, ", or put one that is on behind the rule")
        yield find(case.policy, "warning", "refused", case.where, message, mend)
    else:
        on = [each for each in first if each.is_on]
        for code in _OF_THE_MODEL:
            if _fails(on, case.limits, code):
                message, mend = _say(case, code, f"{who} that are on", on)
                yield find(case.policy, "warning", code, case.where, message, mend)


def _only(limits: Limits, code: Code) -> Limits:
    """Give one limit of several, the others lifted."""
    is_size = code == "too-small"
    return msgspec.structs.replace(
        limits,
        must_stay_local=limits.must_stay_local and code == "no-local",
        regions=limits.regions if code == "no-region" else None,
        needs=limits.needs if code == "unable" else frozenset(),
        signals=limits.signals if is_size else Signals(),
        answer_tokens=limits.answer_tokens if is_size else 0,
        headroom_tokens=limits.headroom_tokens if is_size and limits.signals.prompt_tokens else 0,
    )


def _fails(models: Collection[Candidate], limits: Sequence[Limits], code: Code) -> bool:
    """Whether this limit alone keeps out every one of the models, in every case."""
    alone = [_only(each, code) for each in limits]
    return bool(models) and all(refuse(limit, each) for limit in alone for each in models)


def refuse(limits: Limits, model: Candidate, *, off_too: bool = True) -> str:
    """Say why a model may not answer under these limits; `off_too` counts one that is off as on."""
    asked = replace(limits.price(model), is_on=True) if off_too else limits.price(model)
    return limits.refuse(asked, Outlook(limits.signals, 1))


def _nobody(case: _Case, models: Sequence[Candidate], *, off_too: bool = True) -> str:
    """Say why no model of the rule's stages may answer; empty when one may."""
    reasons: dict[str, str] = {}
    for stage in case.rule.stages:
        for each in case.listed(stage):
            for limits in case.limits:
                why = refuse(limits, each, off_too=off_too) or _unwanted(stage, each, limits)
                if not why:
                    return ""
                reasons.setdefault(each.name, why)
    return say_refusals(reasons) if models else ""


def _unwanted(stage: Pool, model: Candidate, limits: Limits) -> str:
    easiest = msgspec.structs.replace(limits.signals, difficulty=0.0)
    return reluctance(stage, limits.price(model), Outlook(easiest, 1))


def _say(case: _Case, code: Code, who: str, group: Sequence[Candidate]) -> tuple[str, str]:
    """Give the finding's message and mend."""
    name, limits = case.rule.name, case.limits
    if code == "too-small":
        least = min(each.signals.prompt_tokens for each in limits)
        largest = max(each.window_tokens for each in group)
        free = f"with {case.policy.headroom_tokens} to keep free"
        message = f"rule '{name}' is for {least} tokens and more, {free}."
        return message, f"The largest window of {who} holds {largest}."
    if code == "unable":
        needs = " or ".join(dict.fromkeys(", ".join(sorted(each.needs)) for each in limits))
        return f"no model of {who} can do {needs}.", f"Rule '{name}' needs it: use another pool."
    if code == "no-region":
        regions = limits[0].regions or ()
        known = list_regions(case.models)
        message = f"no model behind rule '{name}' is in region {' or '.join(regions)}."
        if known & set(regions):
            return message, "Put one that is there into its pool or its `fallbacks`."
        return message, did_you_mean(regions[0] if regions else "", known)
    message = f"rule '{name}' must stay local, and no model behind it is local."
    return message, "Add the pool `local`."


def _sides(policy: Policy, cases: Sequence[_Case]) -> Iterator[Finding]:
    """Find sides of splits that send their users to nobody."""
    for split in policy.splits:
        dealt = [case for case in cases if split in case.rule.splits and case.limits]
        for side in split.sides:
            if side.use is not None and dealt:
                yield from _side(policy, dealt, split, side, resolve(side.use, policy.pools))


def _side(
    policy: Policy, dealt: Sequence[_Case], split: Split, side: Side, pool: Pool
) -> Iterator[Finding]:
    where: Path = ("splits", split.name, "arms", side.name, "use")
    arm = f"arm '{side.name}' of split '{split.name}'"
    group = dealt[0].listed(pool)
    for off_too in (True, False):
        refused = [(case, _barred(case, group, off_too=off_too)) for case in dealt]
        bad = [(case, why) for case, why in refused if why]
        if not bad:
            continue
        names = " or ".join(f"'{case.rule.name}'" for case, _ in bad)
        stand = "" if off_too else " as things stand"
        message = f"{arm} can answer nothing of rule {names}{stand} ({bad[0][1]})."
        mend = (
            "Its users would get what the rule itself says. Name another pool, or narrow `rules`."
        )
        severity: Severity = "error" if off_too and len(bad) == len(dealt) else "warning"
        yield find(policy, severity, "idle-arm", where, message, mend)
        return


def _barred(case: _Case, group: Sequence[Candidate], *, off_too: bool) -> str:
    """Say why none of an arm's models may answer requests of the rule; empty when one may."""
    reasons: dict[str, str] = {}
    for each in group:
        for limits in case.limits:
            why = refuse(limits, each, off_too=off_too)
            if not why:
                return ""
            reasons.setdefault(each.name, why)
    return say_refusals(reasons)


def _is_alone_by_wish(policy: Policy, rule: Rule) -> bool:
    """Whether the rule or its pool says itself that nobody stands behind."""
    docs = {each.name: each.fallbacks for each in policy.doc.rules}
    own = docs.get(rule.name, policy.doc.default.fallbacks)
    pool = policy.doc.pools.get(rule.stages[0].name)
    return own == [] or (own is None and pool is not None and pool.fallbacks == [])


def _behind(policy: Policy, cases: Sequence[_Case]) -> Iterator[Finding]:
    """Find rules with one model only, and those where all others are off."""
    alone: dict[str, list[str]] = {}
    place: Path = ()
    for case in cases:
        rule = case.rule
        models = {model for stage in rule.stages for model in stage.models}
        if rule.bounds.must_stay_local:
            continue
        if len(models) < 2:
            if _is_alone_by_wish(policy, rule):
                continue
            message = f"nobody stands behind '{rule.stages[0].name}' of rule '{rule.name}'."
            mend = "Add `fallbacks:` to the rule, the pool or the policy."
            yield find(policy, "warning", "no-fallback", case.where, message, mend)
            continue
        able = [
            each
            for each in case.listed(*rule.stages)
            if any(not refuse(limits, each) for limits in case.limits)
        ]
        on = [each.name for each in able if each.is_on]
        if len(able) > 1 and len(on) == 1:
            place = place or case.where
            alone.setdefault(on[0], []).append(rule.name)
    for model, rules in alone.items():
        message = f"only '{model}' is on for {', '.join(rules)}: nobody stands behind it just now."
        mend = "Set a key for another model of their pools or fallbacks."
        yield find(policy, "warning", "alone", place, message, mend)
