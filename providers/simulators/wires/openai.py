"""OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from providers.simulators.answers import Answer
from providers.simulators.asks import Ask, CacheUse
from providers.simulators.problems import Problem
from providers.simulators.wires.base import too_long_numbers
from providers.simulators.wires.completions import Completions

MODELS = ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-6-luna", "gpt-5.6-terra", "gpt-5.4", "gpt-5.4-mini",
          "gpt-4.1", "gpt-4o", "gpt-4o-mini", "o3")  # fmt: skip
_THINKERS = ("gpt-5", "gpt-6", "o1", "o3", "o4")
_WRITES_BILLED = ("gpt-5.6", "gpt-6")

_ERRORS: Mapping[str, tuple[str, str | None, str]] = {
    "bad_request": ("invalid_request_error", None, "The request is not valid."),
    "no_key": ("invalid_request_error", None, "You didn't provide an API key."),
    "unauthorized": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "payment": ("insufficient_quota", "credit_balance_exhausted", "Your credit is used up."),
    "forbidden": ("invalid_request_error", "permission_denied", "Your key may not do this."),
    "not_found": ("invalid_request_error", "unknown_url", "Unknown request URL."),
    "model_not_found": ("invalid_request_error", "model_not_found", "The model does not exist."),
    "timeout": ("timeout", "request_timeout", "The request took too long."),
    "context_too_long": ("invalid_request_error", "context_length_exceeded", ""),
    "too_large": ("invalid_request_error", "request_too_large", "The request body is too large."),
    "unprocessable": ("invalid_request_error", "unprocessable", "The request cannot be processed."),
    "rate_limited": ("requests", "rate_limit_exceeded", "Rate limit reached for requests."),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    "server_error": ("server_error", None, "The server had an error while processing it."),
    "unavailable": ("server_error", None, "The engine is currently overloaded."),
    "gateway_timeout": ("server_error", None, "The upstream did not answer in time."),
    "overloaded": ("server_error", "overloaded", "The service is overloaded."),
    "content_filter": ("invalid_request_error", "content_policy_violation", "Flagged as unsafe."),
}


class OpenAIChat(Completions):
    """POST /v1/chat/completions."""

    families = ("gpt-", "chatgpt-", "o1", "o3", "o4")

    def continues(self, body: dict[str, Any]) -> bool:
        """OpenAI itself starts anew after an assistant message; servers like vLLM can be told."""
        messages = body.get("messages")
        last = messages[-1] if isinstance(messages, list) and messages else None
        asked = isinstance(last, dict) and (last.get("prefix") or last.get("partial"))
        return bool(asked or body.get("continue_final_message"))

    def thinks(self, body: dict[str, Any]) -> bool:
        effort = body.get("reasoning_effort")
        return effort not in (None, "none", "minimal") and body["model"].startswith(_THINKERS)

    def use_cache(self, ask: Ask) -> CacheUse:
        """Prompts from 1,024 tokens on are cached in steps of 128; newer models bill the writing."""
        used = self.use_automatic_cache(ask, 1024, 128)
        return used if ask.model.startswith(_WRITES_BILLED) else replace(used, written=0)

    def message(self, answer: Answer) -> dict[str, Any]:
        return {**super().message(answer), "refusal": None, "annotations": []}

    def extra(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        return {"service_tier": "default", "system_fingerprint": None}

    def usage(self, ask: Ask, answer: Answer) -> dict[str, Any]:
        return {
            **super().usage(ask, answer),
            "prompt_tokens_details": {
                "cached_tokens": ask.cache.read,
                "cache_write_tokens": ask.cache.written,
                "audio_tokens": 0,
            },
            "completion_tokens_details": {
                "reasoning_tokens": answer.reasoning_tokens * ask.choices,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }

    def headers(self, ask: Ask | None = None) -> tuple[tuple[str, str], ...]:
        limit = self.house.settings.requests_per_minute
        used = ask.prompt_tokens if ask else 0
        return (
            ("x-request-id", self.house.next_id("req_", 32)),
            ("openai-processing-ms", "12"),
            ("openai-version", "2020-10-01"),
            ("openai-organization", "simulated"),
            ("x-ratelimit-limit-requests", str(limit)),
            ("x-ratelimit-remaining-requests", str(max(0, limit - self.house.used))),
            ("x-ratelimit-reset-requests", "6ms"),
            ("x-ratelimit-limit-tokens", "40000000"),
            ("x-ratelimit-remaining-tokens", str(40_000_000 - used)),
            ("x-ratelimit-reset-tokens", "1s"),
        )

    def error(self, problem: Problem) -> dict[str, Any]:
        kind, code, usual = _ERRORS[problem.kind]
        message, param = problem.message or usual, problem.param
        if problem.kind == "model_not_found" and problem.message:
            message = (
                f"The model `{problem.message}` does not exist or you do not have access to it."
            )
        if problem.kind == "context_too_long":
            tokens, window = too_long_numbers(problem, self.window)
            param = "messages"
            message = (
                f"This model's maximum context length is {window} tokens. However, your messages "
                f"resulted in {tokens} tokens. Please reduce the length of the messages."
            )
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}
