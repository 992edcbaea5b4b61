"""Requests that must stay in a region or in this house stay there, whichever deployments a model has."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from providers.simulators.process import LocalSimulator, serve_simulator
from providers.simulators.settings import INSTANT
from router.errors import ConfigError
from tests.journeys.house import Served, serve

PHONE = "我的手机号是13812345678，请帮我查订单"
CHINA = """
name: region
pools: {cn: {models: ["qwen3.8-flash@cn", qwen3.8-flash]}}
constraints: [{name: china-only, region: cn}]
default: {use: cn, terms: {hedge: {after_seconds: 0.001, max_share: 1.0}}}
"""
IDS = """
name: house
pools: {house: {models: [house-qwen]}}
constraints: [{name: ids-stay, when: {pii: any}, must_stay_local: true}]
default: {use: house}
"""
HEADER = "x-pointsman-must-stay-local"


@contextlib.asynccontextmanager
async def house(
    folder: Path, policy: str, kinds: dict[str, dict[str, Any]], **settings: Any
) -> AsyncIterator[tuple[Served, dict[str, LocalSimulator]]]:
    """A gateway whose providers are simulators, each on its own address."""
    path = folder / "policy.yaml"
    path.write_text(policy, encoding="utf-8")
    async with contextlib.AsyncExitStack() as stack:
        simulators = {
            name: await stack.enter_async_context(serve_simulator(entry["kind"], pacing=INSTANT))
            for name, entry in kinds.items()
        }
        providers = {
            name: {"api_key": "sk-test", "base_url": simulators[name].base_url, **entry}
            for name, entry in kinds.items()
        }
        more = {"providers": providers, "policy": str(path), **settings}
        yield await stack.enter_async_context(serve(folder, vendors=(), **more)), simulators


async def ask(served: Served, text: str = "hi", **more: Any) -> Any:
    messages: Any = [{"role": "user", "content": text}]
    return await served.client().chat.completions.create(
        model=more.pop("model", "auto"), messages=messages, **more
    )


async def post(served: Served, path: str, body: dict[str, Any], *headers: tuple[str, str]) -> Any:
    content = {"model": "auto", "messages": [{"role": "user", "content": "hi"}], **body}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{served.url}{path}", json=content, headers=list(headers)) as reply,
    ):
        return reply.status, await reply.json()


QWENS = {
    "ds-cn": {"kind": "dashscope", "region": "cn"},
    "ds-intl": {"kind": "dashscope", "region": "intl"},
}


async def test_a_region_holds_for_every_deployment_of_a_model(tmp_path: Path) -> None:
    both = {"deployments": [{"provider": "ds-intl"}, {"provider": "ds-cn"}]}
    async with house(tmp_path, CHINA, QWENS, models={"qwen3.8-flash": both}) as (served, vendors):
        for turn in range(8):
            model = "qwen3.8-flash" if turn % 3 == 0 else "auto"
            await ask(served, model=model, user=f"u{turn}")
            chunks = await ask(served, model=model, stream=True, user=f"u{turn}")
            assert [chunk async for chunk in chunks]
        vendors["ds-cn"].set_rates("500:100%")
        with pytest.raises(openai.APIStatusError):
            await ask(served)
        status, told = await post(served, "/v1/route", {"model": "qwen3.8-flash"})
        assert len(vendors["ds-cn"].log()) > 16
        assert vendors["ds-intl"].log() == []
    assert status == 200 and told["plan"]["regions"] == ["cn"]
    assert "ds-intl/qwen3.8-flash is in region intl, not cn" in str(told["plan"]["reasons"])


async def test_a_region_where_no_provider_is_keeps_the_policy_from_being_served(
    tmp_path: Path,
) -> None:
    there = {"dashscope": {"kind": "dashscope", "region": "intl"}}
    with pytest.raises(ConfigError, match="no model of any rule meets constraint 'china-only'"):
        async with house(tmp_path, CHINA, there):
            pass


def _house_qwen(**entry: Any) -> dict[str, Any]:
    deployments = [
        {"provider": name, "wire_name": "qwen3.8-flash"} for name in ("office-gpu", "dashscope")
    ]
    model = {"provider": "office-gpu", "window_tokens": 32768, "deployments": deployments}
    return {"house-qwen": {**model, "prices": {"input": 0, "output": 0}, **entry}}


async def test_what_must_stay_local_never_reaches_a_vendors_deployment(tmp_path: Path) -> None:
    kinds = {
        "office-gpu": {"kind": "llama_server", "is_local": True},
        "dashscope": {"kind": "dashscope"},
    }
    async with house(tmp_path, IDS, kinds, models=_house_qwen()) as (served, vendors):
        for turn in range(6):
            await ask(served, PHONE, user=f"u{turn}")
        vendors["office-gpu"].set_rates("500:100%")
        with pytest.raises(openai.APIStatusError):
            await ask(served, PHONE)
        assert vendors["dashscope"].log() == []
        await ask(served, "hi")
        assert len(vendors["dashscope"].log()) == 1


async def test_a_model_called_local_with_a_vendors_deployment_is_not_served(tmp_path: Path) -> None:
    kinds = {"office-gpu": {"kind": "llama_server"}, "dashscope": {"kind": "dashscope"}}
    with pytest.raises(ConfigError, match=r"models\.house-qwen\.is_local.*'dashscope'"):
        async with house(tmp_path, IDS, kinds, models=_house_qwen(is_local=True)):
            pass


@pytest.fixture
async def free(tmp_path: Path) -> AsyncIterator[Served]:
    policy = "{name: w, pools: {all: {models: [qwen3.8-flash, house-qwen]}}, default: {use: all}}"
    kinds = {
        "office-gpu": {"kind": "llama_server", "is_local": True},
        "dashscope": {"kind": "dashscope", "region": "intl"},
    }
    models = _house_qwen(deployments=[{"provider": "office-gpu", "wire_name": "q"}])
    async with house(tmp_path, policy, kinds, models=models) as (served, _):
        yield served


def _wishes() -> Iterator[tuple[list[tuple[str, str]], dict[str, Any], str]]:
    yes, no = [(HEADER, "yes")], [(HEADER, "no")]
    yield yes, {}, "house-qwen"
    yield yes, {"must_stay_local": "no"}, "house-qwen"
    yield no, {"must_stay_local": "TRUE"}, "house-qwen"
    yield no, {"must-stay-local": "1"}, "house-qwen"
    yield [], {"mustStayLocal": "Yes", "must_stay_local": "no"}, "house-qwen"
    yield [*yes, *no], {}, "house-qwen"
    yield no, {"must_stay_local": "False"}, "qwen3.8-flash"
    yield [], {"must_stay_local": "0"}, "qwen3.8-flash"
    yield no, {"must_stay_local": True}, "house-qwen"
    yield no, {"must_stay_local": 1}, "house-qwen"
    yield [], {"must_stay_local": False}, "qwen3.8-flash"
    yield [], {}, "qwen3.8-flash"


async def test_of_two_wishes_the_stricter_one_counts(free: Served) -> None:
    for headers, metadata, model in _wishes():
        status, told = await post(free, "/v1/route", {"metadata": metadata}, *headers)
        assert (status, told.get("model")) == (200, model), (headers, metadata)
        for path in ("/v1/chat/completions", "/v1/messages"):
            body = {"metadata": metadata, "max_tokens": 20}
            status, told = await post(free, path, body, *headers)
            assert (status, told.get("model")) == (200, model), (path, headers, metadata)


@pytest.mark.parametrize("path", ["/v1/route", "/v1/chat/completions", "/v1/messages"])
async def test_a_wish_in_an_unknown_word_is_refused_and_named(free: Served, path: str) -> None:
    cases: list[tuple[list[tuple[str, str]], dict[str, str], str]] = [
        ([(HEADER, "Y")], {}, "'y'"),
        ([(HEADER, "")], {}, "''"),
        ([(HEADER, "yes")], {"must_stay_local": "ja"}, "metadata.must_stay_local: 'ja'"),
        ([], {"must-stay-local": "maybe"}, "metadata.must-stay-local: 'maybe'"),
    ]
    for headers, metadata, named in cases:
        body = {"metadata": metadata, "max_tokens": 20}
        status, told = await post(free, path, body, *headers)
        assert status == 400 and named in told["error"]["message"], (status, told)
        assert "Write yes, true or 1" in told["error"]["message"]


@pytest.mark.parametrize(
    "privacy",
    [
        {"actions": {"phone": "allow", "id_card": "allow"}},
        {"actions": {"phone": "allow"}, "least_confidence": 1.0},
    ],
)
async def test_private_data_that_is_not_masked_stays_where_the_policy_keeps_it(
    tmp_path: Path, privacy: dict[str, Any]
) -> None:
    text = "我的身份证 110101199003074477 手机 13812345678 帮我实名认证"
    async with serve(tmp_path, policy="privacy-first", privacy=privacy) as served:
        with pytest.raises(openai.APIStatusError) as caught:
            await ask(served, text)
        assert caught.value.status_code == 503 and "rule 'private'" in str(caught.value)
        assert served.upstream_requests() == []
        await ask(served, "你们几点开门？")
        assert len(served.upstream_requests()) == 1


async def test_a_policy_on_private_data_is_not_served_where_nobody_looks_for_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="nobody looks for private data"):
        async with serve(tmp_path, policy="privacy-first", privacy={"enabled": False}):
            pass
    async with serve(tmp_path, policy="cost-first", privacy={"enabled": False}) as served:
        await ask(served)
