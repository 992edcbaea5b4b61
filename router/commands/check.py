"""`main.py check`."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies.errors import PolicyFileError
from policies.findings import Finding, did_you_mean, nearest
from policies.loader import find_policy, read_yaml
from policies.schema import PolicyDoc
from prompts.library import names as prompt_names
from providers.catalog import load_catalog
from providers.local_refusals import REFUSALS
from router.commands.opening import FAILED, ConfigOption, errors, find_config, why_exposed
from router.errors import ConfigError
from router.in_house import NAME, find_in_house, places_in_house
from router.located_problems import locate_problems
from router.places import find_places, list_candidates
from router.settings import Settings, load_settings
from router.vendors import find_models, find_vendors, statuses

if TYPE_CHECKING:
    from policies.signals import Candidate

_PLACED = re.compile(r"(?P<file>.+?):(?P<line>\d+): error: (?P<said>.+)", re.DOTALL)


def check(
    file: Annotated[
        str, typer.Argument(help="A configuration, a policy file, or a shipped policy's name.")
    ] = "",
    config: ConfigOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings count as errors, for CI.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding.")] = False,
) -> None:
    """Finds unknown keys ("did you mean"), rules that can never match, pools whose models are off,
    unpriced or too small, overlapping splits, missing fallbacks; runs the policy's `expect:` cases with
    the real classifiers. A policy is checked against the models of --config, or else with every model
    of the catalog counted as on.

    What keeps the gateway from starting is an error, also here; what it starts with all the same is a
    warning, such as a rule whose models are all off until a key is set.

    Exit codes: 0 no errors; 1 something must be mended (with --strict, warnings too).

    Examples:

        python main.py check pointsman.yaml

        python main.py check my-policy.yaml --config pointsman.yaml --strict
    """
    findings = _check(file, config)
    for finding in findings:
        if as_json:
            row = dataclasses.asdict(finding)
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            style = "red" if finding.is_error else "yellow"
            errors.print(str(finding), style=style, markup=False, soft_wrap=True)
    bad = [each for each in findings if each.is_error or strict]
    if bad:
        raise typer.Exit(FAILED)
    if not as_json:
        count = f"{len(findings)} warning{'s' * (len(findings) > 1)}"
        said = f"✓ the gateway starts with it: {count} (--strict refuses those)"
        errors.print(said if findings else "✓ all is well", style="green", highlight=False)


def _check(file: str, config: Path | None) -> list[Finding]:
    path = Path(file) if file else find_config(config)
    if path is None:
        return _check_policy("customer-service", Settings(), None)
    configured: Path | None = path
    try:
        if not file or (path.suffix in (".yaml", ".yml") and not _is_policy(path)):
            settings = load_settings(path, os.environ)
            name = settings.policy
        else:
            configured, name = find_config(config), file
            settings = load_settings(configured, os.environ)
        found = _check_start(settings, configured) if configured is not None else []
        return found + _check_policy(name, settings, configured)
    except ConfigError as error:
        return [_as_finding(each) for each in locate_problems(error.problems, configured)]
    except PolicyFileError as error:
        return list(error.findings)


def _is_policy(path: Path) -> bool:
    """Whether the file reads more like a policy than like a configuration, misspelt keys included.

    Raises:
        PolicyFileError: it is empty, or none of its keys looks like one of either.
    """
    data = read_yaml(path).data
    keys = [str(key) for key in data] if isinstance(data, dict) else []
    as_policy = _likeness(keys, PolicyDoc.model_fields)
    as_settings = _likeness(keys, Settings.model_fields)
    if as_policy or as_settings:
        return as_policy > as_settings
    why = "none of its keys is known" if keys else "it has no keys"
    found = Finding(
        severity="error",
        code="no-policy",
        message=f"{path} holds no policy, and no configuration either: {why}.",
        mend="A policy begins with `name:`, `pools:` and `default:`.",
        file=str(path),
        line=1,
    )
    raise PolicyFileError([found])


def _likeness(keys: Sequence[str], known: Collection[str]) -> int:
    return sum(2 if key in known else bool(nearest(key, known)) for key in keys)


def _check_start(settings: Settings, configured: Path | None) -> list[Finding]:
    """What keeps the gateway from starting with a configuration, whatever its policy says."""
    from router.wiring import find_obstacles

    problems = asyncio.run(find_obstacles(settings))
    found = [_as_finding(each) for each in locate_problems(problems, configured)]
    if why := why_exposed(settings, settings.server.host):
        found.append(Finding(severity="warning", code="exposed", message=why))
    return found


def _as_finding(problem: str) -> Finding:
    if match := _PLACED.fullmatch(problem):
        return Finding(
            severity="error",
            code="configuration",
            message=match["said"],
            file=match["file"],
            line=int(match["line"]),
        )
    plain = problem.removeprefix("error: ")
    return Finding(severity="error", code="configuration", message=plain)


def _check_policy(name: str, settings: Settings, configured: Path | None) -> list[Finding]:
    """What is wrong with a policy; without a configuration every model counts as on."""
    from policies.checking import check_file
    from router.wiring import (
        has_budgets,
        list_callers,
        list_private,
        open_reader,
        open_understanding,
    )

    find_policy(name)
    every_model_on = configured is None
    candidates = list_configured(settings)
    if every_model_on:
        candidates = [_count_as_on(each) for each in candidates]
    understanding = open_understanding(settings.understanding)
    intents = understanding.intents
    found = check_file(
        name,
        candidates,
        read=open_reader(settings.privacy, understanding),
        prompts=prompt_names(),
        intents=intents,
        taught=understanding.taught,
        private=list_private(settings.privacy),
        callers=None if every_model_on else list_callers(settings),
        has_budgets=every_model_on or has_budgets(settings),
    )
    found += _check_cache(name, settings, intents)
    if configured is not None:
        found += _check_keys(name, settings, configured, intents, candidates)
    return found


def _count_as_on(model: Candidate) -> Candidate:
    """The model as if a provider of its card's region served it; one that its vendor retired stays off.

    What every client that there is for it refuses would be refused there too.
    """
    usual: Mapping[str, str] = REFUSALS if model.provider == NAME else {}
    first, *others = [site.refuses for site in model.sites] or [usual]
    refuses = {each: why for each, why in first.items() if all(each in one for one in others)}
    why_off = model.why_off if model.is_retired else ""
    return dataclasses.replace(model, is_on=not why_off, why_off=why_off, sites=(), refuses=refuses)


def _check_cache(name: str, settings: Settings, intents: Collection[str]) -> list[Finding]:
    """What a policy asks of a cache that the configuration turns off."""
    from policies.caching import warn_of_cache
    from policies.loader import load_policy
    from router.steps.cache import why_off

    why = why_off(enabled=settings.cache.enabled, masks=settings.privacy.enabled)
    if not why:
        return []
    try:
        return warn_of_cache(load_policy(name, own_intents=intents), why)
    except PolicyFileError:
        return []  # told already


def _check_keys(
    name: str,
    settings: Settings,
    configured: Path,
    intents: Collection[str],
    candidates: Sequence[Candidate],
) -> list[Finding]:
    """The names that a key may ask for, and that neither the policy nor the configuration has."""
    from policies.loader import load_policy
    from policies.rules import AUTO

    asked = [
        (key.name, model, ("keys", at, "models", place))
        for at, key in enumerate(settings.keys)
        for place, model in enumerate(key.models)
    ]
    if not asked:
        return []
    try:
        policy = load_policy(name, own_intents=intents)
        located = read_yaml(configured)
    except PolicyFileError:
        return []  # told already
    known = {AUTO, *policy.pools, *policy.aliases, *(each.name for each in candidates)}
    return [
        Finding(
            severity="warning",
            code="unknown-model",
            message=f"keys: '{key}' may ask for '{model}', and there is no such pool, model or alias.",
            mend=did_you_mean(model, known),
            file=located.file,
            line=located.line(where),
        )
        for key, model, where in asked
        if model not in known
    ]


def list_configured(settings: Settings) -> Sequence[Candidate]:
    """Every model of the catalog and the configuration, on or off."""
    vendors = find_vendors(settings, os.environ)
    shipped = load_catalog()
    in_house = find_in_house(settings.local, shipped)
    catalog = find_models(shipped.with_models(in_house.models), settings, vendors)
    places = find_places(catalog, settings, vendors) | places_in_house(in_house, catalog)
    today = datetime.datetime.now(datetime.UTC).date()
    known = {**statuses(vendors), NAME: in_house.status}
    return list_candidates(catalog, places, known, today)
