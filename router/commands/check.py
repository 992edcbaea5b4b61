"""`main.py check`."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies.errors import PolicyFileError
from policies.findings import Finding
from policies.loader import find_policy, read_yaml
from prompts.library import names as prompt_names
from providers.catalog import load_catalog
from router.commands.opening import FAILED, ConfigOption, errors, find_config
from router.errors import ConfigError
from router.in_house import NAME, find_in_house, places_in_house
from router.places import find_places, list_candidates
from router.settings import Settings, load_settings
from router.vendors import find_models, find_vendors, statuses

if TYPE_CHECKING:
    from policies.signals import Candidate, Signals

_POLICY_KEYS = frozenset({"pools", "rules", "default"})


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

    Exit codes: 0 all is well; 1 something must be mended.

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
        errors.print("✓ all is well", style="green")


def _check(file: str, config: Path | None) -> list[Finding]:
    path = Path(file) if file else find_config(config)
    if path is None:
        return _check_policy("customer-service", Settings(), every_model_on=True)
    try:
        if not file or (path.suffix in (".yaml", ".yml") and not _is_policy(path)):
            settings = load_settings(path, os.environ)
            return _check_policy(settings.policy, settings, every_model_on=False)
        configured = find_config(config)
        settings = load_settings(configured, os.environ)
        return _check_policy(file, settings, every_model_on=configured is None)
    except ConfigError as error:
        return [_as_finding(problem) for problem in error.problems]
    except PolicyFileError as error:
        return list(error.findings)


def _is_policy(path: Path) -> bool:
    data = read_yaml(path).data
    return isinstance(data, dict) and bool(_POLICY_KEYS & set(data))


def _as_finding(problem: str) -> Finding:
    plain = problem.removeprefix("error: ")
    return Finding(severity="error", code="configuration", message=plain)


def _check_policy(name: str, settings: Settings, *, every_model_on: bool) -> list[Finding]:
    from policies.checking import check_file

    find_policy(name)
    candidates = _candidates(settings)
    if every_model_on:
        candidates = [
            dataclasses.replace(each, is_on=True, why_off="", sites=()) for each in candidates
        ]
    reader = _Reader(settings)
    return check_file(name, candidates, read=reader, prompts=prompt_names(), intents=reader.intents)


def _candidates(settings: Settings) -> Sequence[Candidate]:
    vendors = find_vendors(settings, os.environ)
    in_house = find_in_house(settings.local, load_catalog())
    catalog = find_models(load_catalog().with_models(in_house.models), settings, vendors)
    places = find_places(catalog, settings, vendors) | places_in_house(in_house)
    today = datetime.datetime.now(datetime.UTC).date()
    known = {**statuses(vendors), NAME: in_house.status}
    return list_candidates(catalog, places, known, today)


class _Reader:
    """Turns an utterance into signals, masked and read as a request would be."""

    def __init__(self, settings: Settings) -> None:
        from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings
        from router.wiring import open_understanding

        self._privacy = Privacy(PrivacySettings(), MemoryVaults())
        self._understanding = open_understanding(settings.understanding)
        self.intents = self._understanding.intents

    def __call__(self, text: str) -> Signals:
        from providers.messages import ChatRequest, Message

        request = ChatRequest(model="auto", messages=(Message(role="user", content=text),))
        masked = self._privacy.mask(request, scope="")
        return self._understanding.read(masked.request, masked.findings.kinds)
