"""Fetch a model's file from a hub: resumed after a cut, checked, and in place only when whole."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import aiohttp

from local_models.errors import DownloadError
from local_models.registry import LocalModel

HUB = "https://huggingface.co"
MIRROR = "https://hf-mirror.com"
PIECE_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
CheckedBy = Literal["pinned checksum", "the hub's checksum", "size only"]
OnProgress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOptions:
    """How to fetch. Hubs are tried in order; each gets `attempts` tries."""

    hubs: Sequence[str] = ()
    """Empty: HF_ENDPOINT when it is set, else the hub and then its mirror."""
    token: str = ""
    attempts: int = 5
    connect_seconds: float = 15.0
    stall_seconds: float = 60.0
    """A connection that brings nothing for so long is given up and resumed."""
    pause_seconds: float = 1.0
    """Before the second try; doubled before each further one."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole file in place, and what vouches for it."""

    path: Path
    checked_by: CheckedBy


@dataclass(slots=True)
class _Promise:
    """What a hub says about the file before it sends it."""

    total: int | None = None
    sha256: str | None = None


class _NotWorthRetryingError(DownloadError):
    """The hub said no; asking it again changes nothing."""


async def download(
    model: LocalModel,
    directory: Path,
    *,
    options: DownloadOptions | None = None,
    on_progress: OnProgress | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Downloaded:
    """Fetch the model's file into `directory`, unless it is there already.

    What has arrived stays in a `.part` file and is resumed by the next try, in this call or a later
    one. `on_progress` hears bytes so far and bytes in all (None when the hub does not say).

    Raises:
        DownloadError: no hub could give it, the disk is too small, or the checksum is wrong.
    """
    target = model.path_in(directory)
    if target.is_file():
        return await asyncio.to_thread(_check_existing, model, target)
    if model.repo is None:
        raise DownloadError(f"{model.name} is not on a hub, and {target} does not exist.")
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    chosen = options or DownloadOptions()
    problems = []
    for hub in chosen.hubs or _default_hubs():
        fetch = _Fetch(model, hub, target, chosen, on_progress or _ignore)
        try:
            return await fetch.run(sleep)
        except DownloadError as problem:
            problems.append(str(problem))
    raise DownloadError(f"Could not download {model.name}: " + " ".join(problems))


class _Fetch:
    """One hub's tries at one file."""

    def __init__(
        self,
        model: LocalModel,
        hub: str,
        target: Path,
        options: DownloadOptions,
        on_progress: OnProgress,
    ) -> None:
        self._model = model
        self._url = f"{hub.rstrip('/')}/{model.repo}/resolve/{model.revision}/{model.file}"
        self._target = target
        self._part = target.with_name(target.name + ".part")
        self._options = options
        self._on_progress = on_progress

    async def run(self, sleep: Callable[[float], Awaitable[object]]) -> Downloaded:
        """Try until the file is whole, then check it and put it in place."""
        timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=self._options.connect_seconds,
            sock_read=self._options.stall_seconds,
        )
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            promise = await self._try_often(session, sleep)
        return await asyncio.to_thread(self._put_in_place, promise)

    async def _try_often(
        self, session: aiohttp.ClientSession, sleep: Callable[[float], Awaitable[object]]
    ) -> _Promise:
        last = ""
        for attempt in range(self._options.attempts):
            if attempt:
                await sleep(self._options.pause_seconds * 2 ** (attempt - 1))
            try:
                return await self._try_once(session)
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as problem:
                last = f"{type(problem).__name__}: {problem}"
        raise DownloadError(
            f"{self._url} failed {self._options.attempts} times ({last}); "
            f"what arrived is kept in {self._part} and resumed next time."
        )

    async def _try_once(self, session: aiohttp.ClientSession) -> _Promise:
        have = self._part.stat().st_size if self._part.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        if self._options.token:
            headers["Authorization"] = f"Bearer {self._options.token}"
        async with session.get(self._url, headers=headers) as response:
            promise = self._read_promise(response, have)
            if response.status == 416 and promise.total == have:
                return promise
            start = self._start(response, have)
            self._check_disk(promise, start)
            await self._receive(response, promise, start)
        return promise

    def _read_promise(self, response: aiohttp.ClientResponse, have: int) -> _Promise:
        chain = (*response.history, response)
        tags = (one.headers.get("X-Linked-ETag", "").strip('"') for one in chain)
        sha256 = next((tag for tag in tags if _SHA256.fullmatch(tag)), None)
        ranged = re.search(r"/(\d+)$", response.headers.get("Content-Range", ""))
        if ranged:
            return _Promise(int(ranged[1]), sha256)
        return _Promise(response.content_length if response.status == 200 else None, sha256)

    def _start(self, response: aiohttp.ClientResponse, have: int) -> int:
        """Where the body begins in the file; a hub that ignores ranges starts over."""
        if response.status == 200:
            return 0
        content_range = response.headers.get("Content-Range", "")
        if response.status == 206 and content_range.startswith(f"bytes {have}-"):
            return have
        if response.status in (206, 416):
            self._part.unlink(missing_ok=True)
            raise aiohttp.ClientPayloadError(f"no match for the {have} bytes kept: starting over")
        if response.status in (408, 429) or response.status >= 500:
            raise aiohttp.ClientPayloadError(f"status {response.status}")
        raise _NotWorthRetryingError(f"{self._url} answered {response.status} {response.reason}.")

    def _check_disk(self, promise: _Promise, start: int) -> None:
        total = promise.total or self._model.megabytes * 1_000_000
        free = shutil.disk_usage(self._target.parent).free
        if total - start > free:
            raise DownloadError(
                f"{self._model.name} needs {(total - start) >> 20} MiB more and "
                f"{self._target.parent} has {free >> 20} MiB free: make room, or choose another folder."
            )

    async def _receive(
        self, response: aiohttp.ClientResponse, promise: _Promise, start: int
    ) -> None:
        so_far = start
        with self._part.open("ab" if start else "wb") as file:
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                await asyncio.to_thread(file.write, piece)
                so_far += len(piece)
                self._on_progress(so_far, promise.total)
        if promise.total is not None and so_far < promise.total:
            raise aiohttp.ClientPayloadError(f"cut after {so_far} of {promise.total} bytes")

    def _put_in_place(self, promise: _Promise) -> Downloaded:
        """Check the whole file, write it through to the disk, and give it its name."""
        expected = self._model.sha256 or promise.sha256
        found = _hash(self._part)
        if expected is not None and found != expected:
            self._part.unlink()
            raise DownloadError(
                f"{self._url} has the wrong checksum (sha256 {found}, expected {expected}); "
                "the file was thrown away."
            )
        os.replace(self._part, self._target)
        _sync_folder(self._target.parent)
        return Downloaded(self._target, _vouched(self._model, promise.sha256))


def _default_hubs() -> tuple[str, ...]:
    endpoint = os.environ.get("HF_ENDPOINT", "")
    return (endpoint,) if endpoint else (HUB, MIRROR)


def _check_existing(model: LocalModel, target: Path) -> Downloaded:
    if model.sha256 is not None and (found := _hash(target)) != model.sha256:
        raise DownloadError(
            f"{target} has the wrong checksum (sha256 {found}, expected {model.sha256}): "
            "delete it and download it again."
        )
    return Downloaded(target, _vouched(model, None))


def _vouched(model: LocalModel, hubs: str | None) -> CheckedBy:
    if model.sha256 is not None:
        return "pinned checksum"
    return "size only" if hubs is None else "the hub's checksum"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ignore(so_far: int, total: int | None) -> None:
    """Nobody wants to hear."""
