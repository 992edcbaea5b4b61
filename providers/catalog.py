"""The models that we know: what each can do and what it costs, read from `providers/cards/*.yaml`."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import yaml

from providers.base import Model
from providers.pricing import FREE, PriceList, PriceRow, Rates, Tier

CARDS = Path(__file__).parent / "cards"
_Card = TypeVar("_Card")
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogError(ValueError):
    """A card cannot be read: names the file, the place in it and how to mend it."""


class ModelNotInCatalogError(LookupError):
    """No card has this name; suggests the nearest one."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Cards by name. `aliases` are the dated and older names that vendors answer with."""

    models: Mapping[str, Model]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Model | None:
        """The card of that name or alias, or None."""
        return self.models.get(self.aliases.get(name, name))

    def find(self, name: str) -> Model:
        """The card of that name or alias.

        Raises:
            ModelNotInCatalogError: there is none; the message suggests the nearest names.
        """
        model = self.get(name)
        if model is None:
            raise ModelNotInCatalogError(f"No model {name!r} in the catalog.{self._nearest(name)}")
        return model

    def of_provider(self, provider: str) -> tuple[Model, ...]:
        """Every card of one provider, in the order of its file."""
        return tuple(model for model in self.models.values() if model.provider == provider)

    def with_models(self, models: Iterable[Model]) -> Catalog:
        """A catalog that has these cards too; a card of the same name replaces the shipped one."""
        merged = dict(self.models)
        merged.update((model.name, model) for model in models)
        return replace(self, models=MappingProxyType(merged))

    def in_region(self, provider: str, region: str) -> Catalog:
        """A catalog where that provider's plain names mean the model as billed in that region.

        Raises:
            ModelNotInCatalogError: the provider has no card for that region.
        """
        regional = [m for m in self.of_provider(provider) if m.region == region]
        if not regional:
            known = sorted({m.region for m in self.of_provider(provider) if m.region})
            raise ModelNotInCatalogError(
                f"Provider {provider!r} has no region {region!r} in the catalog; "
                f"it has {', '.join(known) or 'none'}."
            )
        return self.with_models(replace(m, name=m.name.partition("@")[0]) for m in regional)

    def _nearest(self, name: str) -> str:
        known = [*self.models, *self.aliases]
        begun = [each for each in known if name and each.startswith(name)]
        close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        names = [*dict.fromkeys((*begun, *close))][:3]
        return f" Did you mean {' or '.join(map(repr, names))}?" if names else ""


class _TierCard(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    input: Decimal = msgspec.field(name="in")
    output: Decimal = msgspec.field(name="out")
    read: Decimal | None = None
    write: Decimal | None = None
    write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    thinking_out: Decimal | None = None
    above: int = -1
    up_to: int | None = None


class _RowCard(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    starts_on: datetime.date = msgspec.field(name="from", default=datetime.date.min)
    currency: str = "USD"
    service: dict[str, Decimal] = {}
    tiers: tuple[_TierCard, ...] = ()
    input: Decimal | None = msgspec.field(name="in", default=None)
    output: Decimal | None = msgspec.field(name="out", default=None)
    read: Decimal | None = None
    write: Decimal | None = None
    write_1h: Decimal | None = None
    reasoning: Decimal | None = None
    thinking_out: Decimal | None = None


class ModelCard(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One model as YAML writes it; settings use the same keys for models of the user's own."""

    window: int
    max_output: int
    quality: float = 0.5
    wire_name: str | None = None
    abilities: frozenset[str] = frozenset({"streaming"})
    family: str = "unknown"
    drops: frozenset[str] = frozenset()
    retires_on: datetime.date | None = None
    aliases: tuple[str, ...] = ()
    region: str | None = None
    tokens_per_second: float | None = None
    first_token_seconds: float | None = None
    prices: tuple[_RowCard, ...] = ()
    regional_prices: dict[str, tuple[_RowCard, ...]] = {}


class _CardFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    provider: str
    models: dict[str, ModelCard]
    local: bool = False
    regions: tuple[str, ...] = ()


def load_catalog(folder: Path = CARDS) -> Catalog:
    """Every card in the folder's YAML files.

    A provider with regions has each model under its plain name (the first region) and as
    `name@region` for the others.

    Raises:
        CatalogError: a file has an unknown key, a wrong type or two cards of one name.
    """
    models: dict[str, Model] = {}
    aliases: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for model in _read_file(path, aliases):
            if model.name in models:
                raise CatalogError(f"{path.name}: the name {model.name!r} is taken; rename one.")
            models[model.name] = model
    return Catalog(MappingProxyType(models), MappingProxyType(aliases))


def read_model(
    name: str, values: Mapping[str, object], *, provider: str, local: bool = False
) -> Model:
    """One card from the keys that the shipped YAML files use: a model of the user's own.

    Raises:
        CatalogError: an unknown key or a wrong type, with its place.
    """
    return _model_of(name, _convert(values, ModelCard, f"model {name!r}"), provider, local)


def _read_file(path: Path, aliases: dict[str, str]) -> Iterable[Model]:
    try:
        values = yaml.load(path.read_bytes(), Loader=_CardLoader)
    except yaml.YAMLError as problem:
        raise CatalogError(f"{path.name} is no YAML: {problem}") from None
    cards = _convert(values, _CardFile, path.name)
    for name, card in cards.models.items():
        aliases.update((alias, name) for alias in card.aliases)
        yield from _regional_models(name, card, cards)


def _regional_models(name: str, card: ModelCard, cards: _CardFile) -> Iterable[Model]:
    if not cards.regions:
        yield _model_of(name, card, cards.provider, cards.local)
        return
    rows = {region: card.regional_prices.get(region, card.prices) for region in cards.regions}
    for at, region in enumerate(cards.regions):
        here = msgspec.structs.replace(
            card,
            region=region,
            prices=rows[region],
            regional_prices=rows,
            wire_name=card.wire_name or name,
        )
        yield _model_of(f"{name}@{region}" if at else name, here, cards.provider, cards.local)


def _model_of(name: str, card: ModelCard, provider: str, local: bool) -> Model:
    prices = _prices_of(name, card.prices)
    regional = {region: _prices_of(name, rows) for region, rows in card.regional_prices.items()}
    return Model(
        name=name,
        provider=provider,
        wire_name=card.wire_name or name,
        window_tokens=card.window,
        max_output_tokens=card.max_output,
        abilities=card.abilities,
        family=card.family,
        region=card.region,
        is_local=local,
        quality=card.quality,
        tokens_per_second=card.tokens_per_second,
        first_token_seconds=card.first_token_seconds,
        retires_on=card.retires_on,
        prices=FREE if local and prices is None else prices,
        regional_prices={region: each for region, each in regional.items() if each is not None},
        drops=card.drops,
    )


def _prices_of(name: str, rows: tuple[_RowCard, ...]) -> PriceList | None:
    return PriceList(tuple(_row_of(name, row) for row in rows)) if rows else None


def _row_of(name: str, row: _RowCard) -> PriceRow:
    if row.tiers:
        tiers = tuple(
            Tier(rates=_rates_of(tier), above_tokens=tier.above, up_to_tokens=tier.up_to)
            for tier in row.tiers
        )
    elif row.input is not None and row.output is not None:
        tiers = (Tier(rates=_rates_of(row)),)
    else:
        raise CatalogError(f"A price of {name!r} needs `in` and `out`, or `tiers` that have both.")
    return PriceRow(
        starts_on=row.starts_on, tiers=tiers, currency=row.currency, service_tiers=row.service
    )


def _rates_of(card: _TierCard | _RowCard) -> Rates:
    return Rates(
        input=card.input or Decimal(0),
        output=card.output or Decimal(0),
        cache_read=card.read,
        cache_write=card.write,
        cache_write_1h=card.write_1h,
        reasoning=card.reasoning,
        thinking_output=card.thinking_out,
    )


def _convert(values: object, kind: type[_Card], where: str) -> _Card:
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise CatalogError(f"{where}: {problem}") from None


class _CardLoader(_Base):  # type: ignore[misc]
    """Reads numbers with a point as decimals, so that 0.1 stays a tenth."""


_CardLoader.add_constructor(
    "tag:yaml.org,2002:float",
    lambda loader, node: Decimal(loader.construct_scalar(node)),
)
