"""What a vendor's error means: one table for every wire, because vendors borrow from each other.

Codes are looked up first, then types, then phrases of the message, then the HTTP status: a 429 that
says `insufficient_quota` is no rate limit, and a 400 that says the prompt is too long only needs a
larger window.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from providers import errors as e
from providers.limits import read_retry_after

_BY_WORD: dict[str, type[e.ProviderError]] = {
    # OpenAI
    "insufficient_quota": e.QuotaExhaustedError,
    "credit_balance_exhausted": e.QuotaExhaustedError,
    "billing_hard_limit_reached": e.QuotaExhaustedError,
    "organization_spend_limit_exceeded": e.QuotaExhaustedError,
    "project_spend_limit_exceeded": e.QuotaExhaustedError,
    "organization_usage_limit_exceeded": e.QuotaExhaustedError,
    "rate_limit_exceeded": e.OverloadedError,
    "invalid_api_key": e.AuthenticationFailedError,
    "model_not_found": e.ModelNotFoundError,
    "context_length_exceeded": e.ContextTooLongError,
    "content_filter": e.ContentFilteredError,
    "content_policy_violation": e.ContentFilteredError,
    "unsupported_parameter": e.UnsupportedError,
    "unsupported_value": e.UnsupportedError,
    "server_error": e.UpstreamFailedError,
    # Anthropic
    "authentication_error": e.AuthenticationFailedError,
    "billing_error": e.QuotaExhaustedError,
    "permission_error": e.AuthenticationFailedError,
    "not_found_error": e.ModelNotFoundError,
    "rate_limit_error": e.OverloadedError,
    "api_error": e.UpstreamFailedError,
    "timeout_error": e.UpstreamTimeoutError,
    "overloaded_error": e.OverloadedError,
    # DashScope, native codes and those of its compatible mode
    "arrearage": e.QuotaExhaustedError,
    "invalidapikey": e.AuthenticationFailedError,
    "accessdenied": e.AuthenticationFailedError,
    "accessdenied.unpurchased": e.AuthenticationFailedError,
    "access_denied": e.AuthenticationFailedError,
    "model.notexist": e.ModelNotFoundError,
    "modelnotfound": e.ModelNotFoundError,
    "datainspectionfailed": e.ContentFilteredError,
    "data_inspection_failed": e.ContentFilteredError,
    "allocationquota.freetieronly": e.QuotaExhaustedError,
    "limit_requests": e.OverloadedError,
    "limit_burst_rate": e.OverloadedError,
    "internalerror": e.UpstreamFailedError,
    "internal_error": e.UpstreamFailedError,
    "serviceunavailable": e.OverloadedError,
    "modelservingerror": e.OverloadedError,
    "gatewaytimeout": e.UpstreamTimeoutError,
    "requesttimeout": e.UpstreamTimeoutError,
    # llama-server and its like
    "unavailable_error": e.OverloadedError,
    "exceed_context_size_error": e.ContextTooLongError,
    "not_supported_error": e.UnsupportedError,
    "internal_server_error": e.UpstreamFailedError,
}
# DashScope's `Throttling`, `Throttling.RateQuota`, `Throttling.AllocationQuota`: the last counts
# tokens a minute, so all of them pass by themselves.
_BY_PREFIX: tuple[tuple[str, type[e.ProviderError]], ...] = (("throttling", e.OverloadedError),)
_BY_PHRASE: tuple[tuple[str, type[e.ProviderError]], ...] = (
    ("prompt is too long", e.ContextTooLongError),
    ("maximum context length", e.ContextTooLongError),
    ("exceed context limit", e.ContextTooLongError),
    ("exceeds the available context size", e.ContextTooLongError),
    ("range of input length should be", e.ContextTooLongError),
    # Turns of the assistant at the end: Claude behind a proxy, and Mistral.
    ("assistant message prefill", e.UnsupportedError),
    ("prefilling assistant messages", e.UnsupportedError),
    ("expected last role user", e.UnsupportedError),
    ("credit balance is too low", e.QuotaExhaustedError),
    ("exceeded your current quota", e.QuotaExhaustedError),
    ("output blocked by content filtering", e.ContentFilteredError),
    ("inappropriate content", e.ContentFilteredError),
)
_BY_STATUS: dict[int, type[e.ProviderError]] = {
    401: e.AuthenticationFailedError,
    402: e.QuotaExhaustedError,
    403: e.AuthenticationFailedError,
    404: e.ModelNotFoundError,
    408: e.UpstreamTimeoutError,
    409: e.UpstreamFailedError,
    425: e.OverloadedError,
    429: e.OverloadedError,
    501: e.UnsupportedError,
    503: e.OverloadedError,
    529: e.OverloadedError,
}
# Only where no status says more: as a status, the same types come with narrower meanings.
_REQUEST_FAULTS = frozenset({"invalid_request_error", "request_too_large"})
_MESSAGE_LIMIT = 2000


class VendorError(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's error in its own words."""

    message: str
    type: str | None = None
    code: str | None = None
    param: str | None = None
    status: int | None = None
    """Only where the error itself carries one, as in the middle of a stream."""


def read_error(body: bytes) -> VendorError | None:
    """The error that a JSON body holds, in any of the shapes that vendors use, or None.

    Shapes: `{"error": {…}}`, `{"error": "…"}`, `{"type": "error", "error": {…}}`,
    `{"code": "…", "message": "…"}`, `{"object": "error", …}`, `{"type": "error", "message": …}`
    and `{"detail": …}`.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(value, dict):
        return None
    inner = value.get("error")
    if isinstance(inner, dict):
        return _error_of(inner)
    if isinstance(inner, str):
        return VendorError(message=inner[:_MESSAGE_LIMIT])
    if value.get("code") or "error" in (value.get("object"), value.get("type")):
        return _error_of(value)
    if "detail" in value:
        return VendorError(message=str(value["detail"])[:_MESSAGE_LIMIT])
    return None


def kind_of(error: VendorError, status: int | None) -> type[e.ProviderError]:
    """Which of our errors this is; one that nothing is known about is the vendor's failure."""
    for word in (error.code, error.type):
        kind = _kind_of_word((word or "").lower())
        if kind is not None:
            return kind
    message = error.message.lower()
    for phrase, kind in _BY_PHRASE:
        if phrase in message:
            return kind
    shown = status if status not in (None, 200) else error.status
    if shown is None and error.type in _REQUEST_FAULTS:
        return e.RefusedError
    return _kind_of_status(shown)


def failure(
    error: VendorError | None,
    *,
    provider: str,
    model: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> e.ProviderError:
    """Our error for a vendor's one, with everything that the vendor said."""
    if error is None:
        error = VendorError(message="an answer without a readable error")
    said = error.message.rstrip(".")
    shown = status if status not in (None, 200) else error.status
    return kind_of(error, status)(
        f"{provider} said {said!r}" + (f" (HTTP {shown})." if shown else "."),
        provider=provider,
        model=model,
        status=shown,
        vendor_code=error.code,
        vendor_type=error.type,
        param=error.param,
        retry_after_seconds=read_retry_after(headers) if headers else None,
    )


def broken(error: VendorError, *, provider: str, model: str) -> e.StreamBrokenError:
    """An error event after the answer had begun."""
    return e.StreamBrokenError(
        f"{provider} broke off its answer: {error.message!r}.",
        why="error_event",
        provider=provider,
        model=model,
        status=error.status,
        vendor_code=error.code,
        vendor_type=error.type,
    )


def _error_of(value: Mapping[str, Any]) -> VendorError:
    code, kind, param = value.get("code"), value.get("type"), value.get("param")
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    return VendorError(
        message=str(value.get("message") or value.get("msg") or code or "no message")[
            :_MESSAGE_LIMIT
        ],
        type=str(kind) if kind else None,
        code=str(code) if code not in (None, "") else None,
        param=str(param) if param else None,
        status=status,
    )


def _kind_of_word(word: str) -> type[e.ProviderError] | None:
    kind = _BY_WORD.get(word)
    if kind is None and word:
        kind = next((k for prefix, k in _BY_PREFIX if word.startswith(prefix)), None)
    return kind


def _kind_of_status(status: int | None) -> type[e.ProviderError]:
    if status is None or status >= 500 or status < 400:
        return _BY_STATUS.get(status or 0, e.UpstreamFailedError)
    return _BY_STATUS.get(status, e.RefusedError)
