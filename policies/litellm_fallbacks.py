"""Who stands behind each of LiteLLM's model groups, as LiteLLM itself would ask them one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policies.litellm_report import Report, UnusableError, list_of, mapping_of, text_of

_EVERY = "*"
_KINDS = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
"""Ordinary ones first: those that LiteLLM asks whatever the error is."""
_SECTIONS = ("litellm_settings", "router_settings")


def read_fallbacks(
    sections: Mapping[str, dict[str, Any]],
    places: Mapping[str, Any],
    aliases: Mapping[str, str],
    report: Report,
) -> dict[str, list[str]]:
    """Give the groups that stand behind each group, and behind those in turn, in LiteLLM's order.

    What is read is taken out of its section. `places` has the groups that were taken over, and
    `aliases` the groups by their other names. `default_fallbacks` are to LiteLLM what `*` is among
    the ordinary fallbacks: they stand behind groups that have no ordinary ones, whatever these have
    for long prompts or filtered ones.
    """
    kinds: list[dict[str, list[str]]] = []
    for kind in _KINDS:
        named: dict[str, list[str]] = {}
        for section in _SECTIONS:
            where = f"{section}.{kind}"
            pairs = _pairs(sections[section].pop(kind, None), where, report)
            for group, names, at in pairs:
                if group == _EVERY or group in places:
                    _add(named, group, _targets(names, at, places, aliases, report))
                else:
                    report.note(at, "is no group that was taken over; left out.")
            _note_occasion(kind, where, bool(pairs), report)
        kinds.append(named)
    for section in _SECTIONS:
        names = sections[section].pop("default_fallbacks", None)
        if names is not None:
            where = f"{section}.default_fallbacks"
            _add(kinds[0], _EVERY, _targets(names, where, places, aliases, report))
    following = {group: _next(group, kinds) for group in places}
    return {group: _follow(group, following) for group in places}


def _add(named: dict[str, list[str]], group: str, targets: Sequence[str]) -> None:
    listed = named.setdefault(group, [])
    listed += [each for each in targets if each not in listed]


def _next(group: str, kinds: Sequence[Mapping[str, list[str]]]) -> list[str]:
    """Give whom LiteLLM asks right after a group: its own of every kind, what holds for all where it has none."""
    said = [named[group] for named in kinds if group in named]
    said += [named.get(_EVERY, []) for named in kinds if group not in named]
    return [each for listed in said for each in listed]


def _follow(group: str, following: Mapping[str, Sequence[str]]) -> list[str]:
    """Give all that come after a group.

    LiteLLM asks a fallback like any group: when it fails, too, its own fallbacks come before the
    next one, and nobody is asked twice.
    """
    found: dict[str, None] = {}
    waiting = list(reversed(following[group]))
    while waiting:
        each = waiting.pop()
        if each != group and each not in found:
            found[each] = None
            waiting += reversed(following[each])
    return list(found)


def _note_occasion(kind: str, where: str, is_given: bool, report: Report) -> None:
    if is_given and kind == "context_window_fallbacks":
        message = "are ordinary fallbacks now: they also answer when the model is down."
        report.note(where, message)
    if is_given and kind == "content_policy_fallbacks":
        report.note(
            where,
            "are ordinary fallbacks now; for prompts that a content filter refused, add "
            "`filtered_elsewhere: true` to the policy's terms.",
        )


def _pairs(value: Any, where: str, report: Report) -> list[tuple[str, Any, str]]:
    """Give each group with its fallbacks and its place, from a list or a mapping."""
    if isinstance(value, Mapping):
        return [(str(group), names, f"{where}.{group}") for group, names in value.items()]
    pairs: list[tuple[str, Any, str]] = []
    for at, entry in enumerate(list_of(value, where, report)):
        inside = f"{where}[{at}]"
        given = mapping_of(entry, inside, report)
        pairs += [(group, names, f"{inside}.{group}") for group, names in given.items()]
    return pairs


def _targets(
    names: Any,
    where: str,
    places: Mapping[str, Any],
    aliases: Mapping[str, str],
    report: Report,
) -> list[str]:
    """Give the groups that a fallback names, one or a list."""
    found: list[str] = []
    listed = [names] if isinstance(names, str) else list_of(names, where, report)
    for each in listed:
        try:
            name = text_of(each, where)
        except UnusableError as problem:
            report.note(where, f"{problem.why}; left out.")
            continue
        group = aliases.get(name or "", name or "")
        if group in places:
            found.append(group)
        else:
            report.note(where, f"'{name}' is no group that was taken over; left out.")
    return found
