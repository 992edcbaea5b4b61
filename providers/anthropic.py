"""Claude, through Anthropic's Messages API."""

from __future__ import annotations

from typing import Any

from providers.continuing import ContinuingProvider
from providers.dialects.anthropic.dialect import AnthropicDialect
from providers.http import HttpOptions
from providers.settings import ProviderSettings, check_options

BASE_URL = "https://api.anthropic.com"
VERSION = "2023-06-01"
"""Pinned: later versions refuse fields that this one takes, and a version is a promise."""


class AnthropicProvider(ContinuingProvider):
    """Claude models.

    Options: `version` (the API version that is sent) and `auth`: `x-api-key`, or `bearer` for keys
    and proxies that want an Authorization header.
    """

    models_path = "/v1/models?limit=1000"

    def __init__(self, settings: ProviderSettings, **hooks: Any) -> None:
        check_options(settings, {"version": (), "auth": ("x-api-key", "bearer"), "beta": ()})
        super().__init__(settings.name, _options(settings), AnthropicDialect(), **hooks)


def _options(settings: ProviderSettings) -> HttpOptions:
    headers = {"anthropic-version": settings.options.get("version", VERSION), **settings.headers}
    if "beta" in settings.options:
        headers["anthropic-beta"] = settings.options["beta"]
    if settings.api_key and settings.options.get("auth") == "bearer":
        headers["Authorization"] = f"Bearer {settings.api_key}"
    elif settings.api_key:
        headers["x-api-key"] = settings.api_key
    return HttpOptions(
        base_url=(settings.base_url or BASE_URL).rstrip("/").removesuffix("/v1"),
        headers=headers,
        connect_seconds=settings.connect_seconds,
        max_connections=settings.max_connections,
        trust_env=settings.trust_env,
    )
