"""From the `splits:` of a policy file to splits that deal users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from policies.findings import Finding
from policies.located import Located, Path
from policies.schema import PolicyDoc, SplitDoc
from policies.splits import NOBODY, Line, Side, Split, lay_out, lay_out_layer


class _RefusedError(Exception):
    """A split that cannot be dealt; says where and why."""

    def __init__(self, where: Path, message: str, mend: str) -> None:
        super().__init__(message)
        self.where = where
        self.message = message
        self.mend = mend


def build_splits(doc: PolicyDoc, source: Located) -> tuple[tuple[Split, ...], list[Finding]]:
    """Give the splits of a policy, and what is wrong with those that cannot be dealt."""
    splits: list[Split] = []
    findings: list[Finding] = []
    for name, each in doc.splits.items():
        try:
            splits.append(_build(name, each, doc.splits))
        except _RefusedError as refused:
            findings.append(
                Finding(
                    severity="error",
                    code="shares",
                    message=refused.message,
                    mend=refused.mend,
                    file=source.file,
                    line=source.line(refused.where),
                )
            )
    return tuple(splits), findings


def _build(name: str, doc: SplitDoc, splits: Mapping[str, SplitDoc]) -> Split:
    if doc.pool is None and not doc.rules:
        raise _RefusedError(
            ("splits", name), f"split '{name}' applies nowhere.", "Add `pool:` or `rules:`."
        )
    shares = _arm_shares(name, doc)
    rest = _rest(doc)
    layer = _layer_line(name, doc, splits)
    return Split(
        name=name,
        by=doc.by,
        sides=tuple(
            Side(arm, float(share), doc.arms[arm].use, doc.arms[arm].prompt)
            for arm, share in shares.items()
        ),
        line=lay_out([(arm, share) for arm, share in shares.items() if arm != rest], rest),
        pools=() if doc.pool is None else (doc.pool,),
        rules=tuple(doc.rules or ()),
        salt=doc.salt,
        layer=doc.layer or name,
        layer_line=layer,
        traffic=float(_traffic(name, doc, splits)),
    )


def _rest(doc: SplitDoc) -> str:
    """Give the arm that takes what the others leave: the one that says so, else the last by name."""
    unnamed = [name for name, arm in doc.arms.items() if arm.share is None]
    return unnamed[0] if unnamed else max(doc.arms)


def _arm_shares(name: str, doc: SplitDoc) -> dict[str, Decimal]:
    unnamed = [arm for arm, each in doc.arms.items() if each.share is None]
    said = sum((each.share or Decimal(0) for each in doc.arms.values()), Decimal(0))
    where = ("splits", name, "arms")
    if len(unnamed) > 1:
        raise _RefusedError(
            where, f"split '{name}' has two arms for the rest.", "Give all but one a share."
        )
    if said > 1 or (said < 1 and not unnamed):
        raise _RefusedError(
            where,
            f"the shares of split '{name}' add up to {float(said * 100):g} %, not 100 %.",
            "Change one, or write `share: rest` for one arm.",
        )
    return {arm: (1 - said if each.share is None else each.share) for arm, each in doc.arms.items()}


def _members(layer: str, splits: Mapping[str, SplitDoc]) -> list[tuple[str, SplitDoc]]:
    return [(name, each) for name, each in splits.items() if each.layer == layer]


def _traffic(name: str, doc: SplitDoc, splits: Mapping[str, SplitDoc]) -> Decimal:
    if doc.traffic is not None:
        return doc.traffic
    if doc.layer is None:
        return Decimal(1)
    others = _members(doc.layer, splits)
    said = sum((each.traffic or Decimal(0) for _, each in others), Decimal(0))
    if sum(1 for _, each in others if each.traffic is None) > 1:
        raise _RefusedError(
            ("splits", name),
            f"two splits of layer '{doc.layer}' both want the rest of its traffic.",
            "Give all but one a `traffic:` share.",
        )
    return max(1 - said, Decimal(0))


def _layer_line(name: str, doc: SplitDoc, splits: Mapping[str, SplitDoc]) -> Line | None:
    if doc.layer is None:
        if doc.traffic is None or doc.traffic == 1:
            return None
        return lay_out([(name, doc.traffic)], NOBODY)
    members = _members(doc.layer, splits)
    units = {each.by for _, each in members}
    if len(units) > 1:
        raise _RefusedError(
            ("splits", name, "by"),
            f"splits of layer '{doc.layer}' stick by {' and '.join(sorted(units))}.",
            "Splits exclude each other only when all stick by the same thing.",
        )
    shares: Sequence[tuple[str, Decimal]] = [
        (other, _traffic(other, each, splits)) for other, each in members
    ]
    total = sum((share for _, share in shares), Decimal(0))
    if total > 1:
        raise _RefusedError(
            ("splits", name, "traffic"),
            f"the splits of layer '{doc.layer}' want {float(total * 100):g} % of its traffic.",
            "Lower one, or move one to a layer of its own.",
        )
    return lay_out_layer(shares)
