"""A policy made ready: conditions built, names resolved, terms merged, splits laid out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from policies.asides import Inquiry, Trial, build_inquiry, build_trial
from policies.bounds import UNBOUND, Bounds
from policies.compiling import compile_all, compile_first
from policies.conditions import Condition
from policies.decision import Hedge, Reason, Terms
from policies.errors import PolicyFileError
from policies.experiments import build_splits
from policies.facts import Facts
from policies.findings import Finding
from policies.located import Located, Path
from policies.pools import Pool
from policies.questions import build_condition
from policies.schema import ConditionDoc, DefaultDoc, PolicyDoc, RuleDoc, TermsDoc
from policies.splits import Split
from policies.values import parse_zone

DEFAULT_RULE = "default"
NAMED = "model"
"""What a plan gives as its rule when the caller named a model or pool."""
AUTO = "auto"
PASSED_OVER = "earlier rules that did not hold: "
"""How the reason begins that names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Limits for every request that matches."""

    name: str
    condition: Condition
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where requests of a kind go."""

    name: str
    condition: Condition
    stages: tuple[Pool, ...]
    """The rule's own pool first, then those that stand behind it."""
    prompt: str | None
    bounds: Bounds
    terms: Terms
    splits: tuple[Split, ...]
    passed_over: Reason
    """Names the rules above this one; they did not hold when this one decides."""
    detours: Mapping[tuple[str, str], tuple[Pool, ...]]
    """By split and side: the stages of those whom an experiment sends to another pool or model first."""
    trial: Trial | None = None
    """None: the first whole answer is the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy file, ready to decide with. The last rule is the default and always holds."""

    name: str
    version: str
    """Content hash of what the policy says, its tests and remarks left out."""
    rules: tuple[Rule, ...]
    constraints: tuple[Constraint, ...]
    pools: Mapping[str, Pool]
    members: Mapping[str, tuple[str, ...]]
    """Model names by pool name."""
    splits: tuple[Split, ...]
    fallbacks: tuple[Pool, ...]
    pool_stages: Mapping[str, tuple[Pool, ...]]
    """A pool and what stands behind it, for callers that name a pool."""
    model_fallbacks: Mapping[str, tuple[Pool, ...]]
    aliases: Mapping[str, str]
    headroom_tokens: int
    answer_tokens: int
    doc: PolicyDoc
    source: Located
    inquiry: Inquiry | None = None
    """None: no model is asked before the decision."""
    former_version: str = ""
    """The hash that older rows of the ledger have of this very policy."""
    weighed: tuple[str, ...] = ()
    """Every model that pools and rules name: what is expected of these goes into the records."""
    prompts: tuple[str, ...] = ()
    """Every prompt that rules and arms of splits name."""
    first_that_holds: Callable[[Facts], int] = field(init=False, repr=False, compare=False)
    """The place of the rule that decides."""
    constraints_that_hold: Callable[[Facts], Sequence[int]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        rules = compile_first([rule.condition for rule in self.rules])
        constraints = compile_all([each.condition for each in self.constraints])
        object.__setattr__(self, "first_that_holds", rules)
        object.__setattr__(self, "constraints_that_hold", constraints)

    def decided(self, version: str) -> bool:
        """Whether a decision of that version is this policy's."""
        return version in (self.version, self.former_version)

    def what_is_called(self, requested: str) -> str:
        """Give what a caller's word for a model stands for: a pool, a model, or `auto`."""
        return AUTO if requested == AUTO else self.aliases.get(requested, requested)

    def place(self, *where: str | int) -> tuple[str, int]:
        """Give the file and line of a part of the policy."""
        return self.source.file, self.source.line(where)


def compile_policy(doc: PolicyDoc, source: Located | None = None) -> Policy:
    """Make a policy ready to decide with.

    Raises:
        PolicyFileError: names given twice, shares that do not add up, or a split without a place.
    """
    source = source or Located(doc.model_dump(by_alias=True, exclude_unset=True))
    findings = _name_problems(doc, source)
    splits, split_findings = build_splits(doc, source)
    findings += split_findings
    if findings:
        raise PolicyFileError(findings)
    pools = {name: _build_pool(name, doc) for name in doc.pools}
    return _assemble(doc, source, pools, splits)


def _assemble(
    doc: PolicyDoc, source: Located, pools: Mapping[str, Pool], splits: tuple[Split, ...]
) -> Policy:
    zone = parse_zone(doc.zone)
    written: list[RuleDoc | DefaultDoc] = [*doc.rules, doc.default]
    return Policy(
        name=doc.name,
        version=hash_content(doc),
        former_version=hash_with_remarks(doc),
        rules=tuple(_build_rule(rule, doc, pools, splits) for rule in written),
        constraints=tuple(
            Constraint(
                name=each.name,
                condition=build_condition(each.when, zone),
                bounds=_build_bounds(each),
            )
            for each in doc.constraints
        ),
        pools=pools,
        members={name: pool.models for name, pool in pools.items()},
        splits=splits,
        fallbacks=_resolve(doc.fallbacks, pools),
        pool_stages={name: _stages(name, None, doc, pools) for name in pools},
        model_fallbacks={
            name: _resolve(names, pools) for name, names in doc.model_fallbacks.items()
        },
        aliases=dict(doc.aliases),
        headroom_tokens=doc.headroom_tokens,
        answer_tokens=doc.answer_tokens,
        doc=doc,
        source=source,
        inquiry=build_inquiry(doc.dispatcher, pools, zone),
        weighed=_list_weighed(doc),
        prompts=_list_prompts(doc),
    )


def _list_prompts(doc: PolicyDoc) -> tuple[str, ...]:
    rules: list[RuleDoc | DefaultDoc] = [*doc.rules, doc.default]
    arms = [arm for split in doc.splits.values() for arm in split.arms.values()]
    named = [each.prompt for each in (*rules, *arms) if each.prompt]
    return tuple(sorted(set(named)))


def _list_weighed(doc: PolicyDoc) -> tuple[str, ...]:
    """Give the models of all pools, those that stand where a pool may, and those whose quality is asked for."""
    rules: list[RuleDoc | DefaultDoc] = [*doc.rules, doc.default]
    named = [name for each in rules for name in (each.use, *(each.fallbacks or ()))]
    named += [*doc.fallbacks, *doc.model_fallbacks]
    named += [name for names in doc.model_fallbacks.values() for name in names]
    named += [of for rule in doc.rules for of in list_weighed_by(rule.when)]
    pooled = [model for pool in doc.pools.values() for model in pool.models]
    return tuple(dict.fromkeys([*pooled, *(each for each in named if each not in doc.pools)]))


def list_weighed_by(when: ConditionDoc | None) -> list[str]:
    """Give the models and pools whose quality a condition asks for."""
    if when is None:
        return []
    inside = [*(when.all_ or ()), *(when.any_ or ()), *([when.not_] if when.not_ else [])]
    found = [of for each in inside for of in list_weighed_by(each)]
    return [*([when.quality.of] if when.quality else []), *found]


def hash_content(doc: PolicyDoc) -> str:
    """Give twelve hex digits for what the policy says; tests and remarks in it do not count."""
    said = _dump(doc)
    _strip_remarks(said)
    return _hash(said)


def hash_with_remarks(doc: PolicyDoc) -> str:
    """Give the hash as it was when `about` still counted: rows from then have it."""
    return _hash(_dump(doc))


def _dump(doc: PolicyDoc) -> dict[str, Any]:
    return doc.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"expect"})


def _strip_remarks(said: dict[str, Any]) -> None:
    """Take `about` out where it is a remark; elsewhere it may be a name of the user's own."""
    pools, splits = said.get("pools", {}), said.get("splits", {})
    for part in (said, *said.get("rules", ()), *pools.values(), *splits.values()):
        part.pop("about", None)


def _hash(said: dict[str, Any]) -> str:
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def pool_of_one(model: str) -> Pool:
    """Give a pool that holds one model only."""
    return Pool(name=model, models=(model,), is_one=True)


def resolve(name: str, pools: Mapping[str, Pool]) -> Pool:
    """Give the pool of that name, or one that holds the model of that name."""
    return pools[name] if name in pools else pool_of_one(name)


def _resolve(names: Sequence[str], pools: Mapping[str, Pool]) -> tuple[Pool, ...]:
    return tuple(resolve(name, pools) for name in names)


def _stages(
    use: str,
    fallbacks: Sequence[str] | None,
    doc: PolicyDoc,
    pools: Mapping[str, Pool],
    escalate: str | None = None,
    instead: str | None = None,
) -> tuple[Pool, ...]:
    """Give the pool and those behind it: the rule's own, then the pool's, then the policy's, each once.

    An empty list ends the row: nobody of those further out comes in. Where first answers are judged,
    the pool that answers those that fail comes next. Where an experiment has another pool asked
    `instead`, that one comes first, and its fallbacks count if it lists any.
    """
    names = [*([instead] if instead else ()), use, *([escalate] if escalate else ())]
    listing = [doc.pools[each].fallbacks for each in (instead, use) if each in doc.pools]
    own = next((each for each in listing if each is not None), None)
    for listed in (fallbacks, own, doc.fallbacks):
        if listed == []:
            break
        names += listed or ()
    return _resolve(list(dict.fromkeys(names)), pools)


def _build_pool(name: str, doc: PolicyDoc) -> Pool:
    pool = doc.pools[name]
    return Pool(
        name=name,
        models=tuple(dict.fromkeys(pool.models)),
        objective=pool.objective,
        quality_floor=pool.quality_floor,
        under_usd=None if pool.under_usd is None else Decimal(str(pool.under_usd)),
        weights=dict(pool.weights),
    )


def _build_rule(
    rule: RuleDoc | DefaultDoc,
    doc: PolicyDoc,
    pools: Mapping[str, Pool],
    splits: Sequence[Split],
) -> Rule:
    name, when, above = DEFAULT_RULE, None, doc.rules
    if isinstance(rule, RuleDoc):
        name, when, above = rule.name, rule.when, doc.rules[: doc.rules.index(rule)]
    names = ", ".join(each.name for each in above)
    escalate = None if rule.cascade is None else rule.cascade.escalate

    def seat(instead: str | None = None) -> tuple[Pool, ...]:
        return _stages(rule.use, rule.fallbacks, doc, pools, escalate, instead)

    dealt = tuple(split for split in splits if split.deals(name, rule.use))
    return Rule(
        name=name,
        condition=build_condition(when, parse_zone(doc.zone)),
        stages=seat(),
        detours={
            (split.name, side.name): _divert(
                seat(side.use if side.use in pools else None), split, side.name, side.use, pools
            )
            for split in dealt
            for side in split.sides
            if side.use is not None
        },
        prompt=rule.prompt,
        bounds=_build_bounds(rule),
        terms=_merge_terms(doc.terms, rule.terms),
        splits=dealt,
        passed_over=Reason(f"{PASSED_OVER}{names}", False),
        trial=build_trial(rule.cascade, pools),
    )


def _divert(
    stages: tuple[Pool, ...], split: Split, side: str, use: str, pools: Mapping[str, Pool]
) -> tuple[Pool, ...]:
    """Give the pools as the side of a split has them asked: its own first, with the word that it is."""
    if use in pools:
        first, *behind = stages
    else:
        # It stays the rule's own pool, of which an experiment tries another model.
        first, behind = Pool(name=stages[0].name, models=(use,), is_one=True), list(stages)
    return (first.put_first(f"side '{side}' of split '{split.name}'"), *behind)


def _build_bounds(each: Any) -> Bounds:
    if not (each.must_stay_local or each.region or each.needs):
        return UNBOUND
    return Bounds(
        must_stay_local=each.must_stay_local,
        regions=each.region,
        needs=frozenset(each.needs or ()),
    )


def _merge_terms(*docs: TermsDoc | None) -> Terms:
    terms = Terms()
    for doc in docs:
        if doc is None:
            continue
        written = {key: getattr(doc, key) for key in doc.model_fields_set}
        changes = {key: value for key, value in written.items() if value is not None}
        if doc.hedge is not None:
            changes["hedge"] = Hedge(
                after_seconds=doc.hedge.after_seconds, max_share=doc.hedge.max_share
            )
        terms = dataclasses.replace(terms, **changes)
    return terms


def _name_problems(doc: PolicyDoc, source: Located) -> list[Finding]:
    findings: list[Finding] = []
    named = {
        "rules": [rule.name for rule in doc.rules],
        "constraints": [constraint.name for constraint in doc.constraints],
    }
    for section, names in named.items():
        for at, name in enumerate(names):
            where: Path = (section, at, "name")
            if name in names[:at]:
                message = f"the name '{name}' is used twice in {section}."
                findings.append(_refuse(source, where, "twice", message, "Rename one."))
            if name in (DEFAULT_RULE, NAMED):
                message = f"'{name}' is a name of our own."
                findings.append(_refuse(source, where, "reserved", message, "Choose another."))
    for name, pool in doc.pools.items():
        if name == AUTO:
            message = "'auto' is what callers write to let the policy decide."
            mend = "Give the pool another name."
            findings.append(_refuse(source, ("pools", name), "reserved", message, mend))
        for model in pool.weights:
            if model not in pool.models:
                message = f"'{model}' has a weight but is not in pool '{name}'."
                mend = "Add it to `models`, or remove the weight."
                where = ("pools", name, "weights", model)
                findings.append(_refuse(source, where, "unknown-model", message, mend))
    return findings


def _refuse(source: Located, where: Path, code: str, message: str, mend: str) -> Finding:
    return Finding(
        severity="error",
        code=code,
        message=message,
        mend=mend,
        file=source.file,
        line=source.line(where),
    )
