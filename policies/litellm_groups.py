"""LiteLLM's model groups as our models and pools, under names that callers keep.

A group is a set of deployments. Deployments of one group that have the same model and say the same
of it are one model here; groups share a model only where it is the very same set of deployments, so
a name never reaches a deployment that it did not reach before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.litellm_entries import Facts, Place
from policies.litellm_report import Report
from policies.litellm_weights import turn_of
from policies.rules import AUTO
from policies.signals import ANY_LOCAL, Candidate

_UNFIT = re.compile(r"[^A-Za-z0-9._/:@-]+")
_LONGEST = 96
_LONGEST_ALIAS = 200
_Key = tuple[str, Facts, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """What a group is here."""

    name: str
    """A model or a pool."""
    models: Mapping[str, float]
    """Our models with their weights."""
    is_pool: bool
    is_ordered: bool = False
    """LiteLLM says who stands in for whom: the models are in that order."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Every group by LiteLLM's name, and what our configuration says of the models."""

    by_name: Mapping[str, Group]
    cards: Mapping[str, dict[str, Any]]
    aliases: Mapping[str, str]
    taken: set[str]
    """Names that stand for a model or a pool already."""


def fit(name: str) -> str:
    """Give what can be kept of a name; perhaps nothing."""
    return _UNFIT.sub("-", name).strip("-./:@_")[:_LONGEST]


def free(wanted: str, taken: set[str]) -> str:
    """Take a name, with a number behind it where it stands for something else."""
    name, count = wanted, 2
    while name in taken:
        name, count = f"{wanted}-{count}", count + 1
    taken.add(name)
    return name


def build_groups(
    places: Mapping[str, Sequence[Place]],
    behind: Mapping[str, Sequence[str]],
    known: Mapping[str, Candidate],
    report: Report,
) -> Groups:
    """Make models and pools of the groups; `behind` has the groups that stand behind each."""
    keys = {group: _split(listed) for group, listed in places.items()}
    taken = {AUTO, ANY_LOCAL, *known}
    names = _model_names(keys, known, taken)
    by_name: dict[str, Group] = {}
    claimed: dict[str, Sequence[str]] = {}
    for group, of_group in keys.items():
        models = {names[key]: _weight(key[2]) for key in of_group}
        first = next(iter(models))
        is_pool = len(models) > 1 or claimed.setdefault(first, behind[group]) != behind[group]
        name = _pool_name(group, taken, report) if is_pool else first
        by_name[group] = Group(name, models, is_pool, is_ordered=_is_ordered(places[group]))
    cards = {name: _card(name, key, known) for key, name in names.items()}
    aliases = {
        group: each.name
        for group, each in by_name.items()
        if group != each.name and can_call(group, group, each.name, report)
    }
    return Groups(by_name, cards, aliases, taken)


def can_call(name: str, where: str, target: str, report: Report) -> bool:
    """Whether callers may go on with a name as an alias; a note where they may not."""
    if name == AUTO:
        report.note(
            where, f"'{AUTO}' lets the policy decide here; its default goes where '{AUTO}' went."
        )
    elif not name.isprintable() or len(name) > _LONGEST_ALIAS:
        report.note(where, f"cannot be kept as a name; callers must ask for '{target}'.")
    else:
        return True
    return False


def _split(places: Sequence[Place]) -> list[_Key]:
    """Sort a group's deployments by what they say of their model, and by their turns where these differ.

    Those that only stand in are models of their own: a pool may give a model no share, which a model
    cannot do to one of its deployments.
    """
    is_ordered = _is_ordered(places)
    turns = sorted(places, key=lambda each: (turn_of(each), each.weight == 0))
    sorted_: dict[tuple[str, Facts, float, bool], list[Place]] = {}
    for place in turns if is_ordered else places:
        turn = turn_of(place) if is_ordered else 0.0
        sorted_.setdefault((place.base, place.facts, turn, place.weight == 0), []).append(place)
    return [(key[0], key[1], tuple(listed)) for key, listed in sorted_.items()]


def _is_ordered(places: Sequence[Place]) -> bool:
    return len({turn_of(place) for place in places}) > 1


def _model_names(
    keys: Mapping[str, Sequence[_Key]], known: Mapping[str, Candidate], taken: set[str]
) -> dict[_Key, str]:
    """Name each model after what is behind it, or after its group where several have the same."""
    wanted: dict[_Key, str] = {}
    bases: dict[str, set[_Key]] = {}
    for group, of_group in keys.items():
        for key in of_group:
            bases.setdefault(key[0], set()).add(key)
            wanted.setdefault(key, group if len(of_group) == 1 else f"{group}-{key[0]}")
    names: dict[_Key, str] = {}
    for key, own in wanted.items():
        base = key[0]
        is_named_after = len(bases[base]) == 1 or own == base
        if is_named_after and fit(base) == base and (base in known or base not in taken):
            names[key] = base
            taken.add(base)
    for key, own in wanted.items():
        if key not in names:
            alone = len(bases[key[0]]) == 1
            name = fit(key[0] if alone else own) or fit(key[0]) or "model"
            names[key] = free(name, taken)
    return names


def _weight(places: Sequence[Place]) -> float:
    return sum(1.0 if place.weight is None else place.weight for place in places)


def _pool_name(group: str, taken: set[str], report: Report) -> str:
    kept = fit(group)
    name = free(f"{kept}-pool" if kept in taken else kept or "pool", taken)
    if kept == group and name != group and group != AUTO:
        report.note(group, f"is a model's name too; the group is now pool '{name}'.")
    elif name != group and group != AUTO:
        report.note(group, f"is no name for a pool; the group is now pool '{name}'.")
    return name


def _card(name: str, key: _Key, known: Mapping[str, Candidate]) -> dict[str, Any]:
    """Give a model as `models` has it."""
    base, facts, places = key
    card = known.get(base)
    entry: dict[str, Any] = {}
    if card is not None and name != base:
        entry["base_model"] = base
    entry["provider"] = places[0].provider
    if facts.window_tokens is not None:
        entry["window_tokens"] = facts.window_tokens
    if facts.max_output_tokens is not None:
        entry["max_output_tokens"] = facts.max_output_tokens
    before = frozenset({"streaming"}) if card is None else card.abilities
    abilities = (before | facts.has) - facts.lacks
    if abilities != before or (card is None and (facts.has or facts.lacks)):
        entry["abilities"] = sorted(abilities)
    if facts.prices:
        entry["prices"] = dict(facts.prices)
    entry["deployments"] = [
        {"provider": place.provider, "wire_name": place.wire_name}
        | ({"weight": place.weight} if place.weight else {})
        for place in places
    ]
    return entry
