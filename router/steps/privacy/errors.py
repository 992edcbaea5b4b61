"""What the privacy step refuses.

* router.errors.ForbiddenError
  x PrivateDataBlockedError     403: a kind of private data that may not be sent at all
* router.errors.PrivacyUnavailableError   503: masking could not run, so nothing was sent
"""

from __future__ import annotations

from router.errors import ForbiddenError


class PrivateDataBlockedError(ForbiddenError):
    """The request holds a kind of private data that this gateway does not accept."""

    code = "private_data_blocked"
