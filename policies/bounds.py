"""Hard limits: what no objective, fallback, hedge or side of a split can break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from policies.decision import Reason
from policies.outlook import Outlook
from policies.prices import dearest
from policies.scoring import show_usd
from policies.signals import NO_TOKENS, Candidate, Signals, Site

_NEEDED_BY_MODALITY = {"image": "vision", "audio": "audio", "video": "video"}


class Somewhere(Protocol):
    """Anything that knows where it is: a deployment, or the card of a model."""

    @property
    def region(self) -> str | None: ...

    @property
    def is_local(self) -> bool: ...


def why_outside(place: Somewhere, *, must_stay_local: bool, regions: tuple[str, ...] | None) -> str:
    """Say why nothing under these limits may go there; empty when it may.

    What is in this house is in every region; what is in an unknown region is in none.
    """
    if place.is_local:
        return ""
    if must_stay_local:
        return "is outside this house"
    if regions is not None and place.region not in regions:
        allowed = " or ".join(regions) or "no region at all"
        return f"is in region {place.region or 'unknown'}, not {allowed}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits that a policy sets; the request's own come on top."""

    must_stay_local: bool = False
    regions: tuple[str, ...] | None = None
    """None: anywhere."""
    needs: frozenset[str] = frozenset()

    def with_(self, other: Bounds) -> Bounds:
        """Give both limits at once: the stricter of each."""
        if other is UNBOUND:
            return self
        if self is UNBOUND:
            return other
        regions = self.regions
        if other.regions is not None:
            mine = other.regions if regions is None else regions
            regions = tuple(region for region in mine if region in other.regions)
        return Bounds(
            must_stay_local=self.must_stay_local or other.must_stay_local,
            regions=regions,
            needs=self.needs | other.needs,
        )

    def leave_room_for(self, candidate: Candidate) -> bool:
        """Whether some deployment of the model is where these limits want it."""
        local, regions = self.must_stay_local, self.regions
        places: tuple[Somewhere, ...] = candidate.sites or (candidate,)
        return any(not why_outside(e, must_stay_local=local, regions=regions) for e in places)


UNBOUND = Bounds()

Obstacle = Literal["rest", "budget", "window", "abilities"]
OBSTACLES: tuple[Obstacle, ...] = ("rest", "budget", "window", "abilities")
"""What may stand between a request and every model and yet go away: by waiting, with more money, by
asking less. In the order in which they are thought away."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What constraints asked for before a request was read again: it binds whatever is read."""

    bounds: Bounds = UNBOUND
    constraints: tuple[Reason, ...] = ()
    """Those that held, with why."""

    def beside(self, held: Sequence[Reason]) -> list[Reason]:
        """Name the constraints that bind although they are not among those that hold now."""
        if not self.constraints:
            return []
        now = {each.text for each in held}
        return [
            Reason(f"{each.text}, which held before the request was read again", True, each.below)
            for each in self.constraints
            if each.text not in now
        ]


NOTHING_EARLIER = Earlier()


class Limits(msgspec.Struct, frozen=True):
    """All limits on one request, worked out once and asked of every model."""

    must_stay_local: bool
    regions: tuple[str, ...] | None
    needs: frozenset[str]
    signals: Signals
    """How long the request is for each family of models."""
    answer_tokens: int
    """What the caller asked for at most; 0 when it did not say."""
    headroom_tokens: int
    budget_left_usd: Decimal | None
    policy_needs: frozenset[str] = frozenset()
    """Those of `needs` that the policy asks for, whatever the request is."""
    demands: frozenset[str] = frozenset()
    """What else the request asks, that not every provider takes."""
    lifted: frozenset[Obstacle] = frozenset()
    """What is thought away, to find out what stands in the way."""
    added: Mapping[str, tuple[int, int]] = NO_TOKENS
    """What the prompt of this house adds to the request, by a model's family: about and at most."""

    @property
    def leave_sites_out(self) -> bool:
        """Whether a model may answer of which some deployments may not."""
        return self.must_stay_local or self.regions is not None or bool(self.demands)

    def longest(self) -> int:
        """Give how many tokens the request and its answer may need at any model."""
        signals = self.signals
        counted = [most for _, most in signals.tokens_by_family.values()]
        most = max([signals.prompt_tokens, *counted])
        added = max([most for _, most in self.added.values()], default=0)
        return self.window_for(most, added, self.answer_tokens)

    def beside(self, prompt: str | None) -> Limits:
        """Give the same limits with this prompt of the house in front of the request."""
        added = self.signals.prompts.get(prompt or "")
        return msgspec.structs.replace(self, added=added) if added else self

    def tokens_for(self, family: str) -> int:
        """Give about how many tokens are sent to a model of this family, our prompt included."""
        return self.signals.tokens_for(family) + self._added(family)[0]

    def window_for(self, most_tokens: int, added_tokens: int, answer_tokens: int) -> int:
        """Give what a window must hold: the request, and our prompt and the answer or the headroom for both."""
        return most_tokens + max(added_tokens + answer_tokens, self.headroom_tokens)

    def _added(self, family: str) -> tuple[int, int]:
        added = self.added
        return (added.get(family) or added.get("") or (0, 0)) if added else (0, 0)

    def without(self, obstacle: Obstacle) -> Limits:
        """Give the same limits with one obstacle thought away."""
        return msgspec.structs.replace(self, lifted=self.lifted | {obstacle})

    def refuse(self, candidate: Candidate, outlook: Outlook) -> str:
        """Say why this model may not answer; empty when it may."""
        if not candidate.is_on:
            return candidate.why_off or "switched off"
        if self.must_stay_local or self.regions is not None:
            why = self._outside(candidate)
            if why:
                return why
        if not self.needs <= candidate.abilities and (lacking := self._lacking(candidate)):
            return f"cannot do {', '.join(sorted(lacking))}"
        if self.demands and "abilities" not in self.lifted and (why := self._refused(candidate)):
            return why
        answer = self.answer_tokens
        if answer > candidate.max_output_tokens:
            answer = candidate.max_output_tokens
        family = candidate.family
        most = self.signals.most_tokens_for(family)
        wanted = self.window_for(most, self._added(family)[1], answer)
        if wanted > candidate.window_tokens and "window" not in self.lifted:
            return f"may need {wanted} tokens, its window holds {candidate.window_tokens}"
        health = outlook.health(candidate)
        if not health.is_available and "rest" not in self.lifted:
            return health.why or "unavailable just now"
        return (
            "" if self.budget_left_usd is None else self._over_budget(outlook.price(candidate).usd)
        )

    def price(self, candidate: Candidate) -> Candidate:
        """Give the model at the prices of those of its deployments that may be called."""
        sites = candidate.sites
        if not self.leave_sites_out or not sites:
            return candidate
        inside = [each for each in sites if not self._why_not_at(each)]
        prices = [each.prices for each in inside if each.prices]
        if not prices or len(inside) == len(sites):
            return candidate
        (_, input_usd, output_usd), *longer = dearest(prices)
        return replace(
            candidate,
            input_usd_per_million=input_usd,
            output_usd_per_million=output_usd,
            longer_prompts=tuple(longer),
        )

    def left_out(self, candidate: Candidate) -> list[Reason]:
        """Say which deployments of a model may not be called although the model may answer."""
        if not self.leave_sites_out:
            return []
        return [
            Reason(f"{site.name}{' ' if self._why_outside(site) else ': '}{why}", False)
            for site in candidate.sites
            if (why := self._why_not_at(site))
        ]

    def _lacking(self, candidate: Candidate) -> frozenset[str]:
        needs = self.policy_needs if "abilities" in self.lifted else self.needs
        return needs - candidate.abilities

    def _outside(self, candidate: Candidate) -> str:
        """Say why no deployment of the model will do; empty when one does."""
        sites = candidate.sites
        whys = [self._why_outside(place) for place in sites or (candidate,)]
        if "" in whys:
            return ""
        if self.must_stay_local:
            return "the request must stay in this house and this model is outside"
        if len(sites) < 2:
            return whys[0]
        return "; ".join(f"{site.name} {why}" for site, why in zip(sites, whys, strict=True))

    def _refused(self, candidate: Candidate) -> str:
        """Say why no deployment that is not outside takes the request; empty when one does."""
        places = candidate.sites or (candidate,)
        whys = [self._why_refused(place) for place in places if not self._why_outside(place)]
        return "" if "" in whys else "; ".join(dict.fromkeys(whys))

    def _why_not_at(self, site: Site) -> str:
        return self._why_outside(site) or self._why_refused(site)

    def _why_outside(self, place: Somewhere) -> str:
        return why_outside(place, must_stay_local=self.must_stay_local, regions=self.regions)

    def _why_refused(self, place: Site | Candidate) -> str:
        refused = sorted(self.demands & place.refuses.keys())
        return "; ".join([place.refuses[demand] for demand in refused])

    def _over_budget(self, usd: Decimal | None) -> str:
        if self.budget_left_usd is None or usd == 0 or "budget" in self.lifted:
            return ""
        left = show_usd(max(self.budget_left_usd, Decimal(0)))
        if usd is None:
            return f"price unknown, and the caller has a budget (${left} left)"
        if usd > self.budget_left_usd:
            return f"would cost ${show_usd(usd)}, and ${left} of the budget is left"
        return ""


def gather_limits(
    bounds: Bounds,
    signals: Signals,
    *,
    must_stay_local: bool,
    headroom_tokens: int,
    budget_left_usd: Decimal | None,
) -> Limits:
    """Put the policy's limits and the request's own together."""
    needs = bounds.needs | signals.needs
    if len(signals.modalities) > 1 or "text" not in signals.modalities:
        needs |= {
            ability
            for modality, ability in _NEEDED_BY_MODALITY.items()
            if modality in signals.modalities
        }
    return Limits(
        must_stay_local=bounds.must_stay_local or must_stay_local,
        regions=bounds.regions,
        needs=needs,
        demands=signals.demands,
        signals=signals,
        answer_tokens=signals.max_output_tokens or 0,
        headroom_tokens=headroom_tokens,
        budget_left_usd=budget_left_usd,
        policy_needs=bounds.needs,
    )
