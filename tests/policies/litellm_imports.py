"""Imports of LiteLLM configurations for tests, and who answers by what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from policies.decision import Plan
from policies.litellm_import import Imported, import_litellm
from policies.loader import parse_policy
from providers.catalog import load_catalog
from router.commands.import_litellm import dump, known_models
from router.places import Place, find_places, list_candidates
from router.settings import load_settings
from router.vendors import find_models, find_vendors, statuses
from tests.policies.worlds import NOON, plan

KNOWN = known_models(load_catalog())


def taken(text: str) -> Imported:
    """Give the import of a configuration, with the catalog at hand."""
    return import_litellm(yaml.safe_load(text), known=KNOWN)


def entry(name: str, model: str, **more: Any) -> dict[str, Any]:
    params = {"model": model, "api_key": "os.environ/K", **more.pop("params", {})}
    return {"model_name": name, "litellm_params": params, **more}


def of(*entries: dict[str, Any], **sections: Any) -> Imported:
    return import_litellm({"model_list": list(entries), **sections}, known=KNOWN)


def places(imported: Imported, folder: Path) -> dict[str, list[Place]]:
    """Give where every model of the written configuration is called."""
    path = folder / "pointsman.yaml"
    path.write_text(dump(imported.config))
    settings = load_settings(path, dict.fromkeys(imported.variables, "a-key"))
    vendors = find_vendors(settings, {})
    return find_places(find_models(load_catalog(), settings, vendors), settings, vendors)


def asked(imported: Imported, name: str, folder: Path) -> Plan:
    """Give the plan for a caller who asks for a name that LiteLLM knew."""
    path = folder / "pointsman.yaml"
    path.write_text(dump(imported.config))
    settings = load_settings(path, dict.fromkeys(imported.variables, "a-key"))
    vendors = find_vendors(settings, {})
    catalog = find_models(load_catalog(), settings, vendors)
    there = find_places(catalog, settings, vendors)
    models = list_candidates(catalog, there, statuses(vendors), NOON.date())
    return plan(parse_policy(dump(imported.policy)), models=list(models), requested=name)


def noted(imported: Imported) -> dict[str, str]:
    return {note.where: note.message for note in imported.notes}
