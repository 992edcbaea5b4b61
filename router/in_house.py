"""The models that run in this house: whether they can, and the cards that policies see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from local_models.errors import LocalModelError
from local_models.opening import LocalSettings, why_off
from local_models.registry import find
from providers.base import Model
from providers.catalog import Catalog
from providers.local_refusals import REFUSALS
from providers.pricing import FREE
from router.errors import ConfigError
from router.places import Place
from router.settings import LocalEntry, LocalModelEntry
from router.vendors import VendorStatus

NAME = "local"
"""What the provider of these models is called."""
_OWN_FILE = frozenset({"streaming", "seed", "json_mode", "json_schema", "prefill"})
_SMALL_QUALITY = 0.3
_OWN_QUALITY = 0.4
"""For a file of the user's own, until the configuration rates it under `models`."""


@dataclass(frozen=True, slots=True)
class InHouse:
    """What can run here."""

    status: VendorStatus
    settings: tuple[LocalSettings, ...] = ()
    models: tuple[Model, ...] = ()

    @property
    def small(self) -> frozenset[str]:
        """Models that a long prompt confuses: they get the compact one."""
        return frozenset(model.name for model in self.models if model.quality < _SMALL_QUALITY)

    @property
    def slots(self) -> dict[str, int]:
        """Requests that each model answers at once."""
        return {each.served_as: each.slots for each in self.settings}


def find_in_house(entry: LocalEntry, catalog: Catalog) -> InHouse:
    """The configured local models that can run, with the reason when none can.

    Raises:
        ConfigError: a model that neither the registry nor the disk has.
    """
    if not entry.enabled:
        return InHouse(VendorStatus(NAME, "llama.cpp", False, "local.enabled is false"))
    wanted = [_settings(each, entry.folder) for each in entry.models]
    able = [each for each in wanted if why_off(each) is None]
    whys = [why for each in wanted if (why := why_off(each)) is not None]
    status = VendorStatus(
        NAME, "llama.cpp", bool(able), "; ".join(dict.fromkeys(whys)), _names(able)
    )
    return InHouse(status, tuple(able), tuple(_card(each, catalog) for each in able))


def _settings(each: LocalModelEntry, folder: str) -> LocalSettings:
    return LocalSettings(models_dir=Path(folder), **each.model_dump())


def _names(able: Sequence[LocalSettings]) -> str:
    return ", ".join(each.served_as for each in able)


def _card(each: LocalSettings, catalog: Catalog) -> Model:
    try:
        known = find(each.model)
    except LocalModelError as error:
        raise ConfigError([f"local.models: {error}"]) from error
    card = catalog.get(each.served_as) or catalog.get(each.model)
    if card is None:
        card = Model(
            name=each.served_as,
            provider=NAME,
            wire_name=each.served_as,
            window_tokens=each.window_tokens,
            max_output_tokens=each.window_tokens // 2,
            abilities=_OWN_FILE,
            family="qwen",
            quality=_OWN_QUALITY,
        )
    return replace(
        card,
        name=each.served_as,
        provider=NAME,
        wire_name=each.served_as,
        window_tokens=min(each.window_tokens, known.window_tokens),
        is_local=True,
        prices=FREE,
    )


def places_in_house(in_house: InHouse, catalog: Catalog) -> dict[str, list[Place]]:
    """One deployment for each model that runs here: free, unless the configuration prices it."""
    cards = [replace(model, prices=catalog.find(model.name).prices) for model in in_house.models]
    return {
        card.name: [Place(f"{NAME}/{card.name}", card, NAME, refuses=REFUSALS)] for card in cards
    }
