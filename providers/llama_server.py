"""Inference servers of one's own that speak OpenAI's wire: llama-server, vLLM, SGLang and others."""

from __future__ import annotations

from typing import Any

from providers.continuing import ContinuingProvider
from providers.dialects.llama_server.differences import ENGINES
from providers.dialects.openai.dialect import OpenAIDialect
from providers.openai import COUNTS, bearer_options, with_numbering
from providers.settings import ProviderSettings, check_options

BASE_URL = "http://127.0.0.1:8080/v1"


class LlamaServerProvider(ContinuingProvider):
    """A server of one's own; the option `engine` says which (llama-server by default).

    The option `numbering` says what counts the tokens in each chunk, where it is not what the
    engine usually has.
    """

    def __init__(self, settings: ProviderSettings, **hooks: Any) -> None:
        check_options(settings, {"engine": tuple(ENGINES), "numbering": COUNTS})
        differences = with_numbering(
            ENGINES[settings.options.get("engine", "llama-server")], settings
        )
        options = bearer_options(settings, BASE_URL)
        super().__init__(settings.name, options, OpenAIDialect(differences), **hooks)
