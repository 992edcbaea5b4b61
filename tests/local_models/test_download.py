"""A model's file arrives whole and checked, or not at all; a real server cuts the line."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from local_models.download import DownloadOptions, download
from local_models.errors import DownloadError
from local_models.registry import LocalModel

BODY = bytes(range(256)) * 4000
SHA256 = hashlib.sha256(BODY).hexdigest()
MODEL = LocalModel(name="tiny", repo="house/tiny", file="tiny.gguf", sha256=SHA256, megabytes=1)
Misbehave = Callable[[int, web.Request], web.Response | int | None]


@dataclass
class Hub:
    """A hub on loopback. `misbehave` gets the number of the request: a response to send instead, or
    after how many bytes to cut the line."""

    misbehave: Misbehave = lambda number, request: None
    body: bytes = BODY
    ranges: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    url: str = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        answer = self.misbehave(len(self.asked), request)
        if isinstance(answer, web.Response):
            return answer
        start = int(wanted[6:-1]) if wanted and self.ranges else 0
        if start >= len(self.body):
            headers = {"Content-Range": f"bytes */{len(self.body)}"}
            return web.Response(status=416, headers=headers)
        return await self._send(request, start, answer)

    async def _send(self, request: web.Request, start: int, cut: int | None) -> web.StreamResponse:
        part = self.body[start:]
        response = web.StreamResponse(status=206 if start else 200, headers=self.headers)
        response.content_length = len(part)
        if start:
            total = len(self.body)
            response.headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        await response.prepare(request)
        if cut is None:
            await response.write(part)
            return response
        await response.write(part[:cut])
        await asyncio.sleep(0.02)
        assert request.transport is not None
        request.transport.close()
        return response


@asynccontextmanager
async def hub(**how: object) -> AsyncIterator[Hub]:
    made = Hub(**how)  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_get("/{owner}/{repo}/resolve/{revision}/{file}", made.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def options(*hubs: Hub, **more: object) -> DownloadOptions:
    return DownloadOptions(hubs=[one.url for one in hubs], pause_seconds=0, **more)  # type: ignore[arg-type]


async def test_a_file_arrives_whole_and_progress_is_told(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    async with hub() as server:
        got = await download(
            MODEL,
            tmp_path / "models",
            options=options(server),
            on_progress=lambda *now: heard.append(now),
        )
    assert got.path.read_bytes() == BODY
    assert got.checked_by == "pinned checksum"
    assert heard[-1] == (len(BODY), len(BODY))
    assert names_in(got.path.parent) == ["tiny.gguf"]


async def test_a_cut_line_is_resumed_where_it_broke(tmp_path: Path) -> None:
    async with hub(misbehave=lambda number, _: 300_000 if number < 3 else None) as server:
        got = await download(MODEL, tmp_path, options=options(server))
    assert got.path.read_bytes() == BODY
    assert server.asked[0] is None
    starts = [int(asked[6:-1]) for asked in server.asked[1:] if asked]
    assert len(starts) == 2
    assert 0 < starts[0] < starts[1]


async def test_what_arrived_before_giving_up_is_used_by_the_next_call(tmp_path: Path) -> None:
    async with hub(misbehave=lambda number, _: 300_000 if number == 1 else None) as server:
        with pytest.raises(DownloadError, match=r"failed 1 times .*resumed next time"):
            await download(MODEL, tmp_path, options=options(server, attempts=1))
        assert not (tmp_path / "tiny.gguf").exists()
        got = await download(MODEL, tmp_path, options=options(server, attempts=1))
    assert server.asked[1] is not None
    assert got.path.read_bytes() == BODY


async def test_a_hub_that_knows_no_ranges_starts_over(tmp_path: Path) -> None:
    def misbehave(number: int, _: web.Request) -> int | None:
        return 300_000 if number == 1 else None

    async with hub(misbehave=misbehave, ranges=False) as server:
        got = await download(MODEL, tmp_path, options=options(server))
    assert got.path.read_bytes() == BODY


async def test_a_part_that_is_whole_already_is_only_checked(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").write_bytes(BODY)
    async with hub() as server:
        got = await download(MODEL, tmp_path, options=options(server))
    assert got.path.read_bytes() == BODY
    assert len(server.asked) == 1


async def test_a_part_longer_than_the_file_is_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf.part").write_bytes(BODY + b"more")
    async with hub() as server:
        got = await download(MODEL, tmp_path, options=options(server))
    assert got.path.read_bytes() == BODY


async def test_a_wrong_checksum_leaves_nothing_behind(tmp_path: Path) -> None:
    wrong = replace(MODEL, sha256="0" * 64)
    async with hub() as server:
        with pytest.raises(DownloadError, match="wrong checksum"):
            await download(wrong, tmp_path, options=options(server))
    assert names_in(tmp_path) == []


async def test_without_a_pinned_checksum_the_hubs_own_is_used(tmp_path: Path) -> None:
    unpinned = replace(MODEL, sha256=None)
    async with hub(headers={"X-Linked-ETag": f'"{SHA256}"'}) as server:
        got = await download(unpinned, tmp_path / "a", options=options(server))
        assert got.checked_by == "the hub's checksum"
    async with hub(headers={"X-Linked-ETag": "0" * 64}) as server:
        with pytest.raises(DownloadError, match="wrong checksum"):
            await download(unpinned, tmp_path / "b", options=options(server))
    async with hub() as server:
        got = await download(unpinned, tmp_path / "c", options=options(server))
        assert got.checked_by == "size only"


async def test_a_hub_that_says_no_is_left_for_the_mirror_at_once(tmp_path: Path) -> None:
    async with (
        hub(misbehave=lambda *_: web.Response(status=401)) as closed,
        hub() as mirror,
    ):
        got = await download(MODEL, tmp_path, options=options(closed, mirror))
    assert len(closed.asked) == 1
    assert got.path.read_bytes() == BODY


async def test_a_busy_hub_is_asked_again_after_growing_pauses(tmp_path: Path) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def misbehave(number: int, _: web.Request) -> web.Response | None:
        return web.Response(status=503) if number < 4 else None

    async with hub(misbehave=misbehave) as server:
        chosen = DownloadOptions(hubs=[server.url], pause_seconds=1)
        await download(MODEL, tmp_path, options=chosen, sleep=sleep)
    assert slept == [1, 2, 4]


async def test_all_hubs_failing_names_each(tmp_path: Path) -> None:
    def refuse(*_: object) -> web.Response:
        return web.Response(status=404)

    async with hub(misbehave=refuse) as one, hub(misbehave=refuse) as two:
        with pytest.raises(DownloadError) as failed:
            await download(MODEL, tmp_path, options=options(one, two))
    assert one.url in str(failed.value)
    assert two.url in str(failed.value)


async def test_a_disk_without_room_is_found_before_anything_is_written(tmp_path: Path) -> None:
    class Boast(Hub):
        async def _send(
            self, request: web.Request, start: int, cut: int | None
        ) -> web.StreamResponse:
            response = web.StreamResponse()
            response.content_length = 1 << 60
            await response.prepare(request)
            return response

    boast = Boast()
    app = web.Application()
    app.router.add_get("/{rest:.*}", boast.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    boast.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with pytest.raises(DownloadError, match="make room"):
        await download(MODEL, tmp_path, options=options(boast))
    await runner.cleanup()
    assert names_in(tmp_path) == []


async def test_a_file_that_is_there_is_checked_and_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(BODY)
    got = await download(MODEL, tmp_path, options=DownloadOptions(hubs=["http://127.0.0.1:9"]))
    assert got.checked_by == "pinned checksum"
    (tmp_path / "tiny.gguf").write_bytes(b"changed")
    with pytest.raises(DownloadError, match="delete it"):
        await download(MODEL, tmp_path)
