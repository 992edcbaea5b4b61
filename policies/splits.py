"""Who takes part in which experiment, and on which side: the same user, the same side, always.

A place in 0..1 comes from a keyed BLAKE2b hash of the split and the user, so it is the same after a
restart, in every process and on every replica. The sides are laid over that line so that a change
of one share moves as few users as can be: every side but the *rest* has a home stretch of the line
in which it grows from the left, and the rest takes what is free. Growing one side by five percent
moves five percent of all users, all of them out of the rest and into that side, as long as each
side fits its home (one n-th of the line for n sides besides the rest).

The splits of a layer come and go while others run, so they are laid out in another way: one after
the other, each where those before it left room, so that a newcomer at the end moves nobody else.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from policies.signals import Caller

_FULL = 2.0**64
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of a split, ready to be sent users."""

    name: str
    share: float
    use: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The stretches of 0..1 and who owns each."""

    starts: tuple[float, ...]
    owners: tuple[str, ...]

    def owner(self, place: float) -> str:
        """Give who owns the stretch that holds `place`."""
        return self.owners[bisect_right(self.starts, place) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An experiment: who takes part, and how they are dealt to its sides."""

    name: str
    by: str
    sides: tuple[Side, ...]
    line: Line
    pools: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    salt: str = ""
    layer: str = NOBODY
    layer_line: Line | None = None
    traffic: float = 1.0

    def deals(self, rule: str, pool: str) -> bool:
        """Whether requests of this rule and pool take part."""
        if self.rules and rule not in self.rules:
            return False
        return not self.pools or pool in self.pools

    def side(self, name: str) -> Side:
        """Give the side of that name."""
        for side in self.sides:
            if side.name == name:
                return side
        raise KeyError(name)

    def chance(self, side: Side) -> float:
        """Give the share of all sides that send users to the same place as this one."""
        return sum([each.share for each in self.sides if each.use == side.use])


class Draw(NamedTuple):
    """How one caller was dealt in one split."""

    split: Split
    side: Side | None
    """None: the caller is not among the split's part of the traffic."""
    place: float
    unit: str
    is_sticky: bool


def place_of(key: str, unit: str) -> float:
    """Give where `unit` falls on the line of `key`: evenly spread over 0..1, always the same."""
    said = unit.encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(said, digest_size=8, key=_digest(key)).digest()
    return min(int.from_bytes(digest, "big") / _FULL, 1.0 - 2.0**-53)


@lru_cache(maxsize=4096)
def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def lay_out(shares: Sequence[tuple[str, Decimal]], rest: str) -> Line:
    """Lay the named shares over 0..1 by name, in whatever order they come; `rest` owns what they leave.

    Raises:
        ValueError: the shares are more than the whole.
    """
    _check_total(shares)
    shares = sorted(shares)
    count = max(len(shares), 1)
    home = Decimal(1) / count
    taken = [min(share, home) for _, share in shares]
    tops = [home] * len(shares)
    stretches = [
        (home * at, home * at + taken[at], name) for at, (name, _) in enumerate(shares) if taken[at]
    ]
    for at, (name, share) in enumerate(shares):
        missing = share - taken[at]
        for step in range(1, count):
            other = (at + step) % count
            part = min(missing, tops[other] - taken[other])
            if part > 0:
                end = home * other + tops[other]
                stretches.append((end - part, end, name))
                tops[other] -= part
                missing -= part
    return _fill(sorted(stretches), rest)


def lay_out_layer(shares: Sequence[tuple[str, Decimal]]) -> Line:
    """Lay the named shares over 0..1 in this order; nobody owns what they leave.

    None is moved by one that comes after it. The first begins at 0, the others at 1/2, 1/4, 3/4,
    1/8, ...: each takes what is free from there to the right, up to where the line was divided
    before, and what it still wants leftwards from its beginning, round the end of the line. So
    each of two can grow to whatever they leave each other, and each of four to a quarter, without
    standing in the way of another.

    Raises:
        ValueError: the shares are more than the whole.
    """
    _check_total(shares)
    taken: list[tuple[Decimal, Decimal, str]] = []
    for at, (name, share) in enumerate(shares):
        begin, end = _home(at)
        free, wanted = _gaps(taken), share
        pieces = [
            *[(max(low, begin), min(high, end), False) for low, high in free],
            *[(low, min(high, begin), True) for low, high in reversed(free)],
            *[(max(low, end), high, True) for low, high in reversed(free)],
        ]
        for low, high, is_leftwards in pieces:
            part = min(wanted, high - low)
            if part > 0:
                wanted -= part
                taken.append((high - part, high, name) if is_leftwards else (low, low + part, name))
        taken.sort()
    return _fill(taken, NOBODY)


def _home(at: int) -> tuple[Decimal, Decimal]:
    """Give where the split of that place in its layer is at home: halves, quarters, eighths, ..."""
    level = max(at.bit_length(), 1)
    size = Decimal(1) / 2**level
    begin = size * (2 * at + 1 - 2**level) if at else Decimal(0)
    return begin, begin + size


def _gaps(taken: Sequence[tuple[Decimal, Decimal, str]]) -> list[tuple[Decimal, Decimal]]:
    """Give what lies between stretches that are in order."""
    ends = [Decimal(0), *[end for _, end, _ in taken]]
    begins = [*[begin for begin, _, _ in taken], Decimal(1)]
    return list(zip(ends, begins, strict=True))


def _check_total(shares: Sequence[tuple[str, Decimal]]) -> None:
    total = sum((share for _, share in shares), Decimal(0))
    if total > 1:
        raise ValueError(f"the shares add up to {float(total * 100):g} %, which is more than all")


def _fill(stretches: Sequence[tuple[Decimal, Decimal, str]], rest: str) -> Line:
    starts: list[float] = []
    owners: list[str] = []
    at = Decimal(0)
    for begin, end, name in stretches:
        if begin > at + Decimal("1e-12"):
            starts.append(float(at))
            owners.append(rest)
        starts.append(float(begin))
        owners.append(name)
        at = max(at, end)
    if at < 1 - Decimal("1e-12") or not starts:
        starts.append(float(at))
        owners.append(rest)
    starts[0] = 0.0
    return Line(tuple(starts), tuple(owners))


def unit_of(by: str, caller: Caller) -> str:
    """Give what sticks: the user, session, order number (or its tail), tenant or key."""
    if by == "order_tail":
        return _tail_of(caller.order_number)
    if by == "key":
        return caller.key_name
    return str(getattr(caller, by))


def _tail_of(order_number: str) -> str:
    """Give the last two digits, whatever stands between and behind them and however wide they are
    written; a number without digits is its own tail."""
    plain = unicodedata.normalize("NFKC", order_number)
    digits = [str(unicodedata.decimal(sign)) for sign in plain if sign.isdecimal()]
    return "".join(digits[-2:]) or order_number


def draw(split: Split, caller: Caller, moment: str) -> Draw:
    """Deal one caller; without a user (or session, …) to stick to, the moment decides."""
    unit = unit_of(split.by, caller)
    is_sticky = bool(unit)
    unit = unit or f"moment {moment}"
    if split.layer_line is not None:
        owner = split.layer_line.owner(place_of(f"layer/{split.layer}", unit))
        if owner != split.name:
            return Draw(split, None, 0.0, unit, is_sticky)
    place = place_of(f"split/{split.name}/{split.salt}", unit)
    return Draw(split, split.side(split.line.owner(place)), place, unit, is_sticky)
