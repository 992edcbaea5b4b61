"""What can go wrong with what we keep.

* LedgerError                  (a PointsmanError: 503, `ledger_unavailable`)
  x LedgerUnavailableError     cannot be written now: disk full, read-only, too far behind
  x LedgerRefusedError         a call may not be made, because it could not be billed
  x LedgerCorruptError         the file is no ledger, or is damaged
  x LedgerTooNewError          written by a newer Pointsman; this one must not touch it
"""

from __future__ import annotations

from pathlib import Path

from router.errors import PointsmanError


class LedgerError(PointsmanError):
    """The ledger cannot do what was asked."""

    status = 503
    code = "ledger_unavailable"
    type = "server_error"
    should_retry = True


class LedgerUnavailableError(LedgerError):
    """Nothing can be written at the moment, so no money may be spent."""

    def __init__(self, path: Path | str, why: object) -> None:
        super().__init__(
            f"The ledger {path} cannot be used: {why}. Free the disk, mend the rights or point "
            "`ledger.path` elsewhere; `ledger.on_failure: serve` answers without a bill."
        )


class LedgerRefusedError(LedgerError):
    """A call could not be noted, so it must not be made. `detail` is for operators, not callers."""

    def __init__(self, path: Path | str, why: object) -> None:
        super().__init__(
            "The gateway cannot keep its bill at the moment, so nothing was sent to a model. "
            "Try again in a few seconds."
        )
        self.detail = f"The ledger {path} cannot be written: {why}."


class LedgerCorruptError(LedgerError):
    """The file is damaged, or something else than a ledger."""

    should_retry = False

    def __init__(self, path: Path | str, why: object) -> None:
        super().__init__(
            f"{path} is not a readable ledger: {why}. Move it aside to start a new one; "
            f"`sqlite3 {path} .recover` saves what can be read."
        )


class LedgerTooNewError(LedgerError):
    """A newer version wrote this ledger; going back could lose what it knows."""

    should_retry = False

    def __init__(self, path: Path | str, found: int, known: int) -> None:
        super().__init__(
            f"The ledger {path} has schema {found}; this version knows up to {known}. "
            "Upgrade Pointsman, or point `ledger.path` at another file."
        )
