"""What dispatch adds to the providers' errors.

* ProviderError
  x AllFailedError     every call that the plan allowed was made and failed; carries each error
  x OthersRestError    an OverloadedError of nobody's: who else would answer is left alone just now
* Abandoned            internal: a race was lost while this call was still waiting
"""

from __future__ import annotations

from collections.abc import Sequence

from providers.errors import (
    AuthenticationFailedError,
    ConnectionFailedError,
    ContentFilteredError,
    ContextTooLongError,
    ModelNotFoundError,
    OverloadedError,
    ProviderError,
    QuotaExhaustedError,
    RefusedError,
    StreamBrokenError,
    UnavailableError,
    UnsupportedError,
    UpstreamFailedError,
    UpstreamTimeoutError,
)

_MOST_TELLING_FIRST: tuple[type[ProviderError], ...] = (
    ContentFilteredError,
    RefusedError,
    OverloadedError,
    UpstreamTimeoutError,
    UpstreamFailedError,
    StreamBrokenError,
    ConnectionFailedError,
    UnavailableError,
    ContextTooLongError,
    UnsupportedError,
    QuotaExhaustedError,
    AuthenticationFailedError,
    ModelNotFoundError,
    ProviderError,
)
"""What the caller can act on comes first: their request, then the moment, then our set-up."""


class AllFailedError(ProviderError):
    """Nobody answered. `telling` is the error that says most; `errors` holds each one in order."""

    def __init__(self, errors: Sequence[ProviderError], skipped: Sequence[str] = ()) -> None:
        self.errors = tuple(errors)
        self.skipped = tuple(skipped)
        self.telling = most_telling(self.errors)
        super().__init__(
            _story(self.errors, self.skipped),
            provider=self.telling.provider,
            model=self.telling.model,
            status=self.telling.status,
            vendor_code=self.telling.vendor_code,
            vendor_type=self.telling.vendor_type,
            param=self.telling.param,
            retry_after_seconds=_soonest(self.telling, self.errors),
        )


class OthersRestError(OverloadedError):
    """No call was made: whoever else would answer is left alone just now."""


class Abandoned(Exception):  # noqa: N818 - no failure: the other side of the race was faster
    """Another call answered first, so this one stops."""


def most_telling(errors: Sequence[ProviderError]) -> ProviderError:
    """The error that a caller should see when several calls failed, the last of its class.

    It is too many requests only where it is nowhere too little capacity.
    """
    for kind in _MOST_TELLING_FIRST:
        found = [error for error in errors if isinstance(error, kind)]
        full = [e for e in found if isinstance(e, OverloadedError) and not e.is_rate_limit]
        if found:
            return (full or found)[-1]
    raise ValueError("No error was given: most_telling() needs at least one.")


def join_failures(*errors: ProviderError) -> ProviderError:
    """One error for several tries of a request, with the story of each call."""
    whole = [one for each in errors for one in _calls_of(each)]
    skipped = [why for each in errors if isinstance(each, AllFailedError) for why in each.skipped]
    return whole[0] if len(whole) == 1 and not skipped else AllFailedError(whole, skipped)


def _calls_of(error: ProviderError) -> Sequence[ProviderError]:
    return error.errors if isinstance(error, AllFailedError) else (error,)


def telling_of(error: ProviderError) -> ProviderError:
    """The error whose class decides the HTTP status: the most telling one of an AllFailedError."""
    return error.telling if isinstance(error, AllFailedError) else error


def _soonest(telling: ProviderError, errors: Sequence[ProviderError]) -> float | None:
    """When to come back: as the most telling error says, else the first of those that do."""
    if telling.retry_after_seconds is not None or not isinstance(telling, OverloadedError):
        return telling.retry_after_seconds
    known = [e.retry_after_seconds for e in errors if e.retry_after_seconds is not None]
    return min(known, default=None)


def _story(errors: Sequence[ProviderError], skipped: Sequence[str]) -> str:
    made = [error for error in errors if not isinstance(error, OthersRestError)]
    calls = "; ".join(
        f"{error.model or error.provider or 'upstream'}: {type(error).__name__}: {error.message}"
        for error in made
    )
    left_out = f" Not asked: {'; '.join(skipped)}." if skipped else ""
    return f"All {len(made)} calls failed ({calls}).{left_out}"
