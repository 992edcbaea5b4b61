"""Why the earlier rules of a past decision did not hold, told anew from what the ledger keeps.

At the time only their names are kept: their reasons would cost more than the decision itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from policies.decision import Decision, Reason
from policies.facts import Facts
from policies.rules import PASSED_OVER, Policy, Rule, list_weighed_by
from policies.schema import ConditionDoc
from policies.signals import Caller, Signals, Surroundings

_NOT_KEPT = ("health", "load", "budget_left_usd", "metadata", "cel")
"""What rules may ask for and no row of the ledger holds."""


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
    elif policy is None or policy.version != decision.policy_version:
        now = "cannot be read" if policy is None else f"is {policy.name}@{policy.version}"
        decided = f"{decision.policy}@{decision.policy_version}"
        why = f"why is not told: {decided} decided, and the policy of today {now}"
        yield replace(reason, below=(Reason(why),))
    else:
        whens = {rule.name: rule.when for rule in policy.doc.rules}
        decides = next(
            (at for at, each in enumerate(policy.rules) if each.passed_over == reason), 0
        )
        for rule in policy.rules[:decides]:
            yield _tell_rule(rule, whens.get(rule.name), facts)


def _tell_rule(rule: Rule, when: ConditionDoc | None, facts: Facts) -> Reason:
    lost = sorted(set(_keys(_written(when))) & set(_NOT_KEPT))
    if not all(_is_kept(of, facts) for of in list_weighed_by(when)):
        lost.append("quality")
    why = rule.condition.explain(facts)
    if lost:
        why = Reason(f"asks for {' and '.join(lost)}, which the ledger does not keep", False)
    return Reason(f"rule '{rule.name}'", False, (why,))


def _is_kept(of: str, facts: Facts) -> bool:
    """Whether the row says what was expected of every model that was looked at."""
    expected = facts.signals.expected_quality
    return all(model in expected for model in facts.names_of(of))


def _written(when: ConditionDoc | None) -> Any:
    return None if when is None else when.model_dump(by_alias=True, exclude_unset=True)


def _keys(document: Any) -> Iterator[str]:
    """Every key that is written anywhere in a condition."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(document, list | tuple):
        for each in document:
            yield from _keys(each)
