"""Which vendors can be called, where they are, and which models they have."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from providers.base import Model
from providers.catalog import Catalog, CatalogError, ModelNotInCatalogError, read_model
from providers.registry import KINDS, Kind
from providers.settings import ProviderSettings
from router.errors import ConfigError
from router.settings import ModelEntry, ProviderEntry, Settings

FROM_ENVIRONMENT = ("openai", "anthropic", "dashscope")
"""Vendors that run on the environment's keys when no provider is configured."""
_INSIDE = (".local", ".internal", ".lan", ".home.arpa", ".localhost")
"""How names end that no public DNS answers for."""


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """Whether a vendor can be called, and why not."""

    name: str
    kind: str
    is_on: bool
    why: str = ""
    base_url: str = ""
    region: str | None = None
    """Where it is; None: nobody said, and its address does not tell."""
    is_local: bool | None = None
    """Whether it runs in this house; None: each of its models says."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One configured vendor: its status, and what to build it from."""

    status: VendorStatus
    settings: ProviderSettings


def find_vendors(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, Vendor]:
    """Every vendor by name, from the configuration or, when that names none, the environment.

    Raises:
        ConfigError: a provider of an unknown kind, or one that is said to be where it is not.
    """
    entries = settings.providers or {name: ProviderEntry(kind=name) for name in FROM_ENVIRONMENT}
    problems = [
        f"providers.{name}.kind: '{entry.kind}' is no kind of provider. Known: {', '.join(KINDS)}."
        for name, entry in entries.items()
        if entry.kind not in KINDS
    ]
    if not problems:
        found = {name: _vendor(name, entry, environ, problems) for name, entry in entries.items()}
    if problems:
        raise ConfigError(problems)
    return found


def _vendor(
    name: str, entry: ProviderEntry, environ: Mapping[str, str], problems: list[str]
) -> Vendor:
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
    region = _region_of(name, entry, kind, settings.base_url, problems)
    shown = settings.base_url or kind.addresses.get(region or "", kind.base_url)
    is_local = _is_local(name, entry, kind, _host(shown), problems)
    status = VendorStatus(name, entry.kind, not why, why, shown, region, is_local)
    return Vendor(status, settings)


def _region_of(
    name: str, entry: ProviderEntry, kind: Kind, base_url: str, problems: list[str]
) -> str | None:
    """Where a vendor is: as configured, else as its address says."""
    hosts = {_host(address): region for region, address in kind.addresses.items()}
    by_address = hosts.get(_host(base_url or kind.base_url))
    if entry.region is None:
        return by_address
    if base_url and by_address not in (None, entry.region):
        problems.append(
            f"providers.{name}.region: it says {entry.region}, and its base_url is the vendor's "
            f"address in {by_address}. Write `region: {by_address}`, or leave base_url out."
        )
    return entry.region


def _is_local(
    name: str, entry: ProviderEntry, kind: Kind, host: str, problems: list[str]
) -> bool | None:
    """Whether a provider runs in this house; None where each of its models is to say so itself."""
    own = [kind.base_url, *kind.addresses.values()] if kind.whose != "own" else []
    if entry.is_local and host and host in map(_host, own):
        problems.append(
            f"providers.{name}.is_local: its address {host} is the vendor's, not in this house. "
            "Remove is_local, or give the base_url of your own server."
        )
    if entry.is_local is not None:
        return entry.is_local
    is_own = kind.whose == "own" or (kind.whose == "either" and _is_inside(host))
    return None if is_own else False


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _is_inside(host: str) -> bool:
    """Whether a host is on this machine or in a private network, as far as its name tells."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_INSIDE))


def find_models(catalog: Catalog, settings: Settings, vendors: Mapping[str, Vendor]) -> Catalog:
    """The catalog with regional prices and the configuration's own models.

    Raises:
        ConfigError: a model without a provider or a window, or one that names no known provider.
    """
    for provider in {model.provider for model in catalog.models.values() if model.region}:
        catalog = _in_their_region(catalog, provider, vendors)
    own, problems = [], []
    for name, entry in settings.models.items():
        try:
            own.append(_merge(name, entry, catalog.get(name)))
        except (CatalogError, ValueError) as error:
            problems.append(f"models.{name}: {error}")
    if problems:
        raise ConfigError(problems)
    return catalog.with_models(own)


def _in_their_region(catalog: Catalog, provider: str, vendors: Mapping[str, Vendor]) -> Catalog:
    """The catalog with a provider's plain names as they are billed where its vendors are.

    Raises:
        ConfigError: a region that neither the catalog nor the vendor knows.
    """
    named = [vendors[provider]] if provider in vendors else []
    homes = named or [each for each in vendors.values() if each.status.kind == provider]
    regions = {each.status.region for each in homes}
    usual = [model for model in catalog.of_provider(provider) if "@" not in model.name]
    if not regions or None in regions or usual[0].region in regions:
        return catalog
    region = str(next(iter(regions)))
    try:
        if len(regions) == 1:
            return catalog.in_region(provider, region)
    except ModelNotInCatalogError as error:
        if named and region not in KINDS[named[0].status.kind].addresses:
            raise ConfigError([f"providers.{provider}.region: {error}"]) from error
    # Nobody lists what it costs there.
    return catalog.with_models(replace(model, prices=None) for model in usual)


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


def statuses(vendors: Mapping[str, Vendor]) -> dict[str, VendorStatus]:
    """Whether each vendor is on, by name."""
    return {name: vendor.status for name, vendor in vendors.items()}
