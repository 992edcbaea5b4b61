"""Why the earlier rules of a past decision did not hold, told anew from what the ledger keeps.

At the time only their names are kept: their reasons would cost more than the decision itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from policies.conditions import (
    All,
    AnyOf,
    Available,
    Cel,
    Condition,
    HealthInRange,
    InRange,
    Not,
    OneOf,
    QualityInRange,
)
from policies.decision import Decision, Reason
from policies.expressions import split_tokens
from policies.facts import Facts
from policies.rules import PASSED_OVER, Policy, Rule
from policies.signals import Caller, Signals, Surroundings

_NOT_KEPT = frozenset({"load", "budget_left_usd", "has_budget", "metadata"})
"""Facts that rules may ask for and no row of the ledger holds, besides health and what slots say."""
_OF_KEYS = ("size", "all", "exists", "exists_one", "filter", "map")
"""What a CEL expression may call of a map without seeing its values."""


def retell(
    decision: Decision,
    policy: Policy | None,
    signals: Signals,
    caller: Caller,
    at: datetime.datetime,
) -> Decision:
    """Give the decision with the reasons of the rules above the one that fired.

    Only the very policy that decided can say them; `policy` is the one of today, or None where it
    cannot be read.
    """
    reasons: list[Reason] = []
    members = None if policy is None else policy.members
    facts = Facts(signals, caller, Surroundings(now=at), members=members)
    for reason in decision.reasons:
        reasons += _retell(reason, decision, policy, facts)
    return replace(decision, reasons=tuple(reasons))


def _retell(
    reason: Reason, decision: Decision, policy: Policy | None, facts: Facts
) -> Iterator[Reason]:
    if not reason.text.startswith(PASSED_OVER):
        yield reason
    elif policy is None or not policy.decided(decision.policy_version):
        now = "cannot be read" if policy is None else f"is {policy.name}@{policy.version}"
        decided = f"{decision.policy}@{decision.policy_version}"
        why = f"why is not told: {decided} decided, and the policy of today {now}"
        yield replace(reason, below=(Reason(why),))
    else:
        decides = next(
            (at for at, each in enumerate(policy.rules) if each.passed_over == reason), 0
        )
        for rule in policy.rules[:decides]:
            yield _tell_rule(rule, facts)


def _tell_rule(rule: Rule, facts: Facts) -> Reason:
    return Reason(f"rule '{rule.name}'", False, (_tell(rule.condition, facts),))


def _tell(condition: Condition, facts: Facts) -> Reason:
    """What the row says of a condition; of a part that asks for more than it holds, that it does."""
    if isinstance(condition, All):
        below = tuple(_tell(part, facts) for part in condition.parts)
        return below[0] if len(below) == 1 else Reason("all of", _all(below), below)
    if isinstance(condition, AnyOf):
        below = tuple(_tell(part, facts) for part in condition.parts)
        return Reason("any of", _any(below), below)
    if isinstance(condition, Not):
        part = _tell(condition.part, facts)
        return Reason("not", None if part.holds is None else not part.holds, (part,))
    lost = _list_lost(condition, facts)
    if not lost:
        return condition.explain(facts)
    asks = f"CEL {condition.expression}: reads" if isinstance(condition, Cel) else "asks for"
    return Reason(f"{asks} {' and '.join(lost)}, which the ledger does not keep")


def _is_kept(of: str, facts: Facts) -> bool:
    """Whether the row says what was expected of every model that was looked at."""
    expected = facts.signals.expected_quality
    return all(model in expected for model in facts.names_of(of))


def _may_hold(leaf: QualityInRange, facts: Facts) -> bool:
    """Whether what was expected of any of the models is what was asked for."""
    known = map(facts.quality_of, facts.models_of(leaf.of))
    return any(each is not None and leaf.range.holds(each) for each in known)


def _all(parts: tuple[Reason, ...]) -> bool | None:
    """False where one part does not hold, whatever is not known of the others."""
    told = [part.holds for part in parts]
    return False if False in told else None if None in told else True


def _any(parts: tuple[Reason, ...]) -> bool | None:
    told = [part.holds for part in parts]
    return True if True in told else None if None in told else False


def _list_lost(leaf: Condition, facts: Facts) -> list[str]:
    """The facts that a question asks for and the row does not hold."""
    if isinstance(leaf, Available | HealthInRange):
        return ["health"]
    if isinstance(leaf, QualityInRange):
        if not _is_kept(leaf.of, facts):
            return ["quality"]
        # Of a pool the best counts that could be called, and the row does not say who that was.
        return ["health"] if facts.is_pool(leaf.of) and _may_hold(leaf, facts) else []
    if isinstance(leaf, InRange | OneOf):
        return [name for name in (leaf.key.partition(".")[0],) if name in _NOT_KEPT]
    if isinstance(leaf, Cel):
        lost = _NOT_KEPT if facts.signals.expected_quality else _NOT_KEPT | {"expected_quality"}
        said = {"slots"} if _reads_slots(leaf.expression) else set()
        return sorted(_names(leaf.expression) & lost | said)
    return []


def _reads_slots(expression: str) -> bool:
    """Whether it asks what a slot says: the row holds only which slots there were, and how many of each."""
    tokens = split_tokens(expression)
    signs = ["", "", *(token.written for token in tokens), "", "", "", "", ""]
    return any(
        token.written == "slots"
        and token.kind == "name"
        and signs[at + 1] != "."
        and not _counts_slots(signs[at : at + 2], signs[at + 3 :])
        for at, token in enumerate(tokens)
    )


def _counts_slots(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether no more is asked than which slots there are, or how many of a kind."""
    steps = 2 if behind[0] == "." and behind[2] != "(" else 3 if behind[0] == "[" else 0
    ends = behind[steps:]
    if not steps and (before[1] == "in" or (ends[0] == "." and ends[1] in _OF_KEYS)):
        return True
    if list(before) in (["size", "("], ["has", "("]) and ends[0] == ")":
        return True
    if ends[0] in ("==", "!="):
        return list(ends[1:3]) == (["[", "]"] if steps else ["{", "}"])
    return list(ends[:3]) == [".", "size", "("]


def _names(expression: str) -> frozenset[str]:
    """The names in an expression, without those behind a dot."""
    tokens = split_tokens(expression)
    before = ["", *(token.written for token in tokens)]
    return frozenset(
        token.written
        for dot, token in zip(before, tokens, strict=False)
        if token.kind == "name" and dot != "."
    )
