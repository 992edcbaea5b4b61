"""Errors become HTTP here and nowhere else: one shape (OpenAI's), the right status, the right hints."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers import errors as vendor
from providers.dialects.errors import DecodeError
from router.errors import PointsmanError
from router.steps.dispatch.errors import telling_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpError:
    """An error as a client will read it. All four keys of the body are always present."""

    status: int
    message: str
    type: str
    code: str | None
    param: str | None = None
    retry_after_seconds: float | None = None
    should_retry: bool = False
    """False tells OpenAI's and Anthropic's clients not to repeat what was already repeated here."""
    extra: dict[str, str] = field(default_factory=dict)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The hints that go with the status."""
        hints = [(b"x-should-retry", b"true" if self.should_retry else b"false")]
        if self.retry_after_seconds is not None:
            seconds = max(0.0, self.retry_after_seconds)
            hints.append((b"retry-after", b"%d" % -(-seconds // 1)))
            hints.append((b"retry-after-ms", b"%d" % (seconds * 1000)))
        return hints


_BY_CLASS: dict[type[vendor.ProviderError], tuple[int, str, str]] = {
    vendor.OverloadedError: (429, "rate_limit_error", "rate_limit_exceeded"),
    vendor.UpstreamTimeoutError: (504, "server_error", "upstream_timeout"),
    vendor.ConnectionFailedError: (502, "server_error", "upstream_unreachable"),
    vendor.StreamBrokenError: (502, "server_error", "upstream_stream_broken"),
    vendor.UpstreamFailedError: (502, "server_error", "upstream_failed"),
    vendor.UnavailableError: (503, "server_error", "upstream_unavailable"),
    vendor.QuotaExhaustedError: (429, "insufficient_quota", "insufficient_quota"),
    vendor.AuthenticationFailedError: (
        401,
        "authentication_error",
        "upstream_authentication_failed",
    ),
    vendor.ModelNotFoundError: (404, "invalid_request_error", "model_not_found"),
    vendor.ContextTooLongError: (400, "invalid_request_error", "context_length_exceeded"),
    vendor.UnsupportedError: (400, "invalid_request_error", "unsupported_by_model"),
    vendor.ContentFilteredError: (400, "invalid_request_error", "content_filter"),
    vendor.RefusedError: (400, "invalid_request_error", "invalid_request"),
}
_CLIENT = range(400, 500)
_NO_CAPACITY = (503, 529)
_MAY_BE_FULL = (vendor.OverloadedError, vendor.UpstreamFailedError)
_KEEPS_ITS_STATUS = (vendor.AuthenticationFailedError, vendor.RefusedError, vendor.OverloadedError)


def describe(error: Exception) -> HttpError:
    """What a client is told about an error that reached a door."""
    if isinstance(error, PointsmanError):
        return HttpError(
            status=error.status,
            message=error.message,
            type=error.type,
            code=error.code,
            param=error.param,
            should_retry=error.should_retry,
            retry_after_seconds=error.retry_after_seconds,
        )
    if isinstance(error, DecodeError):
        return HttpError(
            status=400,
            message=error.message,
            type="invalid_request_error",
            code="invalid_request",
            param=error.param,
        )
    if isinstance(error, vendor.ProviderError):
        return _describe_vendor(error)
    return HttpError(
        status=500,
        message="The gateway failed in a way that it did not foresee; its log has the details "
        "under this request's x-request-id.",
        type="server_error",
        code="internal_error",
    )


def _describe_vendor(error: vendor.ProviderError) -> HttpError:
    telling = telling_of(error)
    status, kind, code = next(
        (_BY_CLASS[base] for base in type(telling).__mro__ if base in _BY_CLASS),
        (502, "server_error", "upstream_failed"),
    )
    if isinstance(telling, _MAY_BE_FULL) and telling.status in _NO_CAPACITY:
        # Too little capacity is not too many requests: clients have another class for it.
        status, kind, code = _BY_CLASS[vendor.UnavailableError]
    elif isinstance(telling, _KEEPS_ITS_STATUS) and telling.status and telling.status in _CLIENT:
        status = telling.status
    return HttpError(
        status=status,
        message=error.message,
        type=kind,
        code=code,
        param=error.param,
        retry_after_seconds=error.retry_after_seconds,
    )
