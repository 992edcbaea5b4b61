"""What can be proved about conditions without any request: contradictions and implications.

Conditions become formulas over axes with finitely many classes (see `axes.py`), and a search looks
for a request that satisfies them: where it finds none, there is none. The search is bounded; where it
gives up it says so, and nothing is called proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from policies.axes import NOBODY, YES, Axes, Axis, Both, Either, Formula, Literal, both, either, has
from policies.conditions import Condition
from policies.implications import Qualities

MOST_STEPS = 60_000
"""Parts of formulas that one question may look at: about a tenth of a second."""
_MOST_DEMANDS = 200
_SETS = ("needs", "modality")

Domains = dict[Axis, int]


class Demand(NamedTuple):
    """The least that the requests of one case bring."""

    tokens: int = 0
    max_output_tokens: int | None = None
    needs: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset()


class UndecidedError(Exception):
    """The search gave up before it found an answer."""


class Logic:
    """Answers questions about some conditions. All that are asked about must have been given."""

    def __init__(
        self,
        conditions: Iterable[Condition],
        intents: Iterable[str] = (),
        *,
        qualities: Qualities = NOBODY,
        by_our_readers: bool = False,
    ) -> None:
        """`intents` may be read besides the shipped ones, `qualities` says what models and pools are worth
        by their cards (None: that says nothing), and `by_our_readers` that no model reads a request again."""
        kept = tuple(conditions)
        self._axes = Axes(kept, intents, qualities=qualities, by_our_readers=by_our_readers)
        self._formulas = {id(each): self._axes.read(each) for each in kept}
        self._opposites = {at: self._axes.negate(each) for at, each in self._formulas.items()}
        self._kept = kept
        """Kept, so that their identities stay their own."""

    def never_holds(self, *conditions: Condition) -> bool:
        """Whether no request at all can satisfy all of the conditions.

        Raises:
            UndecidedError: there are too many cases to tell.
        """
        return self._is_empty([self._formulas[id(each)] for each in conditions])

    def list_reasons(self, condition: Condition) -> list[str]:
        """Give what readers never say together and a condition that never holds asks for.

        Nothing is given where its own lines are enough, or there are too many cases to tell.
        """
        kept = list(self._axes.implied)
        others = [*self._axes.relations, self._formulas[id(condition)]]
        try:
            for each in self._axes.implied:
                fewer = [one for one in kept if one is not each]
                asked = [*(formula for _, formula in fewer), *others]
                if next(_search(asked, self._axes, may_guess=True), None) is None:
                    kept = fewer
        except UndecidedError:
            return []
        return [str(implication) for implication, _ in kept]

    def is_covered(self, condition: Condition, earlier: Iterable[Condition]) -> bool:
        """Whether every request that satisfies the condition satisfies one of the earlier ones.

        Raises:
            UndecidedError: there are too many cases to tell.
        """
        before = [self._opposites[id(each)] for each in earlier]
        return self._is_empty([self._formulas[id(condition)], *before])

    def list_covering(self, condition: Condition, earlier: Sequence[Condition]) -> list[int]:
        """Give the places of those earlier conditions that cover this one together, as few as can be.

        Nothing is given where they do not.

        Raises:
            UndecidedError: there are too many cases to tell.
        """
        if not self.is_covered(condition, earlier):
            return []
        kept: list[int] = []
        most = len(earlier)
        while not self.is_covered(condition, [earlier[at] for at in kept]):
            # The shortest beginning that is enough with those kept: its last one is needed.
            low, high = 1, most
            while low < high:
                middle = (low + high) // 2
                tried = [*range(middle), *kept]
                if self.is_covered(condition, [earlier[at] for at in tried]):
                    high = middle
                else:
                    low = middle + 1
            most = low - 1
            kept.append(most)
        return sorted(kept)

    def span(
        self, key: str, condition: Condition, earlier: Iterable[Condition] = ()
    ) -> tuple[float, float] | None:
        """Give the ends between which a number lies in requests that satisfy the condition and none before.

        None where there are no such requests, or too many cases to tell.
        """
        before = [self._opposites[id(each)] for each in earlier]
        asked = [self._formulas[id(condition)], *before]
        parts = self._axes.parts(key)
        try:
            able = [ends for part, ends in parts if not self._is_empty([part, *asked])]
        except UndecidedError:
            return None
        return (able[0][0], able[-1][1]) if able else None

    def list_demands(self, condition: Condition) -> list[Demand]:
        """Give the least that a request which satisfies the condition brings, one for each case.

        Nothing is given where the condition can never hold, and one demand for nothing where there
        are too many cases.
        """
        formula = self._formulas[id(condition)]
        found: dict[Demand, None] = {}
        try:
            if self._is_empty([formula]):
                return []
            for at, domains in enumerate(_search([formula], self._axes)):
                if at >= _MOST_DEMANDS:
                    return [Demand()]
                # What follows at once of what a case says; what may be either way asks for nothing.
                if _narrow(self._axes.always, domains, self._axes, _Steps()) is not None:
                    found[self._demand(domains)] = None
        except UndecidedError:
            return [Demand()]
        return list(found)

    def _demand(self, domains: Domains) -> Demand:
        needs, modalities = (
            frozenset(
                word for word in self._axes.members(key) if domains.get(has(key, word)) == YES
            )
            for key in _SETS
        )
        tokens = self._least(domains, "tokens") or 0
        return Demand(int(tokens), self._least(domains, "max_output_tokens"), needs, modalities)

    def _least(self, domains: Domains, key: str) -> int | None:
        least = self._axes.least(key, domains[key]) if key in domains else None
        return None if least is None else int(least)

    def _is_empty(self, formulas: Sequence[Formula]) -> bool:
        asked = [*self._axes.always, *formulas]
        return next(_search(asked, self._axes, may_guess=True), None) is None


def _search(
    formulas: Sequence[Formula], axes: Axes, *, may_guess: bool = False
) -> Iterator[Domains]:
    """Give the classes in which all formulas are true, case by case.

    An `Either` that is left after all that follows at once was done is split: its first part is
    true, or the second and not the first, and so on. Whoever wants one case only `may_guess`.
    """
    steps = _Steps()
    stack: list[tuple[list[Formula], Domains]] = [(list(formulas), {})]
    while stack:
        pending, domains = stack.pop()
        left = _narrow(pending, domains, axes, steps)
        if left is None:
            continue
        if not left:
            yield domains
            continue
        if may_guess and (guessed := _guess(left, domains, axes, steps)):
            yield guessed
            continue
        chosen = min(left, key=lambda each: len(each.parts))
        others: list[Formula] = [each for each in left if each is not chosen]
        branches: list[tuple[list[Formula], Domains]] = []
        for at, part in enumerate(chosen.parts):
            before = [axes.negate(each) for each in chosen.parts[:at]]
            branches.append(([part, *before, *others], dict(domains)))
        stack += reversed(branches)


class _Steps:
    """Counts how much was looked at."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise UndecidedError


def _narrow(
    pending: Sequence[Formula], domains: Domains, axes: Axes, steps: _Steps
) -> list[Either] | None:
    """Take over into the domains all that must be true; give what is still open, None if nothing can be."""
    queue = list(pending)
    while True:
        left: list[Either] = []
        changed = False
        at = 0
        while at < len(queue):
            simple = _simplify(queue[at], domains, axes, steps)
            at += 1
            if simple is False:
                return None
            if isinstance(simple, Literal):
                old = domains.get(simple.axis, axes.full(simple.axis))
                domains[simple.axis] = old & simple.classes
                changed = True
            elif isinstance(simple, Both):
                queue += simple.parts
            elif isinstance(simple, Either):
                left.append(simple)
        if not changed or not left:
            return left
        queue = list(left)


def _guess(left: Sequence[Either], domains: Domains, axes: Axes, steps: _Steps) -> Domains | None:
    """Take the first part that can be true of each; None where that ends in a contradiction."""
    found = dict(domains)
    queue: list[Formula] = list(left)
    while queue:
        simple = _simplify(queue.pop(), found, axes, steps)
        if simple is False:
            return None
        if isinstance(simple, Literal):
            old = found.get(simple.axis, axes.full(simple.axis))
            found[simple.axis] = old & simple.classes
        elif isinstance(simple, Both):
            queue += simple.parts
        elif isinstance(simple, Either):
            queue.append(simple.parts[0])
    return found


def _simplify(formula: Formula, domains: Domains, axes: Axes, steps: _Steps) -> Formula:
    """Give the formula without what the domains decide already; itself where they decide nothing."""
    steps.take()
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Literal):
        domain = domains.get(formula.axis)
        if domain is None:
            return formula
        kept = domain & formula.classes
        if kept == 0:
            return False
        return True if kept == domain else formula
    is_either = isinstance(formula, Either)
    parts: list[Formula] = []
    changed = False
    for part in formula.parts:
        simple = _simplify(part, domains, axes, steps)
        if simple is is_either:
            return is_either
        if simple is not part:
            changed = True
        if not isinstance(simple, bool):
            parts.append(simple)
    if not changed:
        return formula
    return either(parts) if is_either else both(parts)
