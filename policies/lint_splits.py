"""Finds splits that deal nobody, deal to no difference, or stand in each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policies.findings import Finding
from policies.lint_findings import find
from policies.located import Path
from policies.rules import Policy, Rule
from policies.splits import Split

_WINS = {"model": "the first would always win", "prompt": "the last would always win"}


def lint_splits(policy: Policy) -> Iterator[Finding]:
    """Give what cannot be meant in the policy's splits."""
    for split in policy.splits:
        yield from _one(policy, split)
    for rule in policy.rules:
        yield from _overlaps(policy, rule, "model")
        yield from _overlaps(policy, rule, "prompt")


def _one(policy: Policy, split: Split) -> Iterator[Finding]:
    where: Path = ("splits", split.name)
    if not any(split in rule.splits for rule in policy.rules):
        message = f"split '{split.name}' touches no rule."
        mend = "Its `pool:` must be the `use:` of a rule, and its `rules:` must use that pool."
        yield find(policy, "error", "idle-split", where, message, mend)
    if split.traffic == 0:
        doc = policy.doc.splits[split.name]
        left = "its layer's other splits leave it none" if doc.traffic is None else "traffic is 0 %"
        message = f"split '{split.name}' has no users: {left}."
        yield find(policy, "warning", "empty-split", where, message, _mend_split(policy, split))
    for side in split.sides:
        if side.share == 0:
            message = f"arm '{side.name}' of split '{split.name}' has no users."
            at = (*where, "arms", side.name)
            yield find(policy, "warning", "empty-arm", at, message, _mend_arm(split))
    own = split.pools[0] if split.pools else None
    if len({(side.use or own, side.prompt) for side in split.sides}) == 1:
        message = f"all arms of split '{split.name}' do the same."
        mend = "Give one of them another `use` or `prompt`."
        yield find(policy, "warning", "same-arms", (*where, "arms"), message, mend)


def _mend_split(policy: Policy, split: Split) -> str:
    """Say what to do with a split that has no users. One that was ended keeps its place in its layer."""
    layer, splits = policy.doc.splits[split.name].layer, list(policy.doc.splits.items())
    names = [name for name, each in splits if each.layer == layer]
    below = names[names.index(split.name) + 1 :]
    if layer is None or not below:
        return "Give it some, or remove it: nobody else is moved by that."
    others = ", ".join(f"'{name}'" for name in below)
    return (
        "Give it some, or leave it where it is while others of its layer run: removing it "
        f"may move users of {others}."
    )


def _mend_arm(split: Split) -> str:
    """Say what to do with an arm that has no users: how many arms there are says where each user is."""
    if len(split.sides) > 2:
        why = "removing it deals the users of all arms anew"
    else:
        why = "a split has two arms at least"
    return f"Give it a share, or leave it until the experiment ends: {why}."


def _overlaps(policy: Policy, rule: Rule, what: Literal["model", "prompt"]) -> Iterator[Finding]:
    """Find pairs of splits that both steer the same thing of a rule for the same users."""
    steering = [split for split in rule.splits if _steers(split, what)]
    for at, one in enumerate(steering):
        for other in steering[at + 1 :]:
            if one.layer_line is not None and one.layer == other.layer:
                continue
            message = (
                f"splits '{one.name}' and '{other.name}' both choose the {what} of rule "
                f"'{rule.name}': {_WINS[what]}."
            )
            mend = "Put them in one `layer:` so that no user is in both."
            yield find(policy, "error", "overlap", ("splits", other.name), message, mend)


def _steers(split: Split, what: Literal["model", "prompt"]) -> bool:
    if what == "model":
        return any(side.use is not None for side in split.sides)
    return any(side.prompt is not None for side in split.sides)
