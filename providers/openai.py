"""OpenAI, and any vendor that speaks exactly its wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast, get_args

from providers.continuing import ContinuingProvider, InOrder
from providers.dialects.openai.dialect import OpenAIDialect
from providers.dialects.openai.differences import OPENAI, Differences, Numbering
from providers.dialects.responses.dialect import ResponsesDialect
from providers.http import HttpOptions
from providers.settings import ProviderSettings, check_options

BASE_URL = "https://api.openai.com/v1"


COUNTS = get_args(Numbering)
RESPONSES = "responses"


class OpenAIProvider(ContinuingProvider):
    """OpenAI's chat completions; where the order of a stream must be proven, its Responses API.

    Option: `numbering`. `responses` (at OpenAI's own address), `usage` or `timings` for servers
    behind this kind that count the tokens in each chunk, `none` (anywhere else).
    """

    def __init__(self, settings: ProviderSettings, **hooks: Any) -> None:
        check_options(settings, {"numbering": (*COUNTS, RESPONSES)})
        is_openai = settings.base_url in ("", BASE_URL)
        named = settings.options.get("numbering", RESPONSES if is_openai else "none")
        in_order = InOrder(dialect=ResponsesDialect()) if named == RESPONSES else None
        differences = OPENAI if named == RESPONSES else with_numbering(OPENAI, settings)
        options, dialect = bearer_options(settings, BASE_URL), OpenAIDialect(differences)
        super().__init__(settings.name, options, dialect, in_order=in_order, **hooks)


def with_numbering(differences: Differences, settings: ProviderSettings) -> Differences:
    """The vendor's differences with the numbering that the settings name, if they name one."""
    named = cast("Numbering | None", settings.options.get("numbering"))
    return differences if named is None else replace(differences, numbering=named)


def bearer_options(settings: ProviderSettings, base_url: str) -> HttpOptions:
    """How to reach a vendor that takes its key as a bearer token."""
    headers = dict(settings.headers)
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    if settings.organization:
        headers["OpenAI-Organization"] = settings.organization
    if settings.project:
        headers["OpenAI-Project"] = settings.project
    return HttpOptions(
        base_url=settings.base_url or base_url,
        headers=headers,
        connect_seconds=settings.connect_seconds,
        max_connections=settings.max_connections,
        trust_env=settings.trust_env,
    )
