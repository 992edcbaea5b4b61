"""The documentation names what there is: every setting, route, error code, verb."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from policies.expected import expect_at
from router.api.pages import router
from router.app import CHAT_PATHS, COUNT_PATH, MESSAGES_PATH
from router.commands import VERBS
from router.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _settings(schema: type[BaseModel]) -> set[str]:
    names = set(schema.model_fields)
    for name in schema.model_fields:
        expected = expect_at(schema, (name,))
        while expected is not None and expected.model is None:
            expected = expected.entry
        if expected is not None and expected.model is not None:
            names |= _settings(expected.model)
    return names


def test_every_setting_is_on_the_configuration_page() -> None:
    page = (DOCS / "configuration.md").read_text()
    missing = {
        name for name in _settings(Settings) if not re.search(rf"`{name}`|## {name}\b", page)
    }
    assert not missing


def test_every_route_is_on_the_api_page() -> None:
    page = (DOCS / "api.md").read_text()
    paths = {route.path for route in router.routes if hasattr(route, "path")} | set(CHAT_PATHS)
    paths |= {MESSAGES_PATH, COUNT_PATH}
    assert not {path for path in paths if f"{path}`" not in page}


def test_every_error_code_is_on_the_api_page() -> None:
    page = (DOCS / "api.md").read_text()
    sources = [*(ROOT / "router").glob("errors.py"), *(ROOT / "router" / "api").glob("*.py")]
    codes = {
        code
        for path in sources
        for code in re.findall(r'code(?:: str \| None)? ?= ?"([a-z_]+)"', path.read_text())
    }
    assert "model_not_found" in codes
    assert not {code for code in codes - {"internal_error", "invalid_config"} if code not in page}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_on_the_command_line_page(verb: str) -> None:
    assert f"main.py {verb}" in (DOCS / "cli.md").read_text()


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
