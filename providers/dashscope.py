"""Qwen on Alibaba Cloud (DashScope), through its compatible mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from providers.continuing import ContinuingProvider, InOrder
from providers.dialects.dashscope.differences import BASE_URLS, COMPATIBLE
from providers.dialects.dashscope.native import HEADERS, NativeDialect
from providers.dialects.openai.dialect import OpenAIDialect
from providers.http import HttpOptions
from providers.openai import bearer_options
from providers.settings import ProviderSettings, SettingsError, check_options

DEFAULT_REGION = "intl"
NATIVE = "native"
COMPATIBLE_PATH = "/compatible-mode/v1"
NATIVE_PATH = "/api/v1"


class DashScopeProvider(ContinuingProvider):
    """Qwen models of one region; where the order of a stream must be proven, on DashScope's own wire.

    Option: `numbering`. `native` (at DashScope's own addresses), or `none` (anywhere else).
    """

    def __init__(self, settings: ProviderSettings, **hooks: Any) -> None:
        check_options(settings, {"numbering": ("none", NATIVE)})
        options = bearer_options(settings, base_url_of(settings))
        is_alibaba = options.base_url in BASE_URLS.values()
        named = settings.options.get("numbering", NATIVE if is_alibaba else "none")
        in_order = _native(options, settings) if named == NATIVE else None
        dialect = OpenAIDialect(COMPATIBLE)
        super().__init__(settings.name, options, dialect, in_order=in_order, **hooks)


def _native(options: HttpOptions, settings: ProviderSettings) -> InOrder:
    host, compatible, rest = options.base_url.rstrip("/").partition(COMPATIBLE_PATH)
    if not compatible or rest:
        raise SettingsError(
            f"Provider {settings.name!r} has `numbering: native` and the base_url "
            f"{options.base_url}, which does not end with {COMPATIBLE_PATH}; give one that does, "
            "or leave numbering out."
        )
    headers = {**options.headers, **HEADERS}
    return InOrder(
        dialect=NativeDialect(),
        options=replace(options, base_url=host + NATIVE_PATH, headers=headers),
    )


def base_url_of(settings: ProviderSettings) -> str:
    """The address of the region.

    Raises:
        SettingsError: a region that we do not know and no base_url to go with it.
    """
    region = settings.region or DEFAULT_REGION
    if settings.base_url or region in BASE_URLS:
        return settings.base_url or BASE_URLS[region]
    raise SettingsError(
        f"Provider {settings.name!r} has the unknown region {region!r}; "
        f"use {', '.join(BASE_URLS)}, or give its base_url."
    )
