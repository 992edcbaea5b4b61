"""What can go wrong in the house itself, before or around a provider.

* PointsmanError            carries status, code, type, param for the one place that speaks HTTP
  x BadRequestError         400: the request cannot be read; names the field
  x UnauthorizedError       401: no key, or one that we do not know
  x ForbiddenError          403: the key may not do this
  x UnknownModelError       404: no model or pool of that name; suggests one
  x UnknownRequestError     404: no request of that id in the ledger
  x TooLargeError           413: the body is over the limit
  x NobodyCanAnswerError    503: no eligible model; carries why each one is not
    + BudgetExhaustedError  429: somebody would answer, but for the key's budget
    + EverybodyRestsError   503: somebody would answer, but rests after failures just now
      - EverybodyLimitedError 429: the same, and each rests for too many requests
    + RequestTooLongError   400: somebody would answer something shorter
    + NobodyAbleError       400: somebody would answer, but cannot do what the request needs
  x PrivacyUnavailableError 503: masking could not run, so nothing was sent
  x ConfigError             start-up: names file, line, mend
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.decision import Refusal


class PointsmanError(Exception):
    """Something that a caller is told in OpenAI's error shape."""

    status = 500
    code: str | None = "internal_error"
    type = "server_error"
    should_retry = False
    retry_after_seconds: float | None = None

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class BadRequestError(PointsmanError):
    """The request cannot be read or cannot be meant."""

    status = 400
    code = "invalid_request"
    type = "invalid_request_error"


class UnauthorizedError(PointsmanError):
    """No key came with the request, or one that we do not know."""

    status = 401
    code = "invalid_api_key"
    type = "invalid_request_error"


class ForbiddenError(PointsmanError):
    """The key is known but may not do this."""

    status = 403
    code = "not_allowed"
    type = "invalid_request_error"


class UnknownModelError(PointsmanError):
    """Neither a model, a pool nor `auto` has this name."""

    status = 404
    code = "model_not_found"
    type = "invalid_request_error"


class UnknownRequestError(PointsmanError):
    """The ledger has no request of this id, or it is another key's."""

    status = 404
    code = "request_not_found"
    type = "invalid_request_error"


class TooLargeError(PointsmanError):
    """The body is larger than this gateway takes."""

    status = 413
    code = "request_too_large"
    type = "invalid_request_error"


class NobodyCanAnswerError(PointsmanError):
    """No model is eligible; the message says why each one is not."""

    status = 503
    code = "no_eligible_model"
    type = "server_error"
    refusal: Refusal | None = None
    """The whole decision, where the policy made it."""


class BudgetExhaustedError(NobodyCanAnswerError):
    """Somebody would answer, but what is left of the key's budget does not reach.

    Worth another try at once only where requests under way hold what would be enough.
    """

    status = 429
    code = "budget_exhausted"
    type = "insufficient_quota"

    def __init__(
        self, message: str, *, retry_after_seconds: float | None = None, should_retry: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.should_retry = should_retry


class EverybodyRestsError(NobodyCanAnswerError):
    """Somebody would answer, but a breaker or the vendor's own pause holds calls back just now."""

    code = "upstream_unavailable"

    def __init__(self, message: str, models: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.models = tuple(models)
        """Who would answer."""


class EverybodyLimitedError(EverybodyRestsError):
    """Whoever would answer rests, and for nothing but too many requests."""

    status = 429
    code = "rate_limit_exceeded"
    type = "rate_limit_error"


class RequestTooLongError(NobodyCanAnswerError):
    """Nobody's window holds the request; clients shorten the conversation on this code."""

    status = 400
    code = "context_length_exceeded"
    type = "invalid_request_error"


class NobodyAbleError(NobodyCanAnswerError):
    """Nobody can do what the request needs, such as looking at a picture."""

    status = 400
    code = "unsupported_by_model"
    type = "invalid_request_error"


class PrivacyUnavailableError(PointsmanError):
    """Masking could not run, so the request went nowhere."""

    status = 503
    code = "privacy_unavailable"
    type = "server_error"


class ConfigError(PointsmanError):
    """The configuration cannot be used; each problem names its place and its mend."""

    code = "invalid_config"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
