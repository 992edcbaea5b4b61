"""What can go wrong between a policy file and a plan.

* PolicyError
  x PolicyFileError      the file cannot be used; carries findings with file, line and mend
  x NoCandidateError     nobody may answer this request; carries why each model may not
  x UnknownChoiceError   the caller named neither a pool nor a model; carries suggestions
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.bounds import Obstacle
from policies.decision import Reason, Rejected
from policies.findings import Finding


class PolicyError(Exception):
    """Anything a policy can refuse."""


class PolicyFileError(PolicyError):
    """The file cannot be used; each finding names its place and its mend."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


class NoCandidateError(PolicyError):
    """No model may answer; `rejected` says why each one that was looked at may not."""

    def __init__(
        self,
        rule: str,
        pool: str,
        rejected: Sequence[Rejected],
        reasons: Sequence[Reason] = (),
        *,
        obstacle: Obstacle | None = None,
        but_for: Sequence[str] = (),
        must_stay_local: bool = False,
    ) -> None:
        listed = "; ".join(f"{each.model}: {each.why}" for each in rejected)
        super().__init__(
            f"No model may answer (rule '{rule}', pool '{pool}' and its fallbacks). "
            f"{listed or 'No model was configured'}."
        )
        self.rule = rule
        self.pool = pool
        self.rejected = tuple(rejected)
        self.reasons = tuple(reasons)
        self.must_stay_local = must_stay_local
        self.obstacle = obstacle
        """But for this, somebody would answer; None: nothing that could go away is the reason."""
        self.but_for = tuple(but_for)
        """Who would."""


class UnknownChoiceError(PolicyError):
    """The caller's `model` is neither `auto`, a pool, an alias nor a known model."""

    def __init__(self, name: str, suggestions: Sequence[str]) -> None:
        hint = f" Did you mean '{suggestions[0]}'?" if suggestions else ""
        super().__init__(
            f"No model or pool is called '{name}'.{hint} "
            "Use 'auto' to let the policy decide, or see /v1/models."
        )
        self.name = name
        self.suggestions = tuple(suggestions)
