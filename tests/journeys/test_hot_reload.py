"""A changed policy file is taken over while serving; one with an error changes nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from policies.findings import Finding
from policies.loader import find_policy
from policies.rules import Policy
from policies.store import PolicyStore
from router.errors import ConfigError
from router.policy_watch import find_trail, reload_policy, watch_policy
from router.settings import Settings
from router.telemetry.logs import configure_logs
from router.wiring import open_house
from tests.journeys.house import Served, serve

TEXT = find_policy("customer-service").read_text(encoding="utf-8")
CHANGED = TEXT.replace("deadline_seconds: 60", "deadline_seconds: 61")
LOOK_SECONDS = 0.05
"""Where the watch itself is what is tested: five times as often as in a gateway."""


async def _version_after(store: PolicyStore, before: str) -> str:
    async with asyncio.timeout(15):
        while store.current.version == before:
            await asyncio.sleep(0.01)
    return store.current.version


async def _answered_under(gateway: Served) -> str:
    reply = await gateway.client().chat.completions.with_raw_response.create(
        model="auto", messages=[{"role": "user", "content": "hello"}]
    )
    return (await gateway.entry(reply.headers["x-request-id"])).request.policy_version


@pytest.mark.parametrize(
    "broken",
    [
        "pools: [this is no policy\n",
        "name: \x00",
        f"name: x\nheadroom_tokens: {'9' * 5_000}\n",
        TEXT.replace("expect:", "expect:\n  - {signals: {intent: refund}, pool: nobody-here}"),
    ],
    ids=["no-yaml", "no-text", "no-number", "failing-tests"],
)
async def test_a_good_change_decides_from_then_on_and_a_bad_one_never_does(
    tmp_path: Path, broken: str
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT, encoding="utf-8")
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as gateway:
        policies = gateway.house.policies
        first = policies.current.version
        await asyncio.sleep(0.3)  # the watcher has begun
        path.write_text(CHANGED, encoding="utf-8")
        second = await _version_after(policies, first)
        path.write_text(broken, encoding="utf-8")
        async with asyncio.timeout(15):
            while not any(finding.is_error for finding in policies.findings):
                await asyncio.sleep(0.01)
        assert await _answered_under(gateway) == second
        path.write_text(TEXT, encoding="utf-8")
        assert await _version_after(policies, second) == first


async def test_a_house_does_not_open_under_a_policy_whose_own_tests_fail(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace("expect:", "expect:\n  - {say: 你好, rule: no-such}"))
    line = TEXT.splitlines().index("expect:") + 2
    with pytest.raises(ConfigError, match=rf"policy\.yaml:{line}: error: .*'no-such'"):
        async with open_house(Settings(policy=str(path)), {}):
            pass


class _NoMetrics:
    def set_policy(self, policy: str, version: str) -> None:
        """Nobody looks."""


async def test_a_policy_behind_links_is_taken_over_when_the_file_or_a_link_changes(
    tmp_path: Path,
) -> None:
    for folder, text in (("old", TEXT), ("new", CHANGED)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "conf").mkdir()
    (tmp_path / "current").symlink_to("old")
    path = tmp_path / "conf" / "policy.yaml"
    path.symlink_to("../current/p.yaml")
    store = PolicyStore(path)
    watch = asyncio.create_task(watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS))
    try:
        first = store.current.version
        await asyncio.sleep(0.1)
        (tmp_path / "old" / "p.yaml").write_text(CHANGED, encoding="utf-8")
        second = await _version_after(store, first)
        (tmp_path / "old" / "p.yaml").write_text(TEXT, encoding="utf-8")
        assert await _version_after(store, second) == first
        (tmp_path / "next").symlink_to("new")
        (tmp_path / "next").rename(tmp_path / "current")
        assert await _version_after(store, first) == second
        await asyncio.sleep(0.3)  # the watcher looks into the other folder now
        (tmp_path / "new" / "p.yaml").write_text(TEXT, encoding="utf-8")
        assert await _version_after(store, second) == first
    finally:
        watch.cancel()


async def test_the_watch_goes_on_whatever_a_policy_does_to_whoever_vets_it(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT, encoding="utf-8")
    vetted: list[str] = []

    def vet(policy: object) -> list[object]:
        vetted.append(getattr(policy, "version", ""))
        if len(vetted) == 2:
            raise ZeroDivisionError("nobody thought of this")
        return []

    store = PolicyStore(path, vet=vet)  # type: ignore[arg-type]
    watch = asyncio.create_task(watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS))
    try:
        first = store.current.version
        await asyncio.sleep(0.1)
        path.write_text(CHANGED, encoding="utf-8")
        async with asyncio.timeout(15):
            while len(vetted) < 2:
                await asyncio.sleep(0.01)
        assert store.current.version == first
        await asyncio.sleep(0.2)
        path.write_text(CHANGED + "# again\n", encoding="utf-8")
        await _version_after(store, first)
    finally:
        watch.cancel()


async def test_the_watch_begins_anew_when_the_folder_was_away(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    folder.mkdir()
    path = folder / "policy.yaml"
    path.write_text(TEXT, encoding="utf-8")
    store = PolicyStore(path)
    folder.rename(tmp_path / "away")
    watch = asyncio.create_task(
        watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS, pause_seconds=0.1)
    )
    try:
        await asyncio.sleep(0.1)
        (tmp_path / "away").rename(folder)
        await asyncio.sleep(0.2)
        path.write_text(CHANGED, encoding="utf-8")
        await _version_after(store, store.current.version)
    finally:
        watch.cancel()


@asynccontextmanager
async def _watched(store: PolicyStore) -> AsyncIterator[None]:
    watch = asyncio.create_task(
        watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS, pause_seconds=0.1)
    )
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.wait([watch])


async def test_an_edit_between_the_first_reading_and_the_watch_is_taken_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT, encoding="utf-8")
    store = PolicyStore(path)
    path.write_text(CHANGED, encoding="utf-8")
    async with _watched(store):
        await _version_after(store, store.current.version)


async def test_an_edit_while_a_policy_is_being_vetted_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT, encoding="utf-8")

    def vet(policy: Policy) -> list[Finding]:
        if policy.version == first:
            path.write_text(CHANGED, encoding="utf-8")
        return []

    first = PolicyStore(path).current.version
    store = PolicyStore(path, vet=vet)
    assert store.current.version == first and store.is_outdated()
    async with _watched(store):
        await _version_after(store, first)


def _move_in(folder: Path, text: str) -> None:
    new = folder.with_name("new")
    new.mkdir()
    (new / "policy.yaml").write_text(text, encoding="utf-8")
    folder.rename(folder.with_name("old"))
    new.rename(folder)


def _make_anew(folder: Path, text: str) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "policy.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("replace", [_move_in, _make_anew])
@pytest.mark.parametrize("is_linked", [False, True], ids=["plain", "linked"])
async def test_edits_are_taken_over_after_the_folder_was_replaced(
    tmp_path: Path, replace: Callable[[Path, str], None], is_linked: bool
) -> None:
    folder = tmp_path / "releases" / "conf"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "current").symlink_to("releases/conf")
    store = PolicyStore((tmp_path / "current" if is_linked else folder) / "policy.yaml")
    first = store.current.version
    async with _watched(store):
        await asyncio.sleep(0.1)
        replace(folder, CHANGED)
        second = await _version_after(store, first)
        await asyncio.sleep(0.3)
        (folder / "policy.yaml").write_text(TEXT, encoding="utf-8")
        assert await _version_after(store, second) == first


async def test_a_plain_folder_further_up_that_is_replaced_is_noticed(tmp_path: Path) -> None:
    for release, text in (("live", TEXT), ("next", CHANGED)):
        (tmp_path / release / "app" / "conf").mkdir(parents=True)
        (tmp_path / release / "app" / "conf" / "policy.yaml").write_text(text, encoding="utf-8")
    path = tmp_path / "live" / "app" / "conf" / "policy.yaml"
    store = PolicyStore(path)
    watch = asyncio.create_task(
        watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS, recheck_seconds=0.1)
    )
    try:
        first = store.current.version
        await asyncio.sleep(0.3)
        (tmp_path / "live").rename(tmp_path / "before")
        (tmp_path / "next").rename(tmp_path / "live")
        second = await _version_after(store, first)
        await asyncio.sleep(1.0)  # the watch looks into the other folder now
        path.write_text(TEXT, encoding="utf-8")
        assert await _version_after(store, second) == first
        # A release below the top, and one that is away for a while.
        shutil.rmtree(tmp_path / "live" / "app")
        await asyncio.sleep(0.5)
        shutil.copytree(tmp_path / "before" / "app", tmp_path / "live" / "app")
        path.write_text(CHANGED, encoding="utf-8")
        assert await _version_after(store, first) == second
    finally:
        watch.cancel()


@pytest.mark.parametrize("is_linked", [False, True], ids=["plain", "linked"])
async def test_edits_are_taken_over_after_the_folder_was_away_for_a_while(
    tmp_path: Path, is_linked: bool
) -> None:
    folder = tmp_path / "releases" / "conf"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "current").symlink_to("releases/conf")
    store = PolicyStore((tmp_path / "current" if is_linked else folder) / "policy.yaml")
    first = store.current.version
    async with _watched(store):
        await asyncio.sleep(0.1)
        shutil.rmtree(folder)
        await asyncio.sleep(0.3)
        folder.mkdir()
        await asyncio.sleep(0.2)
        (folder / "policy.yaml").write_text(CHANGED, encoding="utf-8")
        await _version_after(store, first)


async def test_other_files_of_the_folder_change_and_the_log_among_them_says_nothing(
    tmp_path: Path,
) -> None:
    path, log = tmp_path / "policy.yaml", tmp_path / "gateway.log"
    path.write_text(TEXT, encoding="utf-8")
    looked: list[str] = []

    def vet(policy: Policy) -> list[Finding]:
        looked.append(policy.version)
        return []

    store = PolicyStore(path, vet=vet)
    with log.open("a", encoding="utf-8") as stream:
        configure_logs("info", stream=stream)
        watch = asyncio.create_task(watch_policy(store, _NoMetrics(), look_seconds=LOOK_SECONDS))
        try:
            await asyncio.sleep(0.1)
            (tmp_path / "other.txt").write_text("anything", encoding="utf-8")
            await asyncio.sleep(0.5)
            stream.flush()
            assert log.read_text(encoding="utf-8") == "" and len(looked) == 1
            path.write_text(CHANGED, encoding="utf-8")
            await _version_after(store, store.current.version)
            await asyncio.sleep(0.4)
            stream.flush()
            lines = log.read_text(encoding="utf-8").splitlines()
            assert [json.loads(line)["event"] for line in lines] == ["policy_swapped"]
        finally:
            watch.cancel()
            configure_logs()


async def test_a_swapped_policy_that_refuses_every_request_says_so_in_the_log(
    tmp_path: Path,
) -> None:
    path, log = tmp_path / "policy.yaml", tmp_path / "gateway.log"
    path.write_text(TEXT, encoding="utf-8")
    refusing = "{name: shut, pools: {all: {models: [claude-opus-5-5]}}, default: {use: all}, expect: [{signals: {}, pool: all}]}"
    async with serve(tmp_path, vendors=("openai",), policy=str(path)) as gateway:
        store = gateway.house.policies
        with log.open("a", encoding="utf-8") as stream:
            configure_logs("warning", stream=stream)
            try:
                path.write_text(refusing, encoding="utf-8")
                assert reload_policy(store, _NoMetrics())
            finally:
                configure_logs()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["policy_doubted"]
    assert lines[0]["problems"] == [str(finding) for finding in store.findings]
    assert any("refuses every request as things stand" in each for each in lines[0]["problems"])


def test_links_that_go_round_are_followed_no_further(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("../" + tmp_path.name + "/b")
    (tmp_path / "b").symlink_to("../" + tmp_path.name + "/a")
    assert tmp_path in find_trail(tmp_path / "a").folders
