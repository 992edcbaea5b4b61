"""From LiteLLM's config.yaml to ours: a configuration, a policy, and what was not understood.

Nothing is dropped in silence: every key that has no counterpart here becomes a note with its place
and what to do about it. Keys stay references to the environment; no secret is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

_ENV = re.compile(r"os\.environ/([A-Za-z_][A-Za-z0-9_]*)")
_UNFIT = re.compile(r"[^A-Za-z0-9._/:@-]+")
_KINDS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "dashscope": "dashscope",
    "custom_openai": "openai",
    "hosted_vllm": "openai",
    "openai_like": "openai",
    "vllm": "openai",
    "lm_studio": "openai",
    "llamafile": "openai",
}
_OBJECTIVES = {
    "simple-shuffle": "weighted",
    "latency-based-routing": "fastest",
    "cost-based-routing": "cheapest",
}
_FIGURES = {
    "retries_per_model": {"litellm_settings": "num_retries", "router_settings": "num_retries"},
    "deadline_seconds": {"litellm_settings": "request_timeout", "router_settings": "timeout"},
    "first_token_seconds": {"router_settings": "stream_timeout"},
}
_PER_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not taken over as it stood."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The counterpart of a LiteLLM configuration."""

    config: dict[str, Any]
    policy: dict[str, Any]
    notes: tuple[Note, ...]


@dataclass(slots=True)
class _Draft:
    """What has been gathered so far."""

    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, float]] = field(default_factory=dict)
    """LiteLLM's model groups: our model names with their weights."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Keys that were written out, and the environment variables that are to hold them."""
    notes: list[Note] = field(default_factory=list)

    def note(self, where: str, message: str) -> None:
        self.notes.append(Note(where, message))


def import_litellm(source: Mapping[str, Any], name: str = "imported") -> Imported:
    """Translate a LiteLLM configuration that was read from YAML already."""
    draft = _Draft()
    for at, entry in enumerate(_list(source, "model_list", draft)):
        _take_entry(entry, f"model_list[{at}]", draft)
    if not draft.groups:
        draft.note("model_list", "holds no model, so the policy has none either.")
    settings = _section(source, "litellm_settings", draft)
    router = _section(source, "router_settings", draft)
    policy = _policy(name, settings, router, draft)
    config: dict[str, Any] = {"providers": draft.providers, "models": draft.models}
    keys = _keys(_section(source, "general_settings", draft), draft)
    if keys:
        config["keys"] = keys
    known = {"model_list", "litellm_settings", "router_settings", "general_settings"}
    for key in source:
        if key not in known:
            draft.note(str(key), "not understood; nothing was taken over.")
    return Imported(config, policy, tuple(draft.notes))


def _list(source: Mapping[str, Any], key: str, draft: _Draft) -> list[Any]:
    value = source.get(key) or []
    if isinstance(value, list):
        return value
    draft.note(key, "is not a list; nothing was taken over.")
    return []


def _section(source: Mapping[str, Any], key: str, draft: _Draft) -> dict[str, Any]:
    value = source.get(key) or {}
    if isinstance(value, Mapping):
        return {str(name): each for name, each in value.items()}
    draft.note(key, "is not a mapping; nothing was taken over.")
    return {}


def _take_entry(entry: Any, where: str, draft: _Draft) -> None:
    """Take over one deployment: its account, its model, and its place in the group."""
    params = entry.get("litellm_params") if isinstance(entry, Mapping) else None
    group = entry.get("model_name") if isinstance(entry, Mapping) else None
    if not isinstance(params, Mapping) or not group or not params.get("model"):
        draft.note(where, "has no model_name, or no litellm_params.model; left out.")
        return
    kind, wire_name = _split_name(str(params["model"]))
    provider = _provider(kind, params, where, draft)
    model = _fit(wire_name.rpartition("/")[2])
    deployment = {"provider": provider, "wire_name": wire_name}
    card = draft.models.setdefault(model, {"deployments": []})
    card["deployments"].append(deployment | _weight(params))
    _prices(card, {**params, **(entry.get("model_info") or {})}, where, draft)
    shares = draft.groups.setdefault(_fit(str(group)), {})
    shares[model] = shares.get(model, 0.0) + float(params.get("weight") or 1.0)
    _note_unknown(params, where, draft)


def _split_name(full: str) -> tuple[str, str]:
    prefix, slash, rest = full.partition("/")
    if not slash:
        return ("anthropic" if full.startswith("claude") else "openai"), full
    if prefix in _KINDS:
        return _KINDS[prefix], rest
    return "litellm", full


def _provider(kind: str, params: Mapping[str, Any], where: str, draft: _Draft) -> str:
    """Give the name of the account, adding it when it is a new one."""
    entry: dict[str, Any] = {"kind": kind}
    if params.get("api_key"):
        entry["api_key"] = _reference(str(params["api_key"]), f"{where}.api_key", draft)
    if params.get("api_base"):
        entry["base_url"] = _reference(str(params["api_base"]), f"{where}.api_base", draft)
    for name, known in draft.providers.items():
        if known == entry:
            return name
    count = sum(1 for known in draft.providers.values() if known["kind"] == kind)
    name = kind if count == 0 else f"{kind}-{count + 1}"
    draft.providers[name] = entry
    return name


def _reference(value: str, where: str, draft: _Draft) -> str:
    """Turn `os.environ/NAME` into `${NAME}`; a secret that is written out is not copied."""
    match = _ENV.fullmatch(value)
    if match:
        return f"${{{match[1]}}}"
    if not where.endswith("_key"):
        return value
    variable = draft.secrets.setdefault(value, f"IMPORTED_KEY_{len(draft.secrets) + 1}")
    draft.note(where, f"holds the key itself; set it in the environment as {variable}.")
    return f"${{{variable}}}"


def _fit(name: str) -> str:
    return _UNFIT.sub("-", name).strip("-./:@_")[:100] or "model"


def _weight(params: Mapping[str, Any]) -> dict[str, float]:
    return {"weight": float(params["weight"])} if params.get("weight") else {}


def _prices(card: dict[str, Any], given: Mapping[str, Any], where: str, draft: _Draft) -> None:
    pair = (given.get("input_cost_per_token"), given.get("output_cost_per_token"))
    if pair == (None, None):
        return
    if None in pair:
        draft.note(where, "has only one of the two prices; prices were left out.")
        return
    try:
        costs = [Decimal(str(each)) * _PER_MILLION for each in pair]
    except InvalidOperation:
        draft.note(where, "has a price that is not a number; prices were left out.")
        return
    prices = {"input": f"{costs[0].normalize():f}", "output": f"{costs[1].normalize():f}"}
    for theirs, ours in (
        ("cache_read_input_token_cost", "cache_read"),
        ("cache_creation_input_token_cost", "cache_write"),
    ):
        if given.get(theirs) is not None:
            prices[ours] = f"{(Decimal(str(given[theirs])) * _PER_MILLION).normalize():f}"
    card["prices"] = prices


_PARAMS = {"model", "api_key", "api_base", "weight", "input_cost_per_token"}
_PARAMS |= {"output_cost_per_token", "cache_read_input_token_cost"}
_PARAMS |= {"cache_creation_input_token_cost"}


def _note_unknown(params: Mapping[str, Any], where: str, draft: _Draft) -> None:
    for key in params:
        if key in ("rpm", "tpm"):
            message = "limits are learned from the vendor's own headers here; not taken over."
            draft.note(f"{where}.litellm_params.{key}", message)
        elif key not in _PARAMS:
            draft.note(f"{where}.litellm_params.{key}", "not understood; not taken over.")


def _policy(
    name: str, settings: dict[str, Any], router: dict[str, Any], draft: _Draft
) -> dict[str, Any]:
    ours = _our_names(draft)
    behind = _behind(settings, router, ours)
    every = behind.pop("", [])
    pools = _pools(_objective(router, draft), behind, ours, draft)
    policy: dict[str, Any] = {
        "name": _fit(name),
        "about": "Imported from a LiteLLM configuration.",
        "terms": _terms(settings, router, draft),
        "pools": pools,
        "default": {"use": next(iter(ours.values()), "all")},
        "fallbacks": every,
        "model_fallbacks": {
            ours[group]: names
            for group, names in behind.items()
            if group in ours and ours[group] not in pools
        },
        "aliases": _aliases(router, ours),
    }
    for section, left in (("litellm_settings", settings), ("router_settings", router)):
        for key in left:
            draft.note(f"{section}.{key}", "not understood; not taken over.")
    return {key: value for key, value in policy.items() if value or key == "pools"}


def _objective(router: dict[str, Any], draft: _Draft) -> str:
    strategy = str(router.pop("routing_strategy", "simple-shuffle"))
    if strategy not in _OBJECTIVES:
        draft.note(
            "router_settings.routing_strategy",
            f"'{strategy}' has no counterpart; pools choose the fastest healthy model.",
        )
    return _OBJECTIVES.get(strategy, "fastest")


def _our_names(draft: _Draft) -> dict[str, str]:
    """Say what each group is here: a group of one is that model, a larger one is a pool."""
    ours: dict[str, str] = {}
    for group, models in draft.groups.items():
        if len(models) == 1:
            ours[group] = next(iter(models))
        elif group in draft.models:
            ours[group] = f"{group}-pool"
            draft.note(group, f"is a model's name too; the group is now pool '{group}-pool'.")
        else:
            ours[group] = group
    return ours


def _aliases(router: dict[str, Any], ours: Mapping[str, str]) -> dict[str, str]:
    """Keep every name that callers use today."""
    aliases = {group: name for group, name in ours.items() if group != name}
    given = router.pop("model_group_alias", None) or {}
    for alias, target in given.items() if isinstance(given, Mapping) else ():
        group = _fit(str(target.get("model") if isinstance(target, Mapping) else target))
        aliases[_fit(str(alias))] = ours.get(group, group)
    return aliases


def _behind(
    settings: dict[str, Any], router: dict[str, Any], ours: Mapping[str, str]
) -> dict[str, list[str]]:
    """Gather who stands behind which group; the empty name stands for every group."""
    behind: dict[str, list[str]] = {}
    for key in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks"):
        for entry in [*(settings.pop(key, None) or []), *(router.pop(key, None) or [])]:
            for group, names in entry.items() if isinstance(entry, Mapping) else ():
                listed = behind.setdefault("" if group == "*" else _fit(str(group)), [])
                fitted = [ours.get(_fit(str(each)), _fit(str(each))) for each in names]
                listed += [each for each in fitted if each not in listed]
    every = [_fit(str(each)) for each in settings.pop("default_fallbacks", None) or []]
    if every:
        listed = behind.setdefault("", [])
        listed += [ours.get(each, each) for each in every]
    return behind


def _pools(
    objective: str, behind: Mapping[str, list[str]], ours: Mapping[str, str], draft: _Draft
) -> dict[str, dict[str, Any]]:
    """Make a pool of every group with several models; one pool at least."""
    pools: dict[str, dict[str, Any]] = {}
    for group, models in draft.groups.items():
        if len(models) < 2:
            continue
        pool: dict[str, Any] = {"objective": objective, "models": list(models)}
        if objective == "weighted":
            pool["weights"] = dict(models)
        if group in behind:
            pool["fallbacks"] = list(behind[group])
        pools[ours[group]] = pool
    if not pools and draft.models:
        pools["all"] = {"models": list(draft.models)}
    return pools


def _terms(settings: dict[str, Any], router: dict[str, Any], draft: _Draft) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for ours, theirs in _FIGURES.items():
        for name, section in (("litellm_settings", settings), ("router_settings", router)):
            value = section.pop(theirs[name], None) if name in theirs else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                terms[ours] = value
            elif value is not None:
                draft.note(f"{name}.{theirs[name]}", f"{value!r} is not a number; left out.")
    if "retries_per_model" in terms:
        terms["retries_per_model"] = min(int(terms["retries_per_model"]), 10)
    if settings.pop("cache", False):
        terms["cache"] = True
    for key in ("allowed_fails", "cooldown_time", "retry_policy"):
        if router.pop(key, None) is not None:
            draft.note(
                f"router_settings.{key}", "circuit breakers are set by our own rules; not needed."
            )
    return terms


def _keys(general: dict[str, Any], draft: _Draft) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = []
    master = general.pop("master_key", None)
    if master is not None:
        reference = _reference(str(master), "general_settings.master_key", draft)
        keys.append({"name": "master", "key": reference})
    for key in general:
        draft.note(f"general_settings.{key}", "not understood; not taken over.")
    return keys
