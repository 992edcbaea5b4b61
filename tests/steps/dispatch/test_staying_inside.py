"""Limits on where a request may go bind every call: first tries, retries, hedges and continuations."""

from __future__ import annotations

import random

import msgspec
import pytest

from policies.decision import Hedge, Plan
from providers.errors import OverloadedError, ProviderError, UpstreamFailedError
from router.errors import NobodyCanAnswerError
from router.steps.dispatch import Deployment
from tests.steps.dispatch.doubles import (
    Rows,
    Script,
    ScriptedProvider,
    ask,
    card,
    deploy,
    dispatcher,
    plan,
    say,
    soon,
)
from tests.steps.dispatch.test_dispatcher import collect

PLACES = (("cn", False), ("intl", False), (None, False), (None, True))
SCRIPTS: tuple[Script, ...] = (
    say("whole", "answer"),
    [UpstreamFailedError("500")],
    [OverloadedError("429", retry_after_seconds=0.01)],
    say("cut", usage=False)[:1],
    [0.02, *say("slow")],
)


def within(made: Plan, regions: tuple[str, ...] | None, must_stay_local: bool) -> Plan:
    return msgspec.structs.replace(made, regions=regions, must_stay_local=must_stay_local)


async def test_of_one_models_deployments_only_those_of_the_region_are_called() -> None:
    intl = ScriptedProvider("ds-intl", say("leaked"))
    cn = ScriptedProvider("ds-cn", [UpstreamFailedError("down")])
    dispatch = dispatcher(
        deploy(intl, card("qwen", region="intl")), deploy(cn, card("qwen", region="cn"))
    )
    with pytest.raises(ProviderError):
        await collect(dispatch, ask(), within(plan("qwen"), ("cn",), False), Rows())
    with pytest.raises(NobodyCanAnswerError, match="ds-cn/qwen is in region cn, not hk"):
        await collect(dispatch, ask(), within(plan("qwen"), ("hk",), False), Rows())
    assert intl.calls == [] and cn.calls


async def test_a_deployment_whose_region_nobody_knows_is_in_none() -> None:
    somewhere = ScriptedProvider("proxy", say("leaked"))
    dispatch = dispatcher(deploy(somewhere, card("qwen")))
    with pytest.raises(NobodyCanAnswerError, match="region unknown, not cn"):
        await collect(dispatch, ask(), within(plan("qwen"), ("cn",), False), Rows())
    assert somewhere.calls == []


@pytest.mark.parametrize("seed", range(60))
async def test_no_deployment_outside_the_limits_is_ever_called(seed: int) -> None:
    dice = random.Random(seed)
    providers: list[tuple[ScriptedProvider, str | None, bool]] = []
    deployments: list[Deployment] = []
    for model in ("m1", "m2", "m3"):
        for at in range(dice.randint(1, 3)):
            region, is_local = dice.choice(PLACES)
            scripts = dice.choices(SCRIPTS, k=3)
            provider = ScriptedProvider(f"p-{model}-{at}", *scripts)
            providers.append((provider, region, is_local))
            deployments.append(deploy(provider, card(model, region=region, is_local=is_local)))
    dispatch = dispatcher(*deployments, rng=dice)
    regions = dice.choice([None, ("cn",), ("cn", "eu"), ()])
    must_stay_local = dice.random() < 0.4
    terms = {
        "hedge": dice.choice([None, Hedge(after_seconds=0.001, max_share=1.0)]),
        "on_break": dice.choice(["error", "continue"]),
        "max_attempts": 8,
    }
    made = within(plan("m1", "m2", "m3", **terms), regions, must_stay_local)
    for turn in range(4):
        rows = Rows()
        try:
            if turn % 2:
                await collect(dispatch, ask(), made, rows, session=f"s{turn}")
            else:
                await dispatch.complete(ask(), made, rows, deadline=soon())
        except (ProviderError, NobodyCanAnswerError):
            pass
    for provider, region, is_local in providers:
        may = is_local or (not must_stay_local and (regions is None or region in regions))
        assert may or provider.calls == [], (provider.name, region, is_local)
