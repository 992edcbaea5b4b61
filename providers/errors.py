"""What can go wrong at a provider.

* ProviderError                  carries provider, model, status, vendor_code, vendor_message
  x UnavailableError             retryable, and worth trying elsewhere
    + ConnectionFailedError      no connection: refused, reset, DNS, TLS
    + UpstreamTimeoutError       no answer, or no first token, in time
    + OverloadedError            429 (rate), 503, 529; carries retry_after_seconds
    + UpstreamFailedError        500, 502, 504, an HTML page, a body that is no answer
    + StreamBrokenError          cut, stalled, crawling or malformed after it began; carries why
    + UnnumberedError            pieces without numbers, where their order must be proven
  x ElsewhereError               not worth a retry here, worth trying elsewhere
    + QuotaExhaustedError        out of credit: 429 insufficient_quota, 402, Arrearage
    + AuthenticationFailedError  our key is wrong or lacks a right (401, 403)
    + ModelNotFoundError         404: the vendor does not know the model
    + ContextTooLongError        the prompt does not fit; only a larger window helps
    + UnsupportedError           the vendor cannot do this at all (501, no tools, no images)
  x RefusedError                 never retry: the request itself is at fault (400, 413, 422)
    + ContentFilteredError       the vendor's filter said no (elsewhere only if the policy says so)
"""

from __future__ import annotations

_NO_CAPACITY = (503, 529)


class ProviderError(Exception):
    """A call to a provider failed. `retryable` and `elsewhere` say what may be done about it."""

    retryable = False
    """The same deployment may be asked again, after a pause."""
    elsewhere = False
    """Another model or deployment may be asked."""
    hurts_health = False
    """It says something about the deployment's health, so the circuit breaker counts it."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        model: str = "",
        status: int | None = None,
        vendor_code: str | None = None,
        vendor_type: str | None = None,
        param: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.model = model
        self.status = status
        self.vendor_code = vendor_code
        self.vendor_type = vendor_type
        self.param = param
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(ProviderError):
    """Not now, or not there: try again, or try elsewhere."""

    retryable = True
    elsewhere = True
    hurts_health = True


class ConnectionFailedError(UnavailableError):
    """No connection came about, or it broke before the answer began."""


class UpstreamTimeoutError(UnavailableError):
    """No answer, or no first token, in the time allowed."""


class OverloadedError(UnavailableError):
    """Too many requests, or too little capacity; `retry_after_seconds` when the vendor said so."""

    @property
    def is_rate_limit(self) -> bool:
        """Whether there were too many requests, and not too little capacity."""
        return self.status not in _NO_CAPACITY


class UpstreamFailedError(UnavailableError):
    """The vendor failed, or sent something that is no answer."""


class StreamBrokenError(UnavailableError):
    """The answer had begun and did not end as an answer does."""

    def __init__(
        self, message: str, *, why: str = "cut", spoilt: bool = False, **rest: object
    ) -> None:
        super().__init__(message, **rest)  # type: ignore[arg-type]
        self.why = why
        """One word for metrics: cut, stall, crawl, malformed, error_event, disorder."""
        self.spoilt = spoilt
        """Some of what came before it may stand in the wrong place: nothing can go on from there."""


class UnnumberedError(UnavailableError):
    """The server was asked to number the pieces of its answer and did not.

    Raised before the first piece. Nothing is wrong with the server: it is an older one, or another
    one than the settings say, and its answers can still be fetched whole.
    """

    hurts_health = False


class ElsewhereError(ProviderError):
    """This deployment will fail again in the same way; another one may not."""

    elsewhere = True


class QuotaExhaustedError(ElsewhereError):
    """Out of credit or over a spending limit: waiting does not help."""

    hurts_health = True


class AuthenticationFailedError(ElsewhereError):
    """The vendor does not accept our key, or the key lacks a right."""

    hurts_health = True


class ModelNotFoundError(ElsewhereError):
    """The vendor does not know the model."""

    hurts_health = True


class ContextTooLongError(ElsewhereError):
    """The prompt does not fit into the model's window."""


class UnsupportedError(ElsewhereError):
    """The vendor or model cannot do what the request needs."""


class RefusedError(ProviderError):
    """The request itself is at fault; it would fail everywhere."""


class ContentFilteredError(RefusedError):
    """The vendor's content filter refused the prompt or the answer."""
