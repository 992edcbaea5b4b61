"""Qwen on Alibaba Cloud (DashScope), through its compatible mode."""

from __future__ import annotations

from typing import Any

from providers.continuing import ContinuingProvider
from providers.dialects.dashscope.differences import BASE_URLS, COMPATIBLE
from providers.dialects.openai.dialect import OpenAIDialect
from providers.openai import bearer_options
from providers.settings import ProviderSettings, SettingsError, check_options

DEFAULT_REGION = "intl"


class DashScopeProvider(ContinuingProvider):
    """Qwen models of one region."""

    def __init__(self, settings: ProviderSettings, **hooks: Any) -> None:
        check_options(settings, {})
        options = bearer_options(settings, base_url_of(settings))
        super().__init__(settings.name, options, OpenAIDialect(COMPATIBLE), **hooks)


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
