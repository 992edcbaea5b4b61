"""Whole LiteLLM configurations: all of it is taken over or told, and what is written checks."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.lint import lint
from policies.litellm_import import Imported, Note, import_litellm
from policies.loader import parse_policy
from providers.catalog import CatalogError, load_catalog
from router.commands.import_litellm import dump, known_models
from router.errors import ConfigError
from router.places import find_places, list_candidates
from router.settings import load_settings
from router.vendors import find_models, find_vendors, statuses
from tests.policies.worlds import NOON

CATALOG = load_catalog()
KNOWN = known_models(CATALOG)
_CONFIGS = Path(__file__).parent / "litellm_configs.yaml"
CONFIGS: dict[str, Any] = {
    str(at): each
    for at, each in enumerate(yaml.safe_load_all(_CONFIGS.read_text(encoding="utf-8")))
}
SECRET = "sk-SECRET"


def problems(imported: Imported, folder: Path) -> list[str]:
    """Give every error that `check` finds in what was written, where its variables are set."""
    path = folder / "pointsman.yaml"
    path.write_text(dump(imported.config), encoding="utf-8")
    try:
        written = load_settings(path, dict.fromkeys(imported.variables, "a-key"))
        vendors = find_vendors(written, {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"})
        catalog = find_models(CATALOG, written, vendors)
        there = find_places(catalog, written, vendors)
    except (ConfigError, CatalogError) as error:
        return list(getattr(error, "problems", [str(error)]))
    candidates = list_candidates(catalog, there, statuses(vendors), NOON.date())
    policy = parse_policy(dump(imported.policy))
    return [str(each) for each in lint(policy, candidates, ()) if each.is_error]


def untold(imported: Imported, folder: Path) -> list[str]:
    """Give what `check` finds and no note asks for."""
    due = [f"{note.where} {note.message}" for note in imported.notes if note.is_due]
    return [
        each
        for each in problems(imported, folder)
        if not any(_is_about(note, each) for note in due)
    ]


def _is_about(note: str, problem: str) -> bool:
    model = note.partition("models.")[2].partition(" ")[0]
    return bool(model) and (f"models.{model}:" in problem or f"the price of '{model}'" in problem)


@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_written_checks_or_a_note_says_what_is_left_to_do(
    name: str, tmp_path: Path
) -> None:
    imported = import_litellm(CONFIGS[name], known=KNOWN)
    assert imported.config["models"]
    assert untold(imported, tmp_path) == []
    assert SECRET not in json.dumps([imported.config, imported.policy])


@pytest.mark.parametrize("name", CONFIGS)
def test_a_key_that_nobody_knows_is_told_wherever_it_stands(name: str) -> None:
    for path in list(_mappings(CONFIGS[name], ())):
        changed = copy.deepcopy(CONFIGS[name])
        _at(changed, path)["zzz"] = 1
        imported = import_litellm(changed, known=KNOWN)
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
        assert any(
            "zzz" in f"{note.where} {note.message}" or (where and _covers(note, where))
            for note in imported.notes
        ), where


def _covers(note: Note, where: str) -> bool:
    noted = note.where
    if note.message.endswith("the deployment was left out."):
        noted = noted.partition(".")[0]
    return where == noted or where.startswith((f"{noted}.", f"{noted}["))


def _mappings(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, Mapping):
        yield path
        for key, each in value.items():
            yield from _mappings(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _mappings(each, (*path, at))


def _nodes(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield path
    pairs: Any = ()
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, each in pairs:
        yield from _nodes(each, (*path, key))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *(
                "*",
                "a/*",
                "auto",
                "any-local",
                "通用",
                "two\nlines",
                "7e5",
                "1.0",
                "true",
                "gpt-4o",
            ),
            *("os.environ/K", "os.environ/", "os.environ/NO-NAME", "${HOME}", "${X:-y}", "openai/"),
            *("default", "pool", "/", " ", "sNaN", "1e999999", "-1", "\ud800", "x" * 300),
        ]
    ),
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([10**400, -(10**400), 10**9, math.nan, math.inf, -math.inf, 1e-320, 0.5]),
    st.dates(),
    _TEXTS,
)
_ODD = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(_TEXTS, st.integers(), st.none()), inner, max_size=3),
    ),
    max_leaves=6,
)


@st.composite
def _spoilt(draw: st.DrawFn) -> Any:
    """Give a configuration with odd values in up to four places."""
    config = copy.deepcopy(CONFIGS[draw(st.sampled_from(sorted(CONFIGS)))])
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from([each for each in _nodes(config, ()) if each]))
        _at(config, path[:-1])[path[-1]] = draw(_ODD)
    return config


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(config=_spoilt())
@example(config={"model_list": [{"model_name": "a", "litellm_params": {"model": "/"}}]})
@example(config={"model_list": [{"model_name": "7e5", "litellm_params": {"model": "groq/7e5"}}]})
def test_odd_values_become_notes_and_what_is_written_can_be_read(
    config: Any, tmp_path: Path
) -> None:
    imported = import_litellm(config, known=KNOWN)
    assert all(note.where and note.message for note in imported.notes)
    if imported.config["models"]:
        assert untold(imported, tmp_path) == []
