"""`POST /v1/messages` and `/v1/messages/count_tokens`: the doors that Anthropic's clients know.

The same gateway behind another wire: any model may answer, whoever makes it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from providers.calls import Completion
from providers.dialects.anthropic.server_events import MessageWriter
from providers.dialects.anthropic.server_request import decode_request
from providers.dialects.anthropic.server_response import encode_error, encode_message
from providers.dialects.asked import Asked
from router.api.door import Door
from router.api.errors import HttpError
from router.api.http import Headers, Send, answer
from router.api.requests import open_call
from router.errors import BadRequestError
from router.measuring import estimate_prompt
from router.pipeline.calls import Journey, Served

if TYPE_CHECKING:
    from router.pipeline.gateway import Gateway
    from router.steps.access import Identity
    from router.telemetry.metrics import Metrics

VERSIONS = (b"2023-06-01", b"2026-10-21")
_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STATUS_BY_CODE = {
    "insufficient_quota": 402,
    "budget_exhausted": 402,
    "upstream_unavailable": 529,
}
"""Where this wire has a status of its own and OpenAI's has not."""
_TOO_LONG = "prompt is too long"
"""What clients look for before they shorten a conversation by themselves."""


class MessagesDoor(Door):
    """Messages."""

    spelling = MappingProxyType(
        {
            "stop": "stop_sequences",
            "reasoning_effort": "output_config.effort",
            "parallel_tool_calls": "tool_choice.disable_parallel_tool_use",
        }
    )

    def _decode(self, headers: dict[bytes, bytes], body: bytes) -> Asked:
        _check_version(headers)
        return decode_request(body)

    def _encode(
        self, asked: Asked, journey: Journey, completion: Completion, cost: str | None
    ) -> bytes:
        return encode_message(
            completion,
            id=f"msg_{journey.request_id}",
            shows_thinking=asked.shows_thinking,
            cost=cost,
        )

    def _writer(self, asked: Asked, journey: Journey, served: Served) -> MessageWriter:
        return MessageWriter(
            id=f"msg_{journey.request_id}",
            model=served.model,
            prompt_tokens=journey.signals.prompt_tokens_with(journey.plan.prompt),
            shows_thinking=asked.shows_thinking,
        )

    def _put(self, told: HttpError, request_id: str) -> tuple[int, bytes]:
        status = _STATUS_BY_CODE.get(told.code or "", told.status)
        usual = "api_error" if status >= 500 else "invalid_request_error"
        message = told.message
        if told.code == "context_length_exceeded" and _TOO_LONG not in message:
            message = f"{_TOO_LONG}: {message}"
        return status, encode_error(
            message, type=_TYPES.get(status, usual), request_id=request_id, code=told.code
        )

    def _name(self, request_id: str) -> Headers:
        name = request_id.encode()
        return [(b"x-request-id", name), (b"request-id", name)]


class CountTokensDoor(MessagesDoor):
    """How many tokens a Messages request would be: an estimate, and it says so."""

    def __init__(
        self, gateway: Gateway, metrics: Metrics, identity: Identity, *, max_body_bytes: int
    ) -> None:
        super().__init__(gateway, metrics, max_body_bytes=max_body_bytes)
        self._identity = identity

    async def _serve(
        self, headers: dict[bytes, bytes], body: bytes, request_id: str, send: Send
    ) -> None:
        _check_version(headers)
        request = decode_request(body, counts_only=True).chat
        call = open_call(request, headers, request_id, None)
        self._identity.identify(call.credential, call.hints, request.model)
        told = {"input_tokens": estimate_prompt(request), "estimated": True}
        named = [(b"content-type", b"application/json"), *self._name(request_id)]
        await answer(send, 200, named, msgspec.json.encode(told))


def _check_version(headers: dict[bytes, bytes]) -> None:
    """Both versions in use are served alike; a request without one is taken as it is."""
    version = headers.get(b"anthropic-version")
    if version is not None and version not in VERSIONS:
        known = " and ".join(each.decode() for each in VERSIONS)
        raise BadRequestError(
            f"anthropic-version: '{version.decode('latin-1')[:40]}' is not known here; {known} are.",
            param="anthropic-version",
        )
