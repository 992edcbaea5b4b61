"""Finds what a policy says that cannot be meant, before the first request meets it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.conditions import Condition
from policies.findings import Finding
from policies.lint_asides import lint_asides
from policies.lint_findings import find
from policies.lint_fit import lint_fit
from policies.lint_limits import lint_limits
from policies.lint_names import lint_names
from policies.lint_pools import lint_pools
from policies.lint_shadows import lint_shadows
from policies.located import Path
from policies.logic import Logic
from policies.rules import Policy
from policies.signals import Candidate


def lint(
    policy: Policy,
    candidates: Sequence[Candidate],
    prompts: Collection[str] | None = None,
    intents: Collection[str] | None = None,
) -> list[Finding]:
    """Give everything that is wrong or doubtful, in the order of the file.

    `candidates` are all models that are configured, on or off; `prompts` the names of all prompts,
    plain and with each version (None: do not look at prompts), `intents` those that a message may be read as (None: the shipped ones).
    """
    models = {candidate.name: candidate for candidate in candidates}
    logic = Logic(_conditions(policy), intents or ())
    found = [
        *lint_names(policy, models, prompts, intents),
        *lint_shadows(policy, logic),
        *lint_pools(policy, models),
        *lint_fit(policy, models, logic),
        *lint_limits(policy, models, logic),
        *_tests(policy),
        *_splits(policy),
        *lint_asides(policy, models, logic),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line)


def _conditions(policy: Policy) -> Iterator[Condition]:
    yield from (rule.condition for rule in policy.rules)
    yield from (constraint.condition for constraint in policy.constraints)
    if policy.inquiry is not None:
        yield policy.inquiry.condition


def _tests(policy: Policy) -> Iterator[Finding]:
    if not policy.doc.expect:
        mend = "Add `expect:` cases: an utterance or signals, and where it must go."
        yield find(policy, "warning", "no-tests", (), "the policy has no tests.", mend)


def _splits(policy: Policy) -> Iterator[Finding]:
    for name, split in policy.doc.splits.items():
        if not any(name == each.name for rule in policy.rules for each in rule.splits):
            message = f"split '{name}' touches no rule."
            mend = "Its `pool:` must be the `use:` of a rule, and its `rules:` must use that pool."
            yield find(policy, "error", "idle-split", ("splits", name), message, mend)
        for arm, each in split.arms.items():
            if each.share is not None and each.share == 0:
                message = f"arm '{arm}' of split '{name}' has no users."
                where: Path = ("splits", name, "arms", arm)
                yield find(policy, "warning", "empty-arm", where, message, "Remove it.")
    for rule in policy.rules:
        steering = [s for s in rule.splits if any(side.use is not None for side in s.sides)]
        for at, one in enumerate(steering):
            for other in steering[at + 1 :]:
                if one.layer_line is not None and one.layer == other.layer:
                    continue
                message = (
                    f"splits '{one.name}' and '{other.name}' both choose the model of rule "
                    f"'{rule.name}': the first would always win."
                )
                mend = "Put them in one `layer:` so that no user is in both."
                where = ("splits", other.name)
                yield find(policy, "error", "overlap", where, message, mend)
