"""Finds what a policy says that cannot be meant, before the first request meets it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from policies.caching import lint_caching
from policies.conditions import Condition, QualityInRange
from policies.findings import Finding
from policies.implications import Worth, leaves
from policies.lint_asides import lint_asides
from policies.lint_findings import find
from policies.lint_fit import lint_fit
from policies.lint_floors import lint_floors
from policies.lint_limits import lint_limits
from policies.lint_names import lint_names
from policies.lint_places import lint_places
from policies.lint_pools import lint_pools
from policies.lint_readers import lint_readers
from policies.lint_shadows import lint_shadows
from policies.lint_splits import lint_splits
from policies.lint_terms import lint_terms
from policies.lint_words import lint_words
from policies.logic import Logic
from policies.rules import Policy
from policies.signals import ANY_LOCAL, Candidate


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
    logic = Logic(
        _conditions(policy),
        intents or (),
        qualities=_list_qualities(policy, models),
        by_our_readers=policy.inquiry is None,
    )
    found = [
        *lint_names(policy, models, prompts, intents),
        *lint_shadows(policy, logic),
        *lint_pools(policy, models),
        *lint_floors(policy, models, logic),
        *lint_fit(policy, models, logic),
        *lint_limits(policy, models, logic),
        *lint_places(policy, models),
        *_tests(policy),
        *lint_splits(policy),
        *lint_terms(policy),
        *lint_asides(policy, models, logic),
        *lint_readers(policy, models, logic),
        *lint_words(policy),
        *lint_caching(policy),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line)


def _conditions(policy: Policy) -> Iterator[Condition]:
    yield from (rule.condition for rule in policy.rules)
    yield from (constraint.condition for constraint in policy.constraints)
    if policy.inquiry is not None:
        yield policy.inquiry.condition


def _list_qualities(
    policy: Policy, models: Mapping[str, Candidate]
) -> dict[str, float | Worth | None]:
    """Give what each model or pool whose quality is asked for is worth by its cards.

    None: nobody is there, or no card counts (one of 1 says that its model was taught).
    """
    local = tuple(name for name, each in models.items() if each.is_local)
    found: dict[str, float | Worth | None] = {}
    for condition in _conditions(policy):
        for leaf in leaves(condition):
            if isinstance(leaf, QualityInRange):
                listed = policy.members.get(leaf.of, (leaf.of,))
                names = {*listed, *(local if ANY_LOCAL in listed else ())}
                cards = [models[each].quality for each in names & models.keys()] or [1.0]
                worth = Worth(min(cards), max(cards))
                known = worth if leaf.of in policy.members else worth.best
                found[leaf.of] = known if worth.best < 1 else None
    return found


def _tests(policy: Policy) -> Iterator[Finding]:
    if not policy.doc.expect:
        mend = "Add `expect:` cases: an utterance or signals, and where it must go."
        yield find(policy, "warning", "no-tests", (), "the policy has no tests.", mend)
