"""A plan told to people and to programs: a tree of text, or plain JSON values."""

from __future__ import annotations

from typing import Any

import msgspec

from policies.decision import Decision, Plan, Reason, Refusal, Rejected

_MARKS = {True: "✓", False: "✗", None: "·"}


def plan_as_json(decision: Decision) -> dict[str, Any]:
    """Give the whole plan, or refusal, as values that any JSON writer takes."""
    said: dict[str, Any] = msgspec.to_builtins(decision)
    said["models"] = list(decision.models) if isinstance(decision, Plan) else []
    return said


def decision_as_tree(decision: Decision) -> str:
    """Give the plan or the refusal as a tree of text."""
    return plan_as_tree(decision) if isinstance(decision, Plan) else refusal_as_tree(decision)


def plan_as_tree(plan: Plan) -> str:
    """Give the plan as a tree of text: who answers, who stands behind, who may not, and why."""
    cost = plan.primary.estimated_usd
    price = f"about ${cost}" if cost is not None else "price unknown"
    why = plan.primary.why  # of a pool that goes by price, that is the price already
    shown = why if why.startswith(price) else f"{why}, {price}"
    head = f"{plan.primary.model}  (pool {plan.pool}, {shown})"
    branches = [
        Reason(f"rule: {plan.rule}   policy: {plan.policy}@{plan.policy_version}"),
        Reason(f"prompt: {plan.prompt or 'none'}"),
        Reason("why", None, plan.reasons),
        *_experiments(plan),
        Reason("behind it", None, _fallbacks(plan)),
        *_rejected(plan.rejected),
        Reason(_terms(plan)),
    ]
    return "\n".join([head, *_draw(tuple(branches), "")])


def refusal_as_tree(refusal: Refusal) -> str:
    """Give the tree of a request that nobody may answer."""
    branches = [
        Reason(f"rule: {refusal.rule}   policy: {refusal.policy}@{refusal.policy_version}"),
        Reason("why", None, refusal.reasons),
        *_rejected(refusal.rejected),
    ]
    return "\n".join([f"refused: {refusal.refused}", *_draw(tuple(branches), "")])


def _experiments(plan: Plan) -> list[Reason]:
    if not plan.arms:
        return []
    arms = tuple(Reason(f"{arm.split}: {arm.name} (at {arm.bucket:.4f})") for arm in plan.arms)
    return [Reason(f"experiments (chance of this model {plan.propensity:.0%})", None, arms)]


def _fallbacks(plan: Plan) -> tuple[Reason, ...]:
    if not plan.fallbacks:
        return (Reason("nobody", False),)
    return tuple(
        Reason(f"{place}. {each.model}  ({each.why})")
        for place, each in enumerate(plan.fallbacks, 2)
    )


def _rejected(rejected: tuple[Rejected, ...]) -> list[Reason]:
    if not rejected:
        return []
    return [Reason("may not", None, tuple(Reason(f"{e.model}: {e.why}", False) for e in rejected))]


def _terms(plan: Plan) -> str:
    terms = plan.terms
    broken = "go on with the next model" if terms.on_break == "continue" else "end with an error"
    return (
        f"terms: {terms.deadline_seconds:g} s in all, {terms.first_token_seconds:g} s to the first "
        f"token, {terms.max_attempts} attempts; a broken stream: {broken}"
        + ("; the order of its pieces must be proven" if terms.order == "proven" else "")
    )


def _draw(reasons: tuple[Reason, ...], indent: str) -> list[str]:
    lines: list[str] = []
    for at, reason in enumerate(reasons):
        is_last = at == len(reasons) - 1
        mark = "" if reason.holds is None else f"{_MARKS[reason.holds]} "
        lines.append(f"{indent}{'└─' if is_last else '├─'} {mark}{reason.text}")
        lines += _draw(reason.below, indent + ("   " if is_last else "│  "))
    return lines
