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
        yield find(policy, "warning", "empty-split", where, message, "Give it some, or remove it.")
    for side in split.sides:
        if side.share == 0:
            message = f"arm '{side.name}' of split '{split.name}' has no users."
            at = (*where, "arms", side.name)
            yield find(policy, "warning", "empty-arm", at, message, "Remove it.")
    own = split.pools[0] if split.pools else None
    if len({(side.use or own, side.prompt) for side in split.sides}) == 1:
        message = f"all arms of split '{split.name}' do the same."
        mend = "Give one of them another `use` or `prompt`."
        yield find(policy, "warning", "same-arms", (*where, "arms"), message, mend)


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
