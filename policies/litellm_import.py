"""From LiteLLM's config.yaml to ours: a configuration, a policy, and what was not understood.

Nothing is dropped in silence: every key that has no counterpart here becomes a note with its place
and what to do about it. Keys stay references to the environment; no secret is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from policies.litellm_entries import Accounts, Place, read_entry
from policies.litellm_fallbacks import read_fallbacks
from policies.litellm_groups import Group, Groups, build_groups, can_call, fit, free
from policies.litellm_report import (
    Note,
    Report,
    UnusableError,
    kind_of,
    list_of,
    mapping_of,
    number_of,
)
from policies.litellm_weights import settle_weights
from policies.rules import AUTO
from policies.signals import Candidate

__all__ = ["Imported", "Note", "import_litellm"]

_SHUFFLE = "simple-shuffle"
_OBJECTIVES = {
    _SHUFFLE: "weighted",
    "latency-based-routing": "fastest",
    "cost-based-routing": "cheapest",
}
_FIGURES = (
    ("retries_per_model", "litellm_settings", "num_retries", 0, 10),
    ("retries_per_model", "router_settings", "num_retries", 0, 10),
    ("deadline_seconds", "litellm_settings", "request_timeout", 0.001, 86_400),
    ("deadline_seconds", "router_settings", "timeout", 0.001, 86_400),
    ("first_token_seconds", "router_settings", "stream_timeout", 0.001, 86_400),
)
_BREAKERS = "circuit breakers are set by our own rules; not needed."
_RETRIES = (
    "what may be tried again is told by the error itself here, and how often by `retries_per_model` under the "
    "policy's `terms`, one number for all errors; not taken over."
)
_REDIS = "shared state is set under `state` (redis_url) in pointsman.yaml; not taken over."
_LIMITS = "limits and budgets of this kind are not set by the import; not taken over."
_HINTS = {
    **dict.fromkeys(("allowed_fails", "cooldown_time"), _BREAKERS),
    **dict.fromkeys(("retry_policy", "model_group_retry_policy"), _RETRIES),
    **dict.fromkeys(("allowed_fails_policy", "disable_cooldowns"), _BREAKERS),
    **dict.fromkeys(("redis_host", "redis_port", "redis_password", "redis_url"), _REDIS),
    **dict.fromkeys(("max_budget", "budget_duration", "provider_budget_config"), _LIMITS),
    **dict.fromkeys(("max_parallel_requests", "global_max_parallel_requests"), _LIMITS),
    **dict.fromkeys(
        ("success_callback", "failure_callback", "callbacks"),
        "metrics, traces and logs are our own; not taken over.",
    ),
    "cache_params": "the answer cache is our own; not taken over.",
    "drop_params": "fields that a model refuses are left out by its card; not taken over.",
    "enable_pre_call_checks": "windows and abilities are always checked before a call; not needed.",
    "guardrails": "private data is masked under `privacy` in pointsman.yaml; not taken over.",
    "database_url": "keys, teams and budgets in LiteLLM's database are not imported; write keys "
    "under `keys` in pointsman.yaml.",
    "include": "other files are not read; merge them into this one and import again.",
    "model_list": "holds no model, so nothing can be written.",
}
_LEFT_ALONE = "not understood; not taken over."


@dataclass(frozen=True, slots=True)
class Imported:
    """The counterpart of a LiteLLM configuration."""

    config: dict[str, Any]
    policy: dict[str, Any]
    notes: tuple[Note, ...]
    variables: tuple[str, ...] = ()
    """What the configuration reads from the environment."""


def import_litellm(
    source: Mapping[str, Any],
    name: str = "imported",
    known: Mapping[str, Candidate] = MappingProxyType({}),
) -> Imported:
    """Translate a LiteLLM configuration that was read from YAML already.

    `known` has the models of the catalog by every name that it knows them by. For others the
    configuration must say a window; where LiteLLM's does not, a note asks for it.
    """
    report = Report()
    sections = {
        key: mapping_of(source.get(key), key, report)
        for key in ("litellm_settings", "router_settings", "general_settings")
    }
    variables = mapping_of(source.get("environment_variables"), "environment_variables", report)
    accounts = Accounts(
        credentials=_credentials(source, report),
        environment=frozenset(name for name, value in variables.items() if value not in (None, "")),
    )
    places: dict[str, list[Place]] = {}
    entries = list_of(source.get("model_list"), "model_list", report)
    for at, entry in enumerate(entries):
        read = read_entry(entry, f"model_list[{at}]", accounts, known, report)
        if read is not None:
            places.setdefault(read[0], []).append(read[1])
    for unused in accounts.credentials.keys() - accounts.used:
        report.note(f"credential_list, '{unused}'", "no entry names it; not taken over.")
    if not places:
        report.note("model_list", _HINTS["model_list"], is_due=True)
    if sections["router_settings"].get("routing_strategy") in (None, _SHUFFLE):
        places = settle_weights(places, entries, report)
    draft = _PolicyDraft(places, sections, known, report)
    config: dict[str, Any] = {
        "providers": accounts.providers,
        "models": dict(draft.groups.cards),
    }
    keys = _keys(sections["general_settings"], report)
    if keys:
        config["keys"] = keys
    policy = draft.policy(name)
    _note_rest(source, sections, variables, report)
    _note_due(config, draft.groups, policy, known, report)
    return Imported(config, policy, tuple(report.notes), tuple(report.variables))


def _credentials(source: Mapping[str, Any], report: Report) -> dict[str, dict[str, Any]]:
    """Give what `credential_list` has under each name."""
    found: dict[str, dict[str, Any]] = {}
    for at, entry in enumerate(list_of(source.get("credential_list"), "credential_list", report)):
        where = f"credential_list[{at}]"
        given = mapping_of(entry, where, report)
        name = given.pop("credential_name", None)
        values = mapping_of(
            given.pop("credential_values", None), f"{where}.credential_values", report
        )
        if isinstance(name, str):
            found[name] = values
        elif given or values:
            report.note(f"{where}.credential_name", "is no text; not taken over.")
        for key in given:
            report.note(f"{where}.{key}", _LEFT_ALONE)
    return found


def _keys(general: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    """Give the master key. One that cannot be read closes the door all the same."""
    master, where = general.pop("master_key", None), "general_settings.master_key"
    if master is None:
        report.note(
            where,
            "is missing, so no `keys` were written: whoever reaches the gateway may call it. LiteLLM "
            "also reads LITELLM_MASTER_KEY; if you set that, write it under `keys`.",
        )
        return []
    try:
        reference = report.secret(master, where) or report.hide(where, where)
    except UnusableError:
        reference = report.hide(where, where)
    return [{"name": "master", "key": reference}]


def _note_rest(
    source: Mapping[str, Any],
    sections: Mapping[str, dict[str, Any]],
    variables: Mapping[str, Any],
    report: Report,
) -> None:
    """Name every key that nobody took."""
    for section, left in sections.items():
        for key in left:
            report.note(f"{section}.{key}", _HINTS.get(key, _LEFT_ALONE))
    for key in source:
        if key == "environment_variables":
            listed = ", ".join(variables)
            report.note(str(key), f"set them where the gateway runs: {listed or 'none'}.")
        elif key not in (*sections, "model_list", "credential_list"):
            report.note(str(key), _HINTS.get(str(key), _LEFT_ALONE))


def _note_due(
    config: Mapping[str, Any],
    groups: Groups,
    policy: Mapping[str, Any],
    known: Mapping[str, Candidate],
    report: Report,
) -> None:
    """Say what `check` will ask for, and what must be installed."""
    for name, card in groups.cards.items():
        where = f"pointsman.yaml, models.{name}"
        base = known.get(card.get("base_model", name))
        if base is not None and base.is_retired:
            report.note(where, f"was {base.why_off}: name another model for it.", is_due=True)
        if name in known or "base_model" in card:
            continue
        if "window_tokens" not in card:
            report.note(
                where,
                "the catalog does not know it: add `window_tokens:` (how many tokens it takes), or "
                "`base_model:` with the catalog's name for it.",
                is_due=True,
            )
        if "abilities" not in card:
            report.note(
                where,
                "no abilities are known, so requests with tools, images or JSON are never sent to "
                "it; add `abilities:` such as [streaming, tools, vision].",
                is_due=True,
            )
        if "prices" not in card:
            report.note(
                where,
                "no price is known, so what its calls cost is unknown in the bill, and keys with a "
                "budget may not call it; add `prices:` (0 where they are free).",
            )
    cheapest = {
        model
        for pool in policy["pools"].values()
        if pool.get("objective") == "cheapest"
        for model in pool["models"]
    }
    for name in sorted(cheapest):
        card = groups.cards[name]
        base = known.get(card.get("base_model", name))
        if "prices" not in card and (base is None or base.input_usd_per_million is None):
            message = "its pool chooses the cheapest: add `prices:` (input, output)."
            report.note(f"pointsman.yaml, models.{name}", message, is_due=True)
    if any(entry["kind"] == "litellm" for entry in config["providers"].values()):
        report.note(
            "pointsman.yaml, providers",
            "kind litellm needs the package litellm: uv sync --extra litellm.",
            is_due=True,
        )


class _PolicyDraft:
    """The policy in the making: groups, who stands behind them, and how calls are made."""

    def __init__(
        self,
        places: Mapping[str, list[Place]],
        sections: Mapping[str, dict[str, Any]],
        known: Mapping[str, Candidate],
        report: Report,
    ) -> None:
        self._report = report
        self._sections = sections
        self._given = self._read_aliases(places)
        self._behind = read_fallbacks(sections, places, self._given, report)
        self.groups = build_groups(places, self._behind, known, report)

    def policy(self, name: str) -> dict[str, Any]:
        """Give the policy as its file has it."""
        ours = self.groups.by_name
        policy: dict[str, Any] = {
            "name": fit(name) or "imported",
            "about": "Imported from a LiteLLM configuration.",
            "terms": self._terms(),
            "pools": self._pools(self._objective()),
            "default": {"use": "none"},
            "model_fallbacks": {
                each.name: self._ours(self._behind[group])
                for group, each in ours.items()
                if not each.is_pool and self._behind[group]
            },
            "aliases": self._aliases(),
        }
        if ours:
            policy["default"] = self._default(policy["pools"])
        return {key: value for key, value in policy.items() if value or key == "pools"}

    def _ours(self, groups: list[str]) -> list[str]:
        return list(dict.fromkeys(self.groups.by_name[group].name for group in groups))

    def _default(self, pools: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Give where callers go who leave the choice to the policy: to the first group."""
        aimed = self._given.get(AUTO, AUTO)
        group = aimed if aimed in self.groups.by_name else next(iter(self.groups.by_name))
        first, behind = self.groups.by_name[group], self._ours(self._behind[group])
        if pools:
            own = {"fallbacks": behind} if behind and not first.is_pool else {}
            return {"use": first.name, **own}
        name = free("default", {*self.groups.taken, *self._given})
        pools[name] = {"models": [first.name], **({"fallbacks": behind} if behind else {})}
        return {"use": name}

    def _pools(self, objective: str) -> dict[str, dict[str, Any]]:
        pools: dict[str, dict[str, Any]] = {}
        for group, each in self.groups.by_name.items():
            if each.is_pool:
                pools[each.name] = self._pool(group, each, objective)
        return pools

    def _pool(self, group: str, each: Group, objective: str) -> dict[str, Any]:
        pool: dict[str, Any] = {"models": list(each.models)}
        if len(each.models) > 1:
            chosen = "ordered" if each.is_ordered else objective
            pool = {"objective": chosen, **pool}
            if each.is_ordered:
                self._report.note(
                    f"model_list, '{group}'",
                    "has an `order`: its pool is `ordered`, so the first model answers and the others stand "
                    "in for it; among models of one order, weights and the routing_strategy do not count.",
                )
            elif objective == "weighted":
                pool["weights"] = dict(each.models)
        if self._behind[group]:
            pool["fallbacks"] = self._ours(self._behind[group])
        return pool

    def _objective(self) -> str:
        where = "router_settings.routing_strategy"
        given = self._sections["router_settings"].pop("routing_strategy", None)
        strategy = _SHUFFLE if given is None else given
        if isinstance(strategy, str) and strategy in _OBJECTIVES:
            return _OBJECTIVES[strategy]
        said = f"'{strategy}' has no counterpart" if isinstance(strategy, str) else "is no text"
        chosen = "pools of several models choose the fastest healthy one"
        if not any(len(each.models) > 1 for each in self.groups.by_name.values()):
            chosen = (
                "no pool has several models to choose from, and among the deployments of one model "
                "weights and health decide"
            )
        self._report.note(where, f"{said}; {chosen}.")
        return "fastest"

    def _terms(self) -> dict[str, Any]:
        terms: dict[str, Any] = {}
        for ours, section, theirs, least, most in _FIGURES:
            value, where = self._sections[section].pop(theirs, None), f"{section}.{theirs}"
            if value is None:
                continue
            try:
                figure = number_of(value, where, least, most)
            except UnusableError as problem:
                self._report.note(where, f"{problem.why}; left out.")
                continue
            if ours == "retries_per_model":
                figure = int(figure)
            if terms.get(ours, figure) != figure:
                self._report.note(where, f"differs from litellm_settings; {figure} was taken.")
            terms[ours] = figure
            if ours == "deadline_seconds":
                self._report.note(
                    where,
                    f"{figure} is now the deadline of the whole request with all its attempts, "
                    "where LiteLLM counts each call.",
                )
        cache = self._sections["litellm_settings"].pop("cache", None)
        if cache is True:
            terms["cache"] = True
        elif cache not in (None, False):
            self._report.note("litellm_settings.cache", f"is {kind_of(cache)}, not a yes or no.")
        return terms

    def _read_aliases(self, places: Mapping[str, Any]) -> dict[str, str]:
        """Give LiteLLM's aliases with the groups that they stand for."""
        where = "router_settings.model_group_alias"
        given = mapping_of(
            self._sections["router_settings"].pop("model_group_alias", None), where, self._report
        )
        aliases: dict[str, str] = {}
        for alias, target in given.items():
            group = target.get("model") if isinstance(target, Mapping) else target
            for key in target if isinstance(target, Mapping) else ():
                if key == "hidden":
                    message = "no alias is listed among the models here; not needed."
                    self._report.note(f"{where}.{alias}.hidden", message)
                elif key != "model":
                    self._report.note(f"{where}.{alias}.{key}", _LEFT_ALONE)
            if isinstance(group, str) and group in places:
                aliases[alias] = group
            else:
                self._report.note(f"{where}.{alias}", "stands for no group that was taken over.")
        return aliases

    def _aliases(self) -> dict[str, str]:
        """Keep every name that callers use today."""
        aliases = dict(self.groups.aliases)
        for alias, group in self._given.items():
            where, target = f"router_settings.model_group_alias.{alias}", self.groups.by_name[group]
            if not alias or not can_call(alias, where, target.name, self._report):
                continue
            if alias in self.groups.taken and alias != target.name:
                message = (
                    f"is the name of a model or a pool here; callers must ask for '{target.name}'."
                )
                self._report.note(where, message)
                continue
            if alias in self.groups.by_name and alias != group:
                self._report.note(where, f"is a group's name too; it stands for '{group}' now.")
            aliases[alias] = target.name
        return aliases
