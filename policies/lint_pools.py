"""Finds pools that cannot do what they are for: off, unpriced, over their price."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from policies.findings import Finding, Severity
from policies.lint_asides import used_pools
from policies.lint_findings import Models, find, mend_off
from policies.lint_names import list_mentions
from policies.located import Path
from policies.outlook import Outlook
from policies.pools import Pool, list_models, reluctance
from policies.rules import Policy
from policies.signals import Candidate, Signals

_OUT_OF_BUDGETS = "callers with a budget never get it"
_OUTSIDE_OF_THE_BILL = f"its calls have no cost in the bill, and {_OUT_OF_BUDGETS}"


def lint_pools(policy: Policy, models: Models) -> Iterator[Finding]:
    """Give what is wrong with the pools, and the models without a price outside of them."""
    used = _used_pools(policy)
    told: set[str] = set()
    for name, pool in policy.pools.items():
        known = [models[model] for model in list_models(pool, models) if model in models]
        told |= {each.name for each in known}
        yield from _prices(policy, pool, known)
        yield from _takes(policy, pool, known)
        if pool.weights and pool.objective != "weighted":
            message = f"pool '{name}' has weights, but its objective is {pool.objective}."
            mend = "Write `objective: weighted`, or remove the weights."
            where: Path = ("pools", name, "weights")
            yield find(policy, "error", "weights-unused", where, message, mend)
        if pool.objective == "weighted" and not any(
            pool.weights.get(model, 1.0) for model in pool.models
        ):
            message = f"every weight of pool '{name}' is 0: no model gets a user of its own."
            where = ("pools", name, "weights")
            yield find(policy, "error", "no-weight", where, message, "Give one of them a weight.")
        if name not in used:
            message = f"nothing uses pool '{name}'."
            mend = "Callers can still name it; remove it if that is not meant."
            yield find(policy, "warning", "unused-pool", ("pools", name), message, mend)
    yield from _unpriced(policy, models, told)
    yield from _retired(policy, models)


def _retired(policy: Policy, models: Models) -> Iterator[Finding]:
    """Find models that their vendors have stopped, each at its first place."""
    listed: list[tuple[str, Path]] = [
        (model, ("pools", name, "models", at))
        for name, pool in policy.doc.pools.items()
        for at, model in enumerate(pool.models)
    ]
    seen: set[str] = set()
    for name, where in (*listed, *list_mentions(policy)):
        if name in models and name not in seen and models[name].is_retired:
            seen.add(name)
            message = f"model '{name}' was {models[name].why_off}: nobody gets it."
            yield find(
                policy, "warning", "retired", where, message, "Name one that took its place."
            )


def _used_pools(policy: Policy) -> set[str]:
    used = {stage.name for rule in policy.rules for stage in rule.stages}
    used |= {side.use for split in policy.splits for side in split.sides if side.use is not None}
    diverted = [stages for rule in policy.rules for stages in rule.detours.values()]
    used |= {stage.name for stages in diverted for stage in stages}
    used |= {stage.name for stages in policy.model_fallbacks.values() for stage in stages}
    return used | set(policy.aliases.values()) | used_pools(policy)


def has_price(model: Candidate) -> bool:
    """Whether both prices of a model are known."""
    return model.input_usd_per_million is not None and model.output_usd_per_million is not None


def _prices(policy: Policy, pool: Pool, known: Collection[Candidate]) -> Iterator[Finding]:
    """Find models without a price: an error where the pool cannot do what it is for without one."""
    unpriced = [each for each in known if not has_price(each)]
    effect, other_mend, is_fatal = _effect(pool, known, unpriced)
    for each in unpriced:
        message = f"the price of '{each.name}' in pool '{pool.name}' is unknown: {effect}."
        mend = f"Give it one under `models: {{{each.name}: {{prices: ...}}}}`{other_mend}."
        severity: Severity = "error" if is_fatal and each.is_on else "warning"
        at = pool.models.index(each.name) if each.name in pool.models else 0
        where = ("pools", pool.name, "models", at)
        yield find(policy, severity, "unpriced", where, message, mend)


def _effect(
    pool: Pool, known: Collection[Candidate], unpriced: Collection[Candidate]
) -> tuple[str, str, bool]:
    """Give what the pool does with models without a price, what helps besides one, and if that is fatal."""
    others = len(unpriced) < len(known)
    if pool.under_usd is not None:
        effect = "the pool never takes it, for it may cost more than `under_usd`"
        return effect, "" if others else ", or remove `under_usd`", not others
    if pool.objective == "cheapest" and others:
        effect = f"it comes after those with a price, whatever it costs, and {_OUT_OF_BUDGETS}"
        return effect, "", False
    if pool.objective == "cheapest" and sum(each.is_on for each in unpriced) > 1:
        effect = f"the pool chooses by price, and no model of it has one; {_OUT_OF_BUDGETS}"
        return effect, ", or write `objective: ordered`", True
    return _OUTSIDE_OF_THE_BILL, "", False


def _unpriced(policy: Policy, models: Models, told: Collection[str]) -> Iterator[Finding]:
    """Find models without a price that are named outside of pools, each at its first place."""
    seen = set(told)
    for name, where in list_mentions(policy):
        if name in models and name not in seen and not has_price(models[name]):
            message = f"the price of '{name}' is unknown: {_OUTSIDE_OF_THE_BILL}."
            mend = f"Give it one under `models: {{{name}: {{prices: ...}}}}`."
            yield find(policy, "warning", "unpriced", where, message, mend)
        seen.add(name)


def _takes(policy: Policy, pool: Pool, known: Collection[Candidate]) -> Iterator[Finding]:
    """Find pools that would take none of their models, or none of those that are on."""
    where: Path = ("pools", pool.name)
    on = [each for each in known if each.is_on]
    if known and not on:
        why = "; ".join(f"{each.name}: {each.why_off or 'switched off'}" for each in known)
        message = f"every model of pool '{pool.name}' is off ({why})."
        yield find(policy, "warning", "pool-off", where, message, mend_off(known))
    for group, severity in _groups(known, on):
        which = "no model" if severity == "error" else "none of the models that are on"
        priced = [each for each in group if has_price(each)]
        if priced and pool.under_usd is not None and not _affords(pool, priced, 1):
            message = f"{which} of pool '{pool.name}' answers anything for ${pool.under_usd:f}."
            mend = "Raise `under_usd`: it is the price of a whole request, in dollars."
            yield find(policy, severity, "too-dear", where, message, mend)
            break
        if (
            priced
            and pool.under_usd is not None
            and not _affords(pool, priced, policy.answer_tokens)
        ):
            message = (
                f"{which} of pool '{pool.name}' gives an answer of the usual length "
                f"({policy.answer_tokens} tokens) for ${pool.under_usd:f}."
            )
            mend = "Raise `under_usd`: it is the price of a whole request, in dollars."
            yield find(policy, "warning", "too-dear", where, message, mend)
            break


def _groups(
    known: Collection[Candidate], on: Collection[Candidate]
) -> Iterator[tuple[Collection[Candidate], Severity]]:
    """All models, where it is the policy that is wrong; those that are on, where it is the moment."""
    if known:
        yield known, "error"
    if on and len(on) < len(known):
        yield on, "warning"


def _affords(pool: Pool, models: Iterable[Candidate], output_tokens: int) -> bool:
    plain = replace(pool, quality_floor=None)
    outlook = Outlook(Signals(prompt_tokens=1), output_tokens)
    return any(not reluctance(plain, each, outlook) for each in models)
