"""The policy of the moment: swapped whole on a reload, and the last good one kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.errors import PolicyFileError
from policies.findings import Finding
from policies.loader import find_policy, load_policy
from policies.rules import Policy

Vet = Callable[[Policy], Sequence[Finding]]
Stamp = tuple[int, ...]


def _accept(_: Policy) -> Sequence[Finding]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadResult:
    """What a reload did."""

    swapped: bool
    """A new policy decides from now on."""
    version: str
    """Of the policy that decides now."""
    before: str
    """Of the policy that decided until now."""
    findings: tuple[Finding, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the file as it stands could be used."""
        return not any(finding.is_error for finding in self.findings)


class PolicyStore:
    """Holds one policy. A reader always sees a whole one: a swap is one assignment."""

    def __init__(
        self,
        name_or_path: str | Path,
        *,
        vet: Vet = _accept,
        own_intents: Collection[str] = (),
    ) -> None:
        """Read the policy for the first time; `vet` may refuse one by finding errors in it.

        `own_intents` are labels that a policy may name besides the shipped intents.

        Raises:
            PolicyFileError: the file cannot be used, and there is no earlier one to keep.
        """
        self.path = find_policy(str(name_or_path))
        self._vet = vet
        self._own_intents = own_intents
        self._seen: Stamp = ()
        self._current, self.findings = self._read()

    @property
    def current(self) -> Policy:
        """The policy that decides now."""
        return self._current

    def reload(self) -> ReloadResult:
        """Read the file again and swap it in when it is good; otherwise keep what there is."""
        before = self._current.version
        try:
            policy, findings = self._read()
        except PolicyFileError as error:
            self.findings = error.findings
            return ReloadResult(
                swapped=False, version=before, before=before, findings=error.findings
            )
        self._current, self.findings = policy, findings
        return ReloadResult(
            swapped=policy.version != before,
            version=policy.version,
            before=before,
            findings=findings,
        )

    def is_outdated(self) -> bool:
        """Whether the file changed since it was last read, be it good or not."""
        return _stamp(self.path) != self._seen

    def _read(self) -> tuple[Policy, tuple[Finding, ...]]:
        self._seen = _stamp(self.path)  # before it is read: what changes meanwhile is read again
        policy = load_policy(self.path, own_intents=self._own_intents)
        findings = tuple(self._vet(policy))
        if any(finding.is_error for finding in findings):
            raise PolicyFileError(findings)
        return policy, findings


def _stamp(path: Path) -> Stamp:
    """What changes whenever the file does."""
    try:
        found = path.stat()
    except OSError:
        return (0,)
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
