"""Which vendors can be called, which models they have, and where each one is deployed."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from local_models.tokenizer import FAMILIES, name_family
from policies.signals import Candidate
from providers.base import Model
from providers.catalog import Catalog, CatalogError, ModelNotInCatalogError, read_model
from providers.money import BOOK_RATES
from providers.registry import KINDS
from providers.settings import ProviderSettings
from router.errors import ConfigError
from router.settings import ModelEntry, ProviderEntry, Settings

FROM_ENVIRONMENT = ("openai", "anthropic", "dashscope")
"""Vendors that run on the environment's keys when no provider is configured."""


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """Whether a vendor can be called, and why not."""

    name: str
    kind: str
    is_on: bool
    why: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One configured vendor: its status, and what to build it from."""

    status: VendorStatus
    settings: ProviderSettings


@dataclass(frozen=True, slots=True)
class Place:
    """One deployment before its provider is built: which model card, at which vendor."""

    name: str
    model: Model
    vendor: str
    weight: float = 1.0


def find_vendors(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, Vendor]:
    """Every vendor by name, from the configuration or, when that names none, the environment.

    Raises:
        ConfigError: a provider of an unknown kind.
    """
    entries = settings.providers or {name: ProviderEntry(kind=name) for name in FROM_ENVIRONMENT}
    problems = [
        f"providers.{name}.kind: '{entry.kind}' is no kind of provider. Known: {', '.join(KINDS)}."
        for name, entry in entries.items()
        if entry.kind not in KINDS
    ]
    if problems:
        raise ConfigError(problems)
    return {name: _vendor(name, entry, environ) for name, entry in entries.items()}


def _vendor(name: str, entry: ProviderEntry, environ: Mapping[str, str]) -> Vendor:
    kind = KINDS[entry.kind]
    key, base_url = entry.api_key, entry.base_url
    if key is None and kind.key_env:
        key = environ.get(kind.key_env)
    if base_url is None and kind.base_url_env:
        base_url = environ.get(kind.base_url_env)
    why = ""
    if kind.needs_key and not key:
        why = f"no API key; set {kind.key_env} or providers.{name}.api_key"
    settings = ProviderSettings(
        name=name,
        kind=entry.kind,
        api_key=key or "",
        base_url=(base_url or "").rstrip("/"),
        region=entry.region or "",
        organization=entry.organization,
        project=entry.project,
        headers=entry.headers,
        connect_seconds=entry.connect_seconds,
        max_connections=entry.max_connections,
        options=entry.options,
    )
    shown = settings.base_url or kind.base_url
    return Vendor(VendorStatus(name, entry.kind, not why, why, shown), settings)


def find_models(catalog: Catalog, settings: Settings, vendors: Mapping[str, Vendor]) -> Catalog:
    """The catalog with regional prices and the configuration's own models.

    Raises:
        ConfigError: a model without a provider or a window, or one that names no known provider.
    """
    for name, vendor in vendors.items():
        if vendor.settings.region and catalog.of_provider(name):
            try:
                catalog = catalog.in_region(name, vendor.settings.region)
            except ModelNotInCatalogError as error:
                raise ConfigError([f"providers.{name}.region: {error}"]) from error
    own, problems = [], []
    for name, entry in settings.models.items():
        try:
            own.append(_merge(name, entry, catalog.get(name)))
        except (CatalogError, ValueError) as error:
            problems.append(f"models.{name}: {error}")
    if problems:
        raise ConfigError(problems)
    return catalog.with_models(own)


def _merge(name: str, entry: ModelEntry, card: Model | None) -> Model:
    changes = entry.model_dump(
        exclude_none=True, exclude={"prices", "deployments", "abilities", "name"}
    )
    if entry.abilities is not None:
        changes["abilities"] = frozenset(entry.abilities)
    if card is None:
        missing = [key for key in ("provider", "window_tokens") if key not in changes]
        if missing:
            raise CatalogError(
                f"the catalog does not know this model, so it needs {' and '.join(missing)}."
            )
        changes.setdefault("wire_name", name)
        changes.setdefault("max_output_tokens", changes["window_tokens"])
        model = Model(name=name, **changes)
    else:
        model = replace(card, **changes)
    if entry.prices is not None:
        priced = read_model(
            name, _price_card(model, entry), provider=model.provider, local=model.is_local
        )
        model = replace(model, prices=priced.prices)
    return model


def _price_card(model: Model, entry: ModelEntry) -> dict[str, object]:
    assert entry.prices is not None
    prices = entry.prices
    row: dict[str, object] = {
        "currency": prices.currency,
        "in": prices.input,
        "out": prices.output,
    }
    if prices.cache_read is not None:
        row["read"] = prices.cache_read
    if prices.cache_write is not None:
        row["write"] = prices.cache_write
    return {
        "window": model.window_tokens,
        "max_output": model.max_output_tokens,
        "prices": [row],
    }


def find_places(
    catalog: Catalog, settings: Settings, vendors: Mapping[str, Vendor]
) -> dict[str, list[Place]]:
    """Every model's deployments, by model name; only at vendors that are on.

    Raises:
        ConfigError: a deployment names a provider that is not configured.
    """
    places: dict[str, list[Place]] = {}
    known = statuses(vendors)
    problems: list[str] = []
    for name, model in catalog.models.items():
        entry = settings.models.get(name)
        found = []
        for at, deployment in enumerate(entry.deployments if entry else ()):
            if deployment.provider not in vendors:
                problems.append(
                    f"models.{name}.deployments[{at}].provider: '{deployment.provider}' is not "
                    f"under providers. There: {', '.join(vendors)}."
                )
                continue
            there = replace(model, wire_name=deployment.wire_name or model.wire_name)
            found.append(
                Place(
                    _place_name(deployment.provider, name, at),
                    there,
                    deployment.provider,
                    deployment.weight,
                )
            )
        if not found and not (entry and entry.deployments):
            found = [Place(f"{vendor}/{name}", model, vendor) for vendor in _homes(model, known)]
        on = [place for place in found if vendors[place.vendor].status.is_on]
        if on:
            places[name] = on
    if problems:
        raise ConfigError(problems)
    return places


def _place_name(provider: str, model: str, at: int) -> str:
    return f"{provider}/{model}" if at == 0 else f"{provider}/{model}#{at + 1}"


def _homes(model: Model, vendors: Mapping[str, VendorStatus]) -> Iterable[str]:
    """Vendors that have a model: the one of its name, else every one of its kind."""
    if model.provider in vendors:
        return (model.provider,)
    return tuple(name for name, each in vendors.items() if each.kind == model.provider)


def statuses(vendors: Mapping[str, Vendor]) -> dict[str, VendorStatus]:
    """Whether each vendor is on, by name."""
    return {name: vendor.status for name, vendor in vendors.items()}


def list_candidates(
    catalog: Catalog,
    deployed: Iterable[str],
    vendors: Mapping[str, VendorStatus],
    today: datetime.date,
) -> Sequence[Candidate]:
    """Every model as the policy sees it, those that are off with the reason."""
    on = frozenset(deployed)
    return tuple(
        _candidate(model, model.name in on, vendors, today) for model in catalog.models.values()
    )


def _candidate(
    model: Model, is_deployed: bool, vendors: Mapping[str, VendorStatus], today: datetime.date
) -> Candidate:
    is_retired = model.retires_on is not None and model.retires_on <= today
    why_off = f"retired by the vendor on {model.retires_on}" if is_retired else ""
    if not is_deployed and not why_off:
        why_off = _why_off(model, vendors)
    prices = _base_prices(model, today)
    return Candidate(
        name=model.name,
        provider=model.provider,
        window_tokens=model.window_tokens,
        max_output_tokens=model.max_output_tokens,
        abilities=model.abilities,
        quality=model.quality,
        is_local=model.is_local,
        region=model.region,
        family=model.family if model.family in FAMILIES else name_family(model.wire_name),
        is_on=not why_off,
        why_off=why_off,
        input_usd_per_million=prices and prices[0],
        output_usd_per_million=prices and prices[1],
        tokens_per_second=model.tokens_per_second,
        first_token_seconds=model.first_token_seconds,
    )


def _why_off(model: Model, vendors: Mapping[str, VendorStatus]) -> str:
    homes = list(_homes(model, vendors))
    if not homes:
        return f"no provider '{model.provider}' is configured"
    return vendors[homes[0]].why or "it is not loaded"


def _base_prices(model: Model, today: datetime.date) -> tuple[Decimal, Decimal] | None:
    """Dollars per million for a small prompt; long prompts are priced exactly when they are billed."""
    row = model.prices.row_on(today) if model.prices else None
    tier = row.tier_for(1) if row else None
    if row is None or tier is None:
        return None
    dollars = [
        BOOK_RATES.in_dollars(rate, row.currency, today)
        for rate in (tier.rates.input, tier.rates.output)
    ]
    if dollars[0] is None or dollars[1] is None:
        return None
    return dollars[0], dollars[1]
