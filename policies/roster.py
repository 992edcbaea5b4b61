"""The models that there are, with what every decision would otherwise work out anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.decision import Rejected
from policies.pools import Pool, list_models
from policies.signals import ANY_LOCAL, Candidate


class Roster(dict[str, Candidate]):
    """Candidates by name. It never changes: another list of models is another roster."""

    __slots__ = ("_listed", "_out")

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        super().__init__((candidate.name, candidate) for candidate in candidates)
        self._out = {
            name: Rejected(name, each.why_off or "switched off")
            for name, each in self.items()
            if not each.is_on
        }
        self._listed: dict[tuple[str, ...], tuple[str, ...]] = {}

    def never(self, name: str) -> Rejected | None:
        """Why this model cannot answer anybody, whatever is asked: it is off, or there is none."""
        if name in self._out:
            return self._out[name]
        if name in self:
            return None
        return Rejected(
            name,
            "no model runs in this house"
            if name == ANY_LOCAL
            else "no model of that name is configured",
        )

    def models_of(self, pool: Pool) -> tuple[str, ...]:
        """The names of a pool's models, `any-local` told in names."""
        names = self._listed.get(pool.models)
        if names is None:
            names = self._listed[pool.models] = list_models(pool, self)
        return names


def roster_of(candidates: Iterable[Candidate] | Mapping[str, Candidate]) -> Roster:
    """The candidates as a roster; one that is a roster already is given back."""
    if isinstance(candidates, Roster):
        return candidates
    return Roster(candidates.values() if isinstance(candidates, Mapping) else candidates)
