"""What every client is made to do, and what each must make of it.

A case names a model whose vendor fails in one way; the classes are those that the client's own
users catch. Only where a client has no class of its own for a status do versions differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KEY, NARROW_KEY, WRONG_KEY = "pm-clients-key-0001", "pm-clients-key-0002", "pm-unknown-0003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request and the error that must come of it."""

    name: str
    fault: str = ""
    """What the vendor does, as simulators call it; empty: it is never asked."""
    model: str = ""
    """Another model than the one with the fault."""
    key: str = KEY
    body: dict[str, Any] = field(default_factory=dict)
    """Fields beside the usual ones."""
    timeout: str = ""
    stream: bool = False
    tool: bool = False
    begins: bool = False
    """The answer begins before it breaks, so the error comes while iterating."""
    status: int = 0
    code: str = ""
    openai: str = ""
    anthropic: str = ""
    """The newest client's class; `OLDER` has what an older one says instead."""
    type: str = ""
    """Anthropic's type."""

    @property
    def wished_model(self) -> str:
        """The model that the client asks for."""
        return self.model or f"faulty-{self.name}"


def _refused(name: str, status: int, code: str, openai: str, type_: str, **more: Any) -> Case:
    names = {"openai": openai, "anthropic": openai, "type": type_}
    return Case(name=name, status=status, code=code, **{**names, **more})


_INVALID = "invalid_request_error"
_UPSTREAM_KEY = "upstream_authentication_failed"
_BUSY: dict[str, Any] = {"anthropic": "OverloadedError"}
_LATE: dict[str, Any] = {"anthropic": "GatewayTimeoutError"}

REFUSED = (
    _refused("wrong-field", 400, "invalid_request", "BadRequestError", _INVALID,
             model="fine", body={"temperature": "hot"}),
    _refused("wrong-key", 401, "invalid_api_key", "AuthenticationError", "authentication_error",
             model="fine", key=WRONG_KEY),
    _refused("not-allowed", 403, "not_allowed", "PermissionDeniedError", "permission_error",
             model="fine", key=NARROW_KEY),
    _refused("unknown-model", 404, "model_not_found", "NotFoundError", "not_found_error",
             model="gpt-0"),
    _refused("rejected", 400, "invalid_request", "BadRequestError", _INVALID, fault="400"),
    _refused("vendor-key", 401, _UPSTREAM_KEY, "AuthenticationError", "authentication_error",
             fault="401"),
    _refused("vendor-right", 403, _UPSTREAM_KEY, "PermissionDeniedError", "permission_error",
             fault="403"),
    _refused("vendor-model", 404, "model_not_found", "NotFoundError", "not_found_error",
             fault="404"),
    _refused("too-large", 413, "invalid_request", "APIStatusError", "request_too_large",
             fault="413", anthropic="ContentTooLargeError"),
    _refused("unprocessable", 422, "invalid_request", "UnprocessableEntityError", _INVALID,
             fault="422"),
    _refused("rate-limit", 429, "rate_limit_exceeded", "RateLimitError", "rate_limit_error",
             fault="429-ms=50"),
    _refused("quota", 429, "insufficient_quota", "RateLimitError", "billing_error",
             fault="quota", anthropic="PaymentRequiredError"),
    _refused("context", 400, "context_length_exceeded", "BadRequestError", _INVALID,
             fault="context"),
    _refused("filter", 400, "content_filter", "BadRequestError", _INVALID, fault="content-filter"),
    _refused("failed", 502, "upstream_failed", "InternalServerError", "api_error", fault="500"),
    _refused("html", 502, "upstream_failed", "InternalServerError", "api_error", fault="502"),
    _refused("unreachable", 502, "upstream_unreachable", "InternalServerError", "api_error",
             fault="reset"),
    _refused("late", 504, "upstream_timeout", "InternalServerError", "timeout_error",
             fault="hang", timeout="1.5", **_LATE),
    _refused("overloaded", 503, "upstream_unavailable", "InternalServerError", "overloaded_error",
             fault="529", **_BUSY),
)  # fmt: skip
"""Answered as HTTP errors. Each is asked whole and as a stream: no difference may show."""

_BROKEN: dict[str, Any] = {
    "status": 200,
    "code": "upstream_stream_broken",
    "openai": "APIError",
    "anthropic": "APIStatusError",
    "type": "api_error",
    "stream": True,
    "begins": True,
}
BROKEN = (
    Case(name="cut", fault="cut@5", **_BROKEN),
    Case(name="reset", fault="cut-reset@5", **_BROKEN),
    Case(name="ended-early", fault="eof@5", **_BROKEN),
    Case(name="done-early", fault="done-early@5", **_BROKEN),
    Case(name="error-inside", fault="error-event-done@5", **_BROKEN),
    Case(name="cut-in-a-tool", fault="cut@tool", tool=True, **_BROKEN),
    Case(name="ended-in-a-tool", fault="eof@tool", tool=True, **_BROKEN),
)
"""Broken after the first token: an error while iterating, never a clean end."""

STREAMED = tuple(
    Case(**{
        **{name: getattr(case, name) for name in Case.__dataclass_fields__},
        "name": f"{case.name}-streamed",
        "stream": True,
    })
    for case in REFUSED
)  # fmt: skip

CASES = (*REFUSED, *STREAMED, *BROKEN)

OLDER = {
    "ContentTooLargeError": "RequestTooLargeError",
    "PaymentRequiredError": "APIStatusError",
    "GatewayTimeoutError": "InternalServerError",
}
"""What anthropic 0.x raises where the newest has a class of its own."""
