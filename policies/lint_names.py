"""Finds names in a policy that nothing has: models, pools, prompts, rules, intents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.expression_check import asks_for, list_asked
from policies.findings import Finding, did_you_mean
from policies.lint_asides import mentioned_models
from policies.lint_findings import Models, find
from policies.located import Path
from policies.rules import AUTO, Policy
from policies.schema import ConditionDoc
from policies.signals import ANY_LOCAL, GROUP_OF, INTENTS


def lint_names(
    policy: Policy,
    models: Models,
    prompts: Collection[str] | None,
    intents: Collection[str] | None,
) -> Iterator[Finding]:
    """Give every name that nothing has; None for prompts or intents leaves those alone."""
    yield from _models(policy, models)
    yield from _pools(policy, models)
    yield from _aliases(policy, models)
    yield from _places_of_splits(policy)
    if prompts is not None:
        yield from _prompts(policy, prompts)
    if intents is not None:
        yield from _intents(policy, intents)


def _models(policy: Policy, models: Models) -> Iterator[Finding]:
    known = {*policy.pools, *models, ANY_LOCAL}
    for name, where in list_mentions(policy):
        if name not in known:
            message = f"there is no pool or model '{name}'."
            yield find(policy, "error", "unknown-model", where, message, did_you_mean(name, known))
    for asked, where in list_conditions(policy):
        for name in list_asked(asked.cel or "", "expected_quality"):
            if name not in models:
                message = f"there is no model '{name}', and a CEL expression asks for its quality."
                mend = did_you_mean(name, models)
                yield find(policy, "error", "unknown-model", (*where, "cel"), message, mend)


def _pools(policy: Policy, models: Models) -> Iterator[Finding]:
    known = {*models, ANY_LOCAL}
    for name, pool in policy.doc.pools.items():
        if name in models:
            message = f"pool '{name}' has the name of a model."
            yield find(policy, "error", "same-name", ("pools", name), message, "Rename the pool.")
        for at, model in enumerate(pool.models):
            where: Path = ("pools", name, "models", at)
            if model in known:
                continue
            if model in policy.pools:
                message = f"pool '{name}' lists pool '{model}', but a pool holds models only."
                mend = f"Write the models of '{model}', or put it under the pool's `fallbacks`."
                yield find(policy, "error", "pool-in-pool", where, message, mend)
            else:
                message = f"there is no model '{model}'."
                mend = did_you_mean(model, known)
                yield find(policy, "error", "unknown-model", where, message, mend)


def _aliases(policy: Policy, models: Models) -> Iterator[Finding]:
    """Find names that callers use and that do not lead where they seem to."""
    for alias, target in policy.aliases.items():
        where: Path = ("aliases", alias)
        if alias == AUTO:
            message = "'auto' always lets the policy decide: an alias of that name is never used."
            yield find(policy, "error", "same-name", where, message, "Remove it.")
        elif alias in policy.pools:
            message = f"alias '{alias}' has the name of a pool, which callers cannot reach then."
            yield find(policy, "error", "same-name", where, message, "Rename one of the two.")
        elif alias in models:
            message = f"alias '{alias}' has the name of a model, which callers cannot reach then."
            mend = "Rename it, or leave it if that is meant."
            yield find(policy, "warning", "same-name", where, message, mend)
        if target == ANY_LOCAL:
            message = f"alias '{alias}' stands for '{ANY_LOCAL}', which is no pool or model."
            mend = f"Name a pool whose `models` is [{ANY_LOCAL}]."
            yield find(policy, "error", "unknown-model", where, message, mend)
    for name in policy.model_fallbacks:
        if name in policy.pools or name == ANY_LOCAL:
            message = (
                f"`model_fallbacks` are for models, and '{name}' is none: they are never used."
            )
            mend = "Write `fallbacks` in the pool."
            at = ("model_fallbacks", name)
            yield find(policy, "error", "unused-fallbacks", at, message, mend)


def _prompts(policy: Policy, prompts: Collection[str]) -> Iterator[Finding]:
    for name, where in _mentioned_prompts(policy):
        if name in prompts:
            continue
        plain, _, version = name.partition("@")
        if plain in prompts:
            message = f"prompt '{plain}' has no version '{version}'."
            versions = [each for each in prompts if each.startswith(f"{plain}@")]
            known = " or ".join(f"'{each}'" for each in sorted(versions)) or f"'{plain}'"
            mend = f"Did you mean {known}? '{plain}' alone means the newest."
        else:
            message = f"there is no prompt '{name}'."
            mend = did_you_mean(plain, [each for each in prompts if "@" not in each])
        yield find(policy, "error", "unknown-prompt", where, message, mend)


def _places_of_splits(policy: Policy) -> Iterator[Finding]:
    rules = {rule.name for rule in policy.rules}
    for name, split in policy.doc.splits.items():
        if split.pool is not None and split.pool not in policy.pools:
            message = f"split '{name}' is for pool '{split.pool}', which there is not."
            mend = did_you_mean(split.pool, policy.pools)
            yield find(policy, "error", "unknown-pool", ("splits", name, "pool"), message, mend)
        for at, rule in enumerate(split.rules or ()):
            if rule not in rules:
                message = f"split '{name}' is for rule '{rule}', which there is not."
                mend = did_you_mean(rule, rules)
                where = ("splits", name, "rules", at)
                yield find(policy, "error", "unknown-rule", where, message, mend)


def list_mentions(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Every pool or model that is named where either may stand, and where."""
    doc = policy.doc
    for name, pool in doc.pools.items():
        yield from _listed(pool.fallbacks, ("pools", name, "fallbacks"))
    for at, rule in enumerate(doc.rules):
        yield rule.use, ("rules", at, "use")
        yield from _listed(rule.fallbacks, ("rules", at, "fallbacks"))
    for asked, where in list_conditions(policy):
        for part in (asked.health, asked.quality):
            if part is not None:
                yield part.of, where
    yield doc.default.use, ("default", "use")
    yield from _listed(doc.default.fallbacks, ("default", "fallbacks"))
    yield from _listed(doc.fallbacks, ("fallbacks",))
    for model, names in doc.model_fallbacks.items():
        yield model, ("model_fallbacks", model)
        yield from _listed(names, ("model_fallbacks", model))
    yield from (
        (target, ("aliases", alias)) for alias, target in doc.aliases.items() if target != "auto"
    )
    for name, split in doc.splits.items():
        for arm, each in split.arms.items():
            if each.use is not None:
                yield each.use, ("splits", name, "arms", arm, "use")
    yield from mentioned_models(policy)


def _listed(names: Sequence[str] | None, where: Path) -> Iterator[tuple[str, Path]]:
    yield from ((name, (*where, at)) for at, name in enumerate(names or ()))


def list_conditions(policy: Policy) -> Iterator[tuple[ConditionDoc, Path]]:
    """Every condition of the policy, those inside others too, and where it stands."""
    doc = policy.doc
    for at, rule in enumerate(doc.rules):
        yield from _within(rule.when, ("rules", at, "when"))
    for at, constraint in enumerate(doc.constraints):
        yield from _within(constraint.when, ("constraints", at, "when"))
    if doc.dispatcher is not None:
        yield from _within(doc.dispatcher.when, ("dispatcher", "when"))


def is_limit(policy: Policy, where: Path) -> bool:
    """Whether limits on where a request may go hang on the condition at this place."""
    section, at = where[:2]
    if section == "rules" and isinstance(at, int):
        rule = policy.doc.rules[at]
        return bool(rule.must_stay_local or rule.region)
    return section == "constraints"


def _within(doc: ConditionDoc | None, where: Path) -> Iterator[tuple[ConditionDoc, Path]]:
    if doc is None:
        return
    yield doc, where
    for at, each in enumerate(doc.all_ or ()):
        yield from _within(each, (*where, "all", at))
    for at, each in enumerate(doc.any_ or ()):
        yield from _within(each, (*where, "any", at))
    yield from _within(doc.not_, (*where, "not"))


def _mentioned_prompts(policy: Policy) -> Iterator[tuple[str, Path]]:
    doc = policy.doc
    for at, rule in enumerate(doc.rules):
        if rule.prompt:
            yield rule.prompt, ("rules", at, "prompt")
    if doc.default.prompt:
        yield doc.default.prompt, ("default", "prompt")
    for name, split in doc.splits.items():
        for arm, each in split.arms.items():
            if each.prompt:
                yield each.prompt, ("splits", name, "arms", arm, "prompt")


def _intents(policy: Policy, intents: Collection[str]) -> Iterator[Finding]:
    """Find what no message is ever read as, where the intent heads are not the shipped ones."""
    for asked, where in list_conditions(policy):
        for key in ("intent", "intents"):
            yield from _unread(policy, asked, where, key, "intent", intents)
        yield from _unread(policy, asked, where, "intent_group", "group", _groups(intents))
        if set(intents) != set(INTENTS):
            yield from _alone(policy, asked, where)


def _groups(intents: Collection[str]) -> set[str]:
    return {GROUP_OF.get(each, "other") for each in intents}


def _unread(
    policy: Policy, asked: ConditionDoc, where: Path, key: str, what: str, known: Collection[str]
) -> Iterator[Finding]:
    """Find words of one key, written plainly or in CEL, that are none of those that are read."""
    plain = [(word, (*where, key)) for word in getattr(asked, key) or ()]
    in_cel = [(word, (*where, "cel")) for word in list_asked(asked.cel or "", key)]
    for word, place in [*plain, *in_cel]:
        if word in known:
            continue
        if what == "group":
            message = f"no message is read as of group '{word}': your own intents are all of {' or '.join(sorted(known))}."
            mend = "Name the intents themselves, under `intent` or `intents`."
        else:
            message = f"no message is read as '{word}': your own intent head has no such label."
            mend = did_you_mean(word, tuple(known))
        yield find(policy, "warning", f"unread-{what}", place, message, mend)


def _alone(policy: Policy, asked: ConditionDoc, where: Path) -> Iterator[Finding]:
    """Find questions for what was said before: with intents of one's own nothing is read after it."""
    is_in_cel = bool(asked.cel) and asks_for(asked.cel or "", "from_context")
    if not (asked.from_context or is_in_cel):
        return
    message = (
        "with intents of your own every message is read by itself: `from_context` is never true."
    )
    place = (*where, "cel" if is_in_cel else "from_context")
    yield find(policy, "warning", "unread-context", place, message, "Remove it.")
