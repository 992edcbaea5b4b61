"""Takes over a changed policy file while serving; a file with an error changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchfiles import Change, awatch

from policies.store import PolicyStore
from router.telemetry.logs import get_logger

_log = get_logger(__name__)
_LOOK_SECONDS = 0.25
"""Looking for changes more often would cost an idle server the most of all."""
_PAUSE_SECONDS = 2.0
"""Before a watch that broke is begun anew: its folder may be away, or the system out of watches."""
_RECHECK_SECONDS = 2.0
"""Looking at one file costs a few microseconds."""
_MOST_LINKS = 40
"""As many as Linux follows."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a change to a file shows: the folders that hold it, or any link on the way to it."""

    folders: tuple[Path, ...]
    names: frozenset[str]
    """What the file, the links and the folders are called: nothing else in there concerns us."""

    def concerns(self, _: Change, path: str) -> bool:
        """Whether a change may be one of the file's. Logs and ledgers in the same folder change all day."""
        return Path(path).name in self.names


class ShowsPolicy(Protocol):
    """Whoever shows which policy is in force: the metrics."""

    def set_policy(self, policy: str, version: str) -> None: ...


async def watch_policy(
    store: PolicyStore,
    metrics: ShowsPolicy,
    *,
    look_seconds: float = _LOOK_SECONDS,
    recheck_seconds: float = _RECHECK_SECONDS,
    pause_seconds: float = _PAUSE_SECONDS,
) -> None:
    """Reload whenever the file changes, for as long as the house is open, whatever goes wrong.

    The watch looks for changes every `look_seconds`, and takes over those of two looks together. It sees the
    folders on the way to the file, not those that hold them: every `recheck_seconds` the file itself is looked at.
    """
    while True:
        try:
            await _take_over_once(store, metrics, look_seconds, recheck_seconds)
        except Exception as error:  # a true boundary: a watch that ends would end all reloads
            _log.error("policy_watch_broke", file=str(store.path), error=repr(error))
            await asyncio.sleep(pause_seconds)


async def _take_over_once(
    store: PolicyStore, metrics: ShowsPolicy, look_seconds: float, recheck_seconds: float
) -> None:
    """Reload if the file changed since it was read, then wait until it may have changed again.

    Every change is waited for by a watch of its own: one that goes on may be that of a folder
    which was moved away or deleted, and the one that took its place can have its very inode.
    """
    trail = find_trail(store.path)
    for folder in trail.folders:
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is away")
    step = round(look_seconds * 1000)
    changes = awatch(
        *trail.folders, watch_filter=trail.concerns, debounce=2 * step, step=step, recursive=False
    )
    async with aclosing(changes), asyncio.TaskGroup() as group:
        group.create_task(_wait_for_change(changes, store, recheck_seconds))
        await asyncio.sleep(0)  # the watch stands: a change shows there, or in the look
        if store.is_outdated():  # in a thread, as no request is to wait for a policy's tests
            await asyncio.to_thread(reload_policy, store, metrics)


async def _wait_for_change(
    changes: AsyncIterator[object], store: PolicyStore, recheck_seconds: float
) -> None:
    """Until the watch tells of a change, or another file stands there: a folder further up was replaced."""
    first = asyncio.ensure_future(_first(changes))
    try:
        while not first.done():
            await asyncio.wait({first}, timeout=recheck_seconds)
            if not first.done() and store.is_outdated():
                return
        first.result()
    finally:
        first.cancel()
        await asyncio.wait({first})  # a watch is closed only when nobody waits for it


async def _first(changes: AsyncIterator[object]) -> None:
    await anext(changes)


def reload_policy(store: PolicyStore, metrics: ShowsPolicy) -> bool:
    """Swap in the file as it stands now, if it is good; says in the log what happened."""
    try:
        result = store.reload()
    except Exception as error:  # a true boundary: whatever a file does, the old policy goes on
        kept = store.current.version
        _log.error("policy_refused", kept=kept[:12], problems=[repr(error)], exc_info=True)
        return False
    if not result.is_good:
        problems = [str(finding) for finding in result.findings if finding.is_error]
        _log.error("policy_refused", kept=result.version[:12], problems=problems)
    elif result.swapped:
        metrics.set_policy(store.current.name, result.version)
        _log.info("policy_swapped", version=result.version[:12], before=result.before[:12])
        if result.findings:  # a start shows them on the terminal; nobody looks there now
            doubts = [str(finding) for finding in result.findings]
            _log.warning("policy_doubted", version=result.version[:12], problems=doubts)
    return result.swapped


def find_trail(path: Path) -> Trail:
    """The way to the file as it is now, through all links."""
    folders = {path.absolute().parent}
    links: set[Path] = set()
    names: set[str] = set()
    ways = [path.absolute()]
    while ways:
        way = ways.pop()
        folders.add(way.parent)
        names.add(way.name)
        for part in (way, *way.parents):
            if part.is_symlink() and part not in links and len(links) < _MOST_LINKS:
                links.add(part)
                folders.add(part.parent)
                ways.append(part.parent / part.readlink() / way.relative_to(part))
    names |= {each.name for each in (*links, *folders)}
    return Trail(tuple(sorted(folders)), frozenset(names))
