"""Which share of its group's requests LiteLLM gives each deployment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from policies.litellm_entries import Place, read_order
from policies.litellm_report import Report

_STANDBY = (
    "its first deployment has a `weight`, so LiteLLM sends nothing to those without one while the others "
    "are well; they only stand in here, too. Give them weights in the pool if they should have a share."
)
_UNHEEDED = (
    "its first deployment has no `weight`, so LiteLLM heeds none of the others'; all have the same "
    "share here, too."
)


def settle_weights(
    places: Mapping[str, Sequence[Place]], entries: Sequence[Any], report: Report
) -> dict[str, list[Place]]:
    """Give the deployments of each group as LiteLLM's `simple-shuffle` weighs them.

    It looks at the first deployment in the file, of each `order` by itself: if that has a weight, the
    others have theirs or 0; if not, no weight counts. `entries` is the whole `model_list`, since the
    first one need not have been taken over.
    """
    leads = _find_leads(entries)
    settled: dict[str, list[Place]] = {}
    for group, listed in places.items():
        weighted = {turn_of(place) for place in listed if place.weight is not None}
        settled[group] = [_settle(group, place, weighted, leads) for place in listed]
        changed = {
            new.weight
            for old, new in zip(listed, settled[group], strict=True)
            if new.weight != old.weight
        }
        if 0 in changed:
            report.note(f"model_list, '{group}'", _STANDBY)
        if None in changed:
            report.note(f"model_list, '{group}'", _UNHEEDED)
    return settled


def turn_of(place: Place) -> float:
    """Give when a deployment is asked; LiteLLM asks those without an order last."""
    return math.inf if place.order is None else place.order


def _settle(
    group: str, place: Place, weighted: set[float], leads: Mapping[tuple[str, float], bool]
) -> Place:
    turn = turn_of(place)
    if turn not in weighted:
        return place
    if not leads.get((group, turn), True):
        return replace(place, weight=None)
    return replace(place, weight=0.0) if place.weight is None else place


def _find_leads(entries: Sequence[Any]) -> dict[tuple[str, float], bool]:
    """Give for each group and order whether its first deployment has a weight."""
    leads: dict[tuple[str, float], bool] = {}
    for entry in entries:
        params = entry.get("litellm_params") if isinstance(entry, Mapping) else None
        if isinstance(params, Mapping):
            order = read_order(params, "", Report())
            turn = math.inf if order is None else order
            leads.setdefault((str(entry.get("model_name")), turn), params.get("weight") is not None)
    return leads
