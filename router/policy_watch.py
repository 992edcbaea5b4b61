"""Takes over a changed policy file while serving; a file with an error changes nothing."""

from __future__ import annotations

from typing import Protocol

from watchfiles import awatch

from policies.store import PolicyStore
from router.telemetry.logs import get_logger

_log = get_logger(__name__)


class ShowsPolicy(Protocol):
    """Whoever shows which policy is in force: the metrics."""

    def set_policy(self, policy: str, version: str) -> None: ...


async def watch_policy(store: PolicyStore, metrics: ShowsPolicy) -> None:
    """Reload whenever the file changes, for as long as the house is open.

    The watch looks up four times a second: more often would cost an idle server the most of all.
    """
    async for _ in awatch(store.path.parent, debounce=500, step=250, recursive=False):
        reload_policy(store, metrics)


def reload_policy(store: PolicyStore, metrics: ShowsPolicy) -> bool:
    """Swap in the file as it stands now, if it is good; says in the log what happened."""
    result = store.reload()
    if not result.is_good:
        problems = [str(finding) for finding in result.findings if finding.is_error]
        _log.error("policy_refused", kept=result.version[:12], problems=problems)
    elif result.swapped:
        metrics.set_policy(store.current.name, result.version)
        _log.info("policy_swapped", version=result.version[:12], before=result.before[:12])
    return result.swapped
