"""Finds what a policy says that cannot be meant, before the first request meets it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from policies.bounds import Bounds
from policies.findings import Finding, Severity, did_you_mean
from policies.lint_asides import lint_asides, mentioned_models, used_pools
from policies.lint_places import lint_places
from policies.located import Path
from policies.logic import is_covered, lowest, never_holds
from policies.pools import Pool, list_models
from policies.rules import Policy, Rule
from policies.schema import ConditionDoc
from policies.signals import ANY_LOCAL, Candidate

Models = dict[str, Candidate]


def lint(
    policy: Policy,
    candidates: Sequence[Candidate],
    prompts: Collection[str] | None = None,
    intents: Collection[str] | None = None,
) -> list[Finding]:
    """Give everything that is wrong or doubtful, in the order of the file.

    `candidates` are all models that are configured, on or off; `prompts` the names of all prompts
    (None: do not look at prompts), `intents` those that a message may be read as (None: the shipped ones).
    """
    models = {candidate.name: candidate for candidate in candidates}
    found = [
        *_names(policy, models, prompts),
        *_rules(policy),
        *(() if intents is None else _intents(policy, intents)),
        *_pools(policy, models),
        *_fit(policy, models),
        *lint_places(_mentioned_models(policy), policy, models),
        *_fallbacks(policy),
        *_splits(policy),
        *lint_asides(policy, models),
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.line)


def _find(
    policy: Policy, severity: Severity, code: str, where: Path, message: str, mend: str
) -> Finding:
    file, line = policy.place(*where)
    return Finding(severity=severity, code=code, message=message, mend=mend, file=file, line=line)


def _names(policy: Policy, models: Models, prompts: Collection[str] | None) -> Iterator[Finding]:
    known = {*policy.pools, *models, ANY_LOCAL}
    for name, where in _mentioned_models(policy):
        if name not in known:
            message = f"there is no pool or model '{name}'."
            yield _find(policy, "error", "unknown-model", where, message, did_you_mean(name, known))
    for name in policy.pools:
        if name in models:
            message = f"pool '{name}' has the name of a model."
            yield _find(policy, "error", "same-name", ("pools", name), message, "Rename the pool.")
    for name, where in _mentioned_prompts(policy):
        if prompts is not None and name.partition("@")[0] not in {
            each.partition("@")[0] for each in prompts
        }:
            message = f"there is no prompt '{name}'."
            yield _find(
                policy, "error", "unknown-prompt", where, message, did_you_mean(name, prompts)
            )
    rules = {rule.name for rule in policy.rules}
    for name, split in policy.doc.splits.items():
        if split.pool is not None and split.pool not in policy.pools:
            message = f"split '{name}' is for pool '{split.pool}', which there is not."
            mend = did_you_mean(split.pool, policy.pools)
            yield _find(policy, "error", "unknown-pool", ("splits", name, "pool"), message, mend)
        for rule in split.rules or ():
            if rule not in rules:
                message = f"split '{name}' is for rule '{rule}', which there is not."
                mend = did_you_mean(rule, rules)
                yield _find(
                    policy, "error", "unknown-rule", ("splits", name, "rules"), message, mend
                )


def _mentioned_models(policy: Policy) -> Iterator[tuple[str, Path]]:
    doc = policy.doc
    for name, pool in doc.pools.items():
        yield from ((each, ("pools", name, "models", at)) for at, each in enumerate(pool.models))
        yield from _listed(pool.fallbacks, ("pools", name, "fallbacks"))
    for at, rule in enumerate(doc.rules):
        yield rule.use, ("rules", at, "use")
        yield from _listed(rule.fallbacks, ("rules", at, "fallbacks"))
    for asked, where in _conditions(policy):
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


def _conditions(policy: Policy) -> Iterator[tuple[ConditionDoc, Path]]:
    """Every condition of the policy, those inside others too, and where it stands."""
    doc = policy.doc
    for at, rule in enumerate(doc.rules):
        yield from _within(rule.when, ("rules", at, "when"))
    for at, constraint in enumerate(doc.constraints):
        yield from _within(constraint.when, ("constraints", at, "when"))
    if doc.dispatcher is not None:
        yield from _within(doc.dispatcher.when, ("dispatcher", "when"))


def _within(doc: ConditionDoc | None, where: Path) -> Iterator[tuple[ConditionDoc, Path]]:
    if doc is None:
        return
    yield doc, where
    for at, each in enumerate(doc.all_ or ()):
        yield from _within(each, (*where, "all", at))
    for at, each in enumerate(doc.any_ or ()):
        yield from _within(each, (*where, "any", at))
    yield from _within(doc.not_, (*where, "not"))


def _intents(policy: Policy, intents: Collection[str]) -> Iterator[Finding]:
    """Intents that no message is ever read as, where the intent heads are not the shipped ones."""
    for asked, where in _conditions(policy):
        for key in ("intent", "intents"):
            for word in getattr(asked, key) or ():
                if word not in intents:
                    message = (
                        f"no message is read as '{word}': your own intent head has no such label."
                    )
                    mend = did_you_mean(word, tuple(intents))
                    yield _find(policy, "warning", "unread-intent", (*where, key), message, mend)


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


def _rules(policy: Policy) -> Iterator[Finding]:
    for at, rule in enumerate(policy.rules[:-1]):
        where: Path = ("rules", at)
        earlier = policy.rules[:at]
        if never_holds(rule.condition):
            message = f"rule '{rule.name}' can never hold: its lines contradict each other."
            mend = "Use `any:` if one of them is enough, or remove the rule."
            yield _find(policy, "error", "never", where, message, mend)
        elif is_covered(rule.condition, [each.condition for each in earlier]):
            names = _shadows(rule, earlier)
            message = f"rule '{rule.name}' is never reached: {names} above always holds first."
            mend = "Move it up, narrow the one above, or remove it."
            yield _find(policy, "error", "shadowed", where, message, mend)
    for at, constraint in enumerate(policy.constraints):
        if never_holds(constraint.condition):
            message = f"constraint '{constraint.name}' can never hold."
            mend = "Its lines contradict each other: use `any:` if one of them is enough."
            yield _find(policy, "error", "never", ("constraints", at), message, mend)


def _shadows(rule: Rule, earlier: Sequence[Rule]) -> str:
    for each in earlier:
        if is_covered(rule.condition, [each.condition]):
            return f"'{each.name}'"
    return "one of the rules"


def _pools(policy: Policy, models: Models) -> Iterator[Finding]:
    used = _used_pools(policy)
    for name, pool in policy.pools.items():
        where: Path = ("pools", name)
        names = list_models(pool, models)
        known = [models[model] for model in names if model in models]
        if known and not any(candidate.is_on for candidate in known):
            why = "; ".join(f"{each.name}: {each.why_off or 'switched off'}" for each in known)
            message = f"every model of pool '{name}' is off ({why})."
            mend = "Its fallbacks will answer. Set a key for one of them."
            yield _find(policy, "warning", "pool-off", where, message, mend)
        yield from _prices(policy, pool, known)
        floor = pool.quality_floor
        if known and floor is not None and all(each.quality < floor for each in known):
            best = max(each.quality for each in known)
            message = f"no model of pool '{name}' reaches its quality floor {floor:g}."
            mend = f"The best has {best:g}. Lower the floor or add a better model."
            yield _find(policy, "error", "too-low", where, message, mend)
        if pool.weights and pool.objective != "weighted":
            message = f"pool '{name}' has weights, but its objective is {pool.objective}."
            mend = "Write `objective: weighted`, or remove the weights."
            yield _find(policy, "error", "weights-unused", (*where, "weights"), message, mend)
        if name not in used:
            message = f"nothing uses pool '{name}'."
            mend = "Callers can still name it; remove it if that is not meant."
            yield _find(policy, "warning", "unused-pool", where, message, mend)


def _used_pools(policy: Policy) -> set[str]:
    used = {stage.name for rule in policy.rules for stage in rule.stages}
    used |= {side.use for split in policy.splits for side in split.sides if side.use is not None}
    used |= {stage.name for stages in policy.model_fallbacks.values() for stage in stages}
    return used | set(policy.aliases.values()) | used_pools(policy)


def _prices(policy: Policy, pool: Pool, known: Iterable[Candidate]) -> Iterator[Finding]:
    depends = pool.objective == "cheapest" or pool.under_usd is not None
    for each in known:
        if each.input_usd_per_million is None or each.output_usd_per_million is None:
            message = f"the price of '{each.name}' in pool '{pool.name}' is unknown."
            effect = "pool chooses by price" if depends else "its calls have no cost in the bill"
            mend = f"Give it one under `models: {{{each.name}: {{prices: ...}}}}` ({effect})."
            severity: Severity = "error" if depends and each.is_on else "warning"
            at = pool.models.index(each.name) if each.name in pool.models else 0
            where = ("pools", pool.name, "models", at)
            yield _find(policy, severity, "unpriced", where, message, mend)


def _fit(policy: Policy, models: Models) -> Iterator[Finding]:
    """Find rules whose pools hold no model that could ever answer."""
    for at, rule in enumerate(policy.rules):
        where: Path = ("default",) if at == len(policy.rules) - 1 else ("rules", at)
        first = [models[name] for name in list_models(rule.stages[0], models) if name in models]
        every = [
            models[name]
            for stage in rule.stages
            for name in list_models(stage, models)
            if name in models
        ]
        least = lowest(rule.condition, "tokens")
        if first and least is not None:
            largest = max(each.window_tokens for each in first)
            if largest < least:
                message = f"rule '{rule.name}' is for {least:g} tokens and more."
                mend = f"The largest window of pool '{rule.stages[0].name}' holds {largest}."
                yield _find(policy, "error", "too-small", where, message, mend)
        needs = rule.bounds.needs
        if first and needs and not any(needs <= each.abilities for each in first):
            message = f"no model of pool '{rule.stages[0].name}' can do {', '.join(sorted(needs))}."
            mend = f"Rule '{rule.name}' needs it: use another pool."
            yield _find(policy, "error", "unable", where, message, mend)
        regions = rule.bounds.regions
        somewhere = Bounds(regions=regions)
        if every and regions and not any(somewhere.leave_room_for(each) for each in every):
            places = [place for each in models.values() for place in each.sites or (each,)]
            known = {str(place.region) for place in places if place.region}
            message = f"no model behind rule '{rule.name}' is in region {' or '.join(regions)}."
            yield _find(
                policy, "error", "no-region", where, message, did_you_mean(regions[0], known)
            )
        at_home = Bounds(must_stay_local=True)
        stays = rule.bounds.must_stay_local
        if every and stays and not any(at_home.leave_room_for(each) for each in every):
            message = f"rule '{rule.name}' must stay local, and no model behind it is local."
            yield _find(policy, "error", "no-local", where, message, "Add the pool `local`.")


def _fallbacks(policy: Policy) -> Iterator[Finding]:
    for at, rule in enumerate(policy.rules):
        models = {model for stage in rule.stages for model in stage.models}
        if len(models) < 2 and not rule.bounds.must_stay_local:
            where: Path = ("default",) if at == len(policy.rules) - 1 else ("rules", at)
            message = f"nobody stands behind '{rule.stages[0].name}' of rule '{rule.name}'."
            mend = "Add `fallbacks:` to the rule, the pool or the policy."
            yield _find(policy, "warning", "no-fallback", where, message, mend)
    if not policy.doc.expect:
        mend = "Add `expect:` cases: an utterance or signals, and where it must go."
        yield _find(policy, "warning", "no-tests", (), "the policy has no tests.", mend)


def _splits(policy: Policy) -> Iterator[Finding]:
    for name, split in policy.doc.splits.items():
        if not any(name == each.name for rule in policy.rules for each in rule.splits):
            message = f"split '{name}' touches no rule."
            mend = "Its `pool:` must be the `use:` of a rule, and its `rules:` must use that pool."
            yield _find(policy, "error", "idle-split", ("splits", name), message, mend)
        for arm, each in split.arms.items():
            if each.share is not None and each.share == 0:
                message = f"arm '{arm}' of split '{name}' has no users."
                where: Path = ("splits", name, "arms", arm)
                yield _find(policy, "warning", "empty-arm", where, message, "Remove it.")
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
                yield _find(policy, "error", "overlap", where, message, mend)
