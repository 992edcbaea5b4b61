"""Who stands behind whom in LiteLLM stands behind him here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.litellm_fallbacks import read_fallbacks
from policies.litellm_report import Report
from tests.policies.litellm_imports import asked, entry, noted, of


def test_fallbacks_are_read_from_a_mapping_and_a_lone_name_is_one_name(tmp_path: Path) -> None:
    imported = of(
        entry("a", "openai/gpt-4o"),
        entry("b", "openai/gpt-4.1"),
        router_settings={"fallbacks": {"a": "b"}, "model_group_alias": ["x"]},
    )
    assert asked(imported, "a", tmp_path).models == ("gpt-4o", "gpt-4.1")
    assert "router_settings.model_group_alias" in noted(imported)


def test_default_fallbacks_stand_behind_names_that_have_none_of_their_own(tmp_path: Path) -> None:
    imported = of(
        entry("a", "openai/gpt-4o"),
        entry("b", "openai/gpt-4.1"),
        entry("c", "openai/gpt-4.1-mini"),
        litellm_settings={"default_fallbacks": ["c"], "fallbacks": [{"a": ["b", "missing"]}]},
    )
    assert asked(imported, "a", tmp_path).models == ("gpt-4o", "gpt-4.1", "gpt-4.1-mini")
    assert asked(imported, "b", tmp_path).models == ("gpt-4.1", "gpt-4.1-mini")
    assert asked(imported, "c", tmp_path).models == ("gpt-4.1-mini",)
    assert "'missing'" in noted(imported)["litellm_settings.fallbacks[0].a"]


BEHIND = ("openai/gpt-6-sol", "openai/gpt-6-luna", "dashscope/qwen3.8-max", "openai/gpt-4.1")


def behind(**sections: Any) -> dict[str, list[str]]:
    """Give who stands behind each of four groups of one model each."""
    groups = ("main", "big", "safe", "last")
    listed = (entry(name, model) for name, model in zip(groups, BEHIND, strict=True))
    ours = dict(zip((model.partition("/")[2] for model in BEHIND), groups, strict=True))
    found = of(*listed, **sections).policy.get("model_fallbacks", {})
    return {ours[name]: [ours[each] for each in names] for name, names in found.items()}


@pytest.mark.parametrize("kind", ["context_window_fallbacks", "content_policy_fallbacks"])
def test_fallbacks_for_an_occasion_do_not_displace_the_default_ones(kind: str) -> None:
    said = {kind: [{"main": ["big"]}], "default_fallbacks": ["safe"]}
    assert behind(litellm_settings=said)["main"] == ["big", "safe"]
    of_all = {kind: [{"main": ["big"]}], "fallbacks": [{"*": "safe"}]}
    assert behind(litellm_settings=of_all)["main"] == ["big", "safe"]
    own = {**said, "fallbacks": [{"main": ["last"]}, {"last": []}]}
    assert behind(litellm_settings=own)["main"] == ["last", "big", "safe"]


def test_ordinary_fallbacks_of_its_own_displace_the_default_ones() -> None:
    said = {"fallbacks": [{"main": ["big"]}, {"big": []}], "default_fallbacks": ["safe"]}
    assert behind(litellm_settings=said) == {"main": ["big"], "last": ["safe"]}


@pytest.mark.parametrize(
    ("fallbacks", "expected"),
    [
        (
            [{"main": ["big"]}, {"big": ["safe"]}],
            {"main": ["big", "safe"], "big": ["safe"]},
        ),
        (
            [{"main": ["big", "last"]}, {"big": ["safe"]}],
            {"main": ["big", "safe", "last"], "big": ["safe"]},
        ),
        (
            [{"main": ["big"]}, {"big": ["main", "safe"]}, {"safe": ["safe", "big"]}],
            {"main": ["big", "safe"], "big": ["main", "safe"], "safe": ["big", "main"]},
        ),
        (
            [{"main": ["big"]}, {"big": []}],
            {"main": ["big"]},
        ),
    ],
)
def test_fallbacks_of_fallbacks_are_asked_in_litellms_order_and_never_twice(
    fallbacks: list[Any], expected: dict[str, list[str]]
) -> None:
    assert behind(router_settings={"fallbacks": fallbacks}) == expected


def test_a_long_chain_of_fallbacks_is_followed_to_its_end() -> None:
    count = 1500
    listed = [entry(f"m{at}", f"openai/gpt-x{at}") for at in range(count)]
    chain = [{f"m{at}": [f"m{at + 1}"]} for at in range(count - 1)]
    found = read_fallbacks(
        {"litellm_settings": {}, "router_settings": {"fallbacks": chain}},
        {each["model_name"]: each for each in listed},
        {},
        Report(),
    )
    assert found["m0"] == [f"m{at}" for at in range(1, count)]
