"""Every kind of provider by name. A vendor on a known wire is one file and one row here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, cast

from providers.base import Model, Provider
from providers.demands import NO_REFUSALS, Refusals
from providers.dialects.anthropic.refusals import refusals_of
from providers.dialects.dashscope.differences import BASE_URLS
from providers.http import OnHeaders
from providers.limits import RateLimits
from providers.settings import ProviderSettings, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How one kind of provider is built, and where its settings usually come from."""

    place: str
    """`module:Class`, imported when the first provider of the kind is opened."""
    key_env: str = ""
    base_url_env: str = ""
    region_env: str = ""
    base_url: str = ""
    """Where it is when nobody says otherwise."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """The vendor's own addresses by region, where it has regions."""
    whose: Literal["vendor", "own", "either"] = "vendor"
    """Who runs what speaks this wire: a vendor, oneself, or, at an address of one's own, oneself too."""
    needs_key: bool = True
    about: str = ""
    refuses: Callable[[Model], Refusals] = lambda _: NO_REFUSALS
    """What its client cannot be asked for with a model, told before a byte is sent."""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "openai": Kind(
            place="providers.openai:OpenAIProvider",
            key_env="OPENAI_API_KEY",
            base_url_env="OPENAI_BASE_URL",
            base_url="https://api.openai.com/v1",
            whose="either",
            about="OpenAI, and vendors that speak exactly its wire",
        ),
        "anthropic": Kind(
            place="providers.anthropic:AnthropicProvider",
            key_env="ANTHROPIC_API_KEY",
            base_url_env="ANTHROPIC_BASE_URL",
            base_url="https://api.anthropic.com",
            about="Claude, through the Messages API",
            refuses=refusals_of,
        ),
        "dashscope": Kind(
            place="providers.dashscope:DashScopeProvider",
            key_env="DASHSCOPE_API_KEY",
            base_url_env="DASHSCOPE_BASE_URL",
            region_env="DASHSCOPE_REGION",
            base_url=BASE_URLS["intl"],
            addresses=MappingProxyType(BASE_URLS),
            about="Qwen on Alibaba Cloud",
        ),
        "llama_server": Kind(
            place="providers.llama_server:LlamaServerProvider",
            key_env="LLAMA_SERVER_API_KEY",
            base_url_env="LLAMA_SERVER_BASE_URL",
            base_url="http://127.0.0.1:8080/v1",
            whose="own",
            needs_key=False,
            about="a server of one's own: llama-server, vLLM, SGLang",
        ),
        "litellm": Kind(
            place="providers.litellm:LiteLLMProvider",
            needs_key=False,
            about="the long tail of vendors, through the optional package litellm",
        ),
    }
)


def open_provider(
    settings: ProviderSettings,
    *,
    on_headers: OnHeaders | None = None,
    on_limits: Callable[[str, RateLimits], None] | None = None,
) -> Provider:
    """A provider, ready to be called; it opens no connection before the first call.

    Raises:
        SettingsError: an unknown kind, a missing key, a wrong option or a missing package.
    """
    kind = KINDS.get(settings.kind)
    if kind is None:
        raise SettingsError(
            f"Provider {settings.name!r} has the unknown kind {settings.kind!r}; "
            f"use one of {', '.join(KINDS)}."
        )
    if kind.needs_key and not settings.api_key:
        raise SettingsError(
            f"Provider {settings.name!r} needs an API key; set {kind.key_env} or its api_key."
        )
    module, _, name = kind.place.partition(":")
    build = getattr(importlib.import_module(module), name)
    return cast(Provider, build(settings, on_headers=on_headers, on_limits=on_limits))
