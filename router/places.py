"""Where each model is deployed: at which vendor, in which region, and whether in this house.

Regions and houses are facts about providers, so that a limit of the policy can be asked of every
deployment by itself, and each has its own price. What a model's entry says of its own place must
agree with them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from local_models.tokenizer import FAMILIES, name_family
from policies.prices import UNKNOWN, Step, Steps, dearest
from policies.signals import Candidate, Site
from providers.base import Model
from providers.catalog import Catalog
from providers.demands import NO_REFUSALS, Refusals
from providers.money import BOOK_RATES
from providers.pricing import FREE, PriceList, PriceRow
from providers.registry import KINDS
from router.errors import ConfigError
from router.settings import ModelEntry, Settings
from router.vendors import Vendor, VendorStatus, statuses


@dataclass(frozen=True, slots=True)
class Place:
    """One deployment before its provider is built: which model card, at which vendor."""

    name: str
    model: Model
    """The card as it is deployed here: `region`, `is_local` and `prices` are the place's own."""
    vendor: str
    weight: float = 1.0
    why_off: str = ""
    """Why nothing can be called here; empty when it can."""
    refuses: Refusals = field(default_factory=lambda: NO_REFUSALS)
    """Demands of a request that the provider's client refuses by itself, with why."""


def find_places(
    catalog: Catalog, settings: Settings, vendors: Mapping[str, Vendor]
) -> dict[str, list[Place]]:
    """Every model's deployments by model name, those that are off with the reason.

    Raises:
        ConfigError: a deployment names a provider that is not configured, or a model is said to be
            where its provider is not.
    """
    known = statuses(vendors)
    places: dict[str, list[Place]] = {}
    problems: list[str] = []
    for name, model in catalog.models.items():
        entry = settings.models.get(name)
        found = list(_find(model, entry, known, problems))
        problems += _contradictions(model, entry, found, known)
        if found:
            places[name] = found
    if problems:
        raise ConfigError(problems)
    return places


def _find(
    model: Model,
    entry: ModelEntry | None,
    vendors: Mapping[str, VendorStatus],
    problems: list[str],
) -> Iterator[Place]:
    if entry is None or not entry.deployments:
        yield from _usual(model, entry, vendors)
        return
    for at, deployment in enumerate(entry.deployments):
        vendor = vendors.get(deployment.provider)
        if vendor is None:
            problems.append(
                f"models.{model.name}.deployments[{at}].provider: '{deployment.provider}' is not "
                f"under providers. There: {', '.join(vendors)}."
            )
            continue
        there = replace(model, wire_name=deployment.wire_name or model.wire_name)
        name = f"{vendor.name}/{model.name}" + (f"#{at + 1}" if at else "")
        yield _place(name, _put(there, entry, vendor), vendor, _why_off(vendor), deployment.weight)


def _usual(
    model: Model, entry: ModelEntry | None, vendors: Mapping[str, VendorStatus]
) -> Iterator[Place]:
    """Places nobody listed: the vendor of the model's provider name, else every one of its kind.

    A model goes to the vendors of its region first. One whose very name says a region goes nowhere
    else: it is off where none is there.
    """
    every = [each for each in vendors.values() if model.provider in (each.name, each.kind)]
    fitting = [each for each in every if model.region in (None, each.region or model.region)]
    is_misplaced = not fitting and _says_region(model)
    able = fitting or every
    for each in [one for one in able if one.name == model.provider] or able:
        why_off = _why_off(each)
        if is_misplaced:
            why_off = (
                f"it is of region {model.region}, and provider '{each.name}' is in region "
                f"{each.region}"
            )
        name = f"{each.name}/{model.name}"
        yield _place(name, _put(model, entry, each), each, why_off)


def _place(
    name: str, model: Model, vendor: VendorStatus, why_off: str, weight: float = 1.0
) -> Place:
    refuses = KINDS[vendor.kind].refuses(model)
    return Place(name, model, vendor.name, weight, why_off, refuses)


def _says_region(model: Model) -> bool:
    return bool(model.region) and model.name.endswith(f"@{model.region}")


def _why_off(vendor: VendorStatus) -> str:
    return "" if vendor.is_on else vendor.why or "it is not loaded"


def _put(model: Model, entry: ModelEntry | None, vendor: VendorStatus) -> Model:
    """The card as it is deployed at a vendor: its region and its house are the vendor's.

    Only where the vendor's are open does the model's own entry say; the catalog never does.
    """
    claims_local = None if entry is None else entry.is_local
    says_local = claims_local if vendor.is_local is None else vendor.is_local
    is_local = bool(says_local) and claims_local is not False
    region = vendor.region or (None if entry is None else entry.region)
    prices = model.prices
    if entry is None or entry.prices is None:
        prices = FREE if is_local else _list_prices(model, region)
    return replace(model, region=region, is_local=is_local, prices=prices)


def _list_prices(model: Model, region: str | None) -> PriceList | None:
    """What a vendor asks there; a name that says its region is off everywhere else."""
    return model.prices if _says_region(model) else model.prices_in(region)


def _contradictions(
    model: Model,
    entry: ModelEntry | None,
    places: Sequence[Place],
    vendors: Mapping[str, VendorStatus],
) -> Iterator[str]:
    """What the configuration says of a model that its providers deny."""
    if entry is None:
        return
    region = entry.region
    if entry.deployments and _says_region(model):
        region = model.region
    for place in places:
        vendor = vendors[place.vendor]
        if entry.is_local and not place.model.is_local:
            yield (
                f"models.{model.name}.is_local: it is called local, and its deployment at provider "
                f"'{vendor.name}' (kind {vendor.kind}) is not in this house. Remove `is_local` here "
                "and write `is_local: true` at those providers that are; or remove the deployment."
            )
        elif region and place.model.region != region and not place.model.is_local:
            yield (
                f"models.{model.name}: it is said to be of region {region}, and its deployment at "
                f"provider '{vendor.name}' is in region {vendor.region}. Leave `region` out, as "
                "each deployment has its provider's; or remove the deployment."
            )


def cards_by_place(places: Mapping[str, Sequence[Place]]) -> dict[str, dict[str, Model]]:
    """By model, its card at each of its deployments; where all are off, as it would be there."""
    return {
        name: {place.name: place.model for place in _on(several) or several}
        for name, several in places.items()
    }


def _on(places: Sequence[Place]) -> list[Place]:
    return [place for place in places if not place.why_off]


def list_candidates(
    catalog: Catalog,
    places: Mapping[str, Sequence[Place]],
    vendors: Mapping[str, VendorStatus],
    today: datetime.date,
) -> Sequence[Candidate]:
    """Every model as the policy sees it, those that are off with the reason."""
    return tuple(
        _candidate(model, places.get(model.name, ()), vendors, today)
        for model in catalog.models.values()
    )


def _candidate(
    model: Model,
    places: Sequence[Place],
    vendors: Mapping[str, VendorStatus],
    today: datetime.date,
) -> Candidate:
    on = _on(places)
    # What is off says where it would be, so that a policy's tests say the same without keys.
    asked = on or places
    steps = [_steps(place.model.prices, today) for place in asked]
    sites = tuple(_sites(asked, steps))
    is_retired = model.retires_on is not None and model.retires_on <= today
    why_off = f"retired by the vendor on {model.retires_on}" if is_retired else ""
    if not on and not why_off:
        why_off = _why_nowhere(model, places, vendors)
    short, *longer = dearest(steps or [_steps(model.prices, today)])
    return Candidate(
        name=model.name,
        provider=model.provider,
        window_tokens=model.window_tokens,
        max_output_tokens=model.max_output_tokens,
        abilities=model.abilities,
        quality=model.quality,
        is_local=all(site.is_local for site in sites) if sites else model.is_local,
        region=model.region,
        family=model.family if model.family in FAMILIES else name_family(model.wire_name),
        sites=sites,
        is_on=not why_off,
        why_off=why_off,
        is_retired=is_retired,
        input_usd_per_million=short.input_usd,
        output_usd_per_million=short.output_usd,
        longer_prompts=tuple(longer),
        tokens_per_second=model.tokens_per_second,
        first_token_seconds=model.first_token_seconds,
    )


def _why_nowhere(model: Model, places: Sequence[Place], vendors: Mapping[str, VendorStatus]) -> str:
    if places:
        return places[0].why_off
    vendor = vendors.get(model.provider)
    if vendor is None:
        return f"no provider '{model.provider}' is configured"
    return vendor.why or "it is not loaded"


def _sites(places: Sequence[Place], steps: Sequence[Steps]) -> Iterator[Site]:
    is_one_price = len(set(steps)) == 1
    for place, prices in zip(places, steps, strict=True):
        card = place.model
        yield Site(
            name=place.name,
            region=card.region,
            is_local=card.is_local,
            prices=None if is_one_price else prices,
            refuses=place.refuses,
        )


def _steps(prices: PriceList | None, today: datetime.date) -> Steps:
    """A price list as a decision sees it: in dollars, by the size of the prompt."""
    row = prices.row_on(today) if prices else None
    if row is None:
        return UNKNOWN
    borders = {0, *(each.above_tokens for each in row.tiers)}
    borders |= {each.up_to_tokens for each in row.tiers if each.up_to_tokens is not None}
    return tuple([_step(row, size, today) for size in sorted(borders) if size >= 0])


def _step(row: PriceRow, above_tokens: int, today: datetime.date) -> Step:
    tier = row.tier_for(above_tokens + 1)
    if tier is None:
        return Step(above_tokens, None, None)
    rates = (tier.rates.input, tier.rates.output)
    inputs, outputs = [BOOK_RATES.in_dollars(each, row.currency, today) for each in rates]
    return Step(above_tokens, inputs, outputs)
