"""One entry of LiteLLM's model_list: the account that is called, the model there, and its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.litellm_report import (
    Report,
    UnusableError,
    kind_of,
    mapping_of,
    number_of,
    price_of,
    text_of,
)
from policies.signals import Candidate


@dataclass(frozen=True, slots=True)
class _Vendor:
    """What one of LiteLLM's prefixes is here."""

    kind: str
    options: tuple[tuple[str, str], ...] = ()
    api_key: str | None = None
    """Written where the entry has none, so that no other vendor's key is sent there."""
    base_variable: str | None = None
    """Where LiteLLM looks for the address when the entry has none."""
    moved_by: tuple[str, ...] = ()
    """Which variables move a vendor with an address of its own elsewhere, the strongest first."""


_OPENAI = _Vendor("openai", moved_by=("OPENAI_BASE_URL", "OPENAI_API_BASE"))
_VENDORS = {
    "openai": _OPENAI,
    "custom_openai": _OPENAI,
    "anthropic": _Vendor("anthropic", moved_by=("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL")),
    "dashscope": _Vendor("dashscope", moved_by=("DASHSCOPE_API_BASE", "DASHSCOPE_BASE_URL")),
    "hosted_vllm": _Vendor(
        "llama_server", (("engine", "vllm"),), "${HOSTED_VLLM_API_KEY:-}", "HOSTED_VLLM_API_BASE"
    ),
    "vllm": _Vendor("llama_server", (("engine", "vllm"),), "${VLLM_API_KEY:-}", "VLLM_API_BASE"),
    "openai_like": _Vendor("openai", (), "${OPENAI_LIKE_API_KEY:-none}", "OPENAI_LIKE_API_BASE"),
    "lm_studio": _Vendor("openai", (), "${LM_STUDIO_API_KEY:-none}", "LM_STUDIO_API_BASE"),
    "llamafile": _Vendor("openai", (), "${LLAMAFILE_API_KEY:-none}", "LLAMAFILE_API_BASE"),
}
_LITELLM = _Vendor("litellm")
_KEYS = {
    "openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "dashscope": "DASHSCOPE_API_KEY",
}  # fmt: skip
"""Where our own clients look for a key that is not given, as LiteLLM's do."""
_KEYS_BY_PREFIX = {
    **{
        name: f"{name.upper()}_API_KEY"
        for name in (
            "azure", "cerebras", "cohere", "deepinfra", "deepseek", "fireworks_ai", "gemini", "groq",
            "mistral", "moonshot", "nvidia_nim", "openrouter", "replicate", "volcengine", "xai",
        )
    },
    "perplexity": "PERPLEXITYAI_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
}  # fmt: skip
"""The same of the package litellm, by the beginning of its names for models."""
_OF_OPENAI = re.compile(r"gpt-|o\d|chatgpt-|codex-|ft:")
_NO_CHAT = re.compile(
    r"(?:^|[-./_])(?:text-embedding|embedding|embed|dall-e|gpt-image|whisper|transcribe|tts|rerank"
    r"|moderation)(?:[-./_:]|$)"
)
_CHAT_MODES = (None, "chat", "completion", "responses")
_PLACES = (
    *("api_version", "region_name", "tenant_id", "client_id", "vertex_project", "vertex_location"),
    *("aws_region_name", "aws_profile_name", "aws_role_name", "aws_session_name"),
    "aws_bedrock_runtime_endpoint",
)
_SECRETS = (
    *("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
    *("vertex_credentials", "client_secret", "azure_ad_token"),
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
_PRICES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
}
_ABILITIES = {
    "supports_vision": ("vision",),
    "supports_function_calling": ("tools",),
    "supports_response_schema": ("json_mode", "json_schema"),
    "supports_audio_input": ("audio",),
    "supports_reasoning": ("reasoning",),
    "supports_assistant_prefill": ("prefill",),
    "supports_native_streaming": ("streaming",),
}
_TAKEN = {"model", "api_key", "api_base", "base_url", "custom_llm_provider", "weight", "order"}
_TAKEN |= {"litellm_credential_name", "organization", "headers", "extra_headers", *_PRICES}
_HINTS = {
    **dict.fromkeys(
        ("rpm", "tpm", "max_parallel_requests"),
        "limits are learned from the vendor's own headers here; where LiteLLM also deals requests "
        "by it, give the deployment a `weight`; not taken over.",
    ),
    **dict.fromkeys(
        ("timeout", "stream_timeout", "max_retries"),
        "times and retries belong to the policy or a rule (`terms`), not to a deployment; not taken over.",
    ),
    **dict.fromkeys(
        ("temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "n"),
        "requests keep what their callers ask for, and get no defaults; not taken over.",
    ),
    **dict.fromkeys(
        ("max_budget", "budget_duration"),
        "budgets of deployments have no counterpart; not taken over.",
    ),
    "tags": "write a rule on `metadata` or `tier` where requests are to be told apart; not taken over.",
    "mock_response": "nothing is made up here: the vendor itself is called; not taken over.",
}
_LEFT_ALONE = "not understood; not taken over."


@dataclass(frozen=True, slots=True)
class Facts:
    """What an entry says of its model; deployments of one model agree in all of it."""

    window_tokens: int | None = None
    max_output_tokens: int | None = None
    has: frozenset[str] = frozenset()
    """Abilities that it is said to have."""
    lacks: frozenset[str] = frozenset()
    prices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One deployment: which model, at which account, for how much of the traffic."""

    base: str
    """The model behind it, by the catalog's name where the catalog knows it."""
    facts: Facts
    provider: str
    wire_name: str
    weight: float | None = None
    """0 where it only stands in for the others."""
    order: float | None = None
    """Its turn in its group: those with a higher one stand in for those with a lower one."""


@dataclass(slots=True)
class Accounts:
    """Every account so far by name, and the credentials that entries may name."""

    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Credentials that an entry named."""
    environment: frozenset[str] = frozenset()
    """Variables that LiteLLM's file itself sets."""

    def name_of(self, entry: dict[str, Any]) -> str:
        """Give the name of an account, adding it when it is a new one."""
        for name, known in self.providers.items():
            if known == entry:
                return name
        kind = entry["kind"]
        count = sum(1 for known in self.providers.values() if known["kind"] == kind)
        name = kind if count == 0 else f"{kind}-{count + 1}"
        self.providers[name] = entry
        return name


def read_entry(
    entry: Any, where: str, accounts: Accounts, known: Mapping[str, Candidate], report: Report
) -> tuple[str, Place] | None:
    """Give an entry's group and deployment; None, and a note, where it cannot be taken over.

    An entry whose account or address cannot be read is left out as a whole: without them its
    requests would go elsewhere.
    """
    try:
        return _read(entry, where, accounts, known, report)
    except UnusableError as problem:
        report.note(problem.where, f"{problem.why}; the deployment was left out.")
        return None


def _read(
    entry: Any, where: str, accounts: Accounts, known: Mapping[str, Candidate], report: Report
) -> tuple[str, Place]:
    if not isinstance(entry, Mapping):
        raise UnusableError(where, f"is {kind_of(entry)}, not a mapping")
    group = text_of(entry.get("model_name"), f"{where}.model_name")
    given = entry.get("litellm_params")
    if group is None or not isinstance(given, Mapping) or not given.get("model"):
        raise UnusableError(where, "has no model_name, or no litellm_params.model")
    inside = f"{where}.litellm_params"
    params = _with_credentials({str(key): each for key, each in given.items()}, inside, accounts)
    info = mapping_of(entry.get("model_info"), f"{where}.model_info", report)
    vendor, wire_name = _vendor_of(group, params, inside, known)
    base = _base(wire_name, info, f"{where}.model_info", known)
    _check_mode(base, info, where)
    weight = _weight(params, inside, report)
    order = read_order(params, inside, report)
    account = _account(vendor, wire_name, params, inside, accounts.environment, report)
    facts = _facts(params, info, where, report)
    for key in entry:
        if key not in ("model_name", "litellm_params", "model_info"):
            report.note(f"{where}.{key}", _LEFT_ALONE)
    for key in params:
        if key not in _TAKEN and not (vendor.kind == "litellm" and key in _PLACES + _SECRETS):
            report.note(f"{inside}.{key}", _HINTS.get(key, _LEFT_ALONE))
    if vendor.kind == "litellm" and base in known and not facts.prices:
        report.note(
            inside,
            f"is billed by the catalog's prices of '{base}'; give input_cost_per_token and "
            "output_cost_per_token where this vendor charges others.",
        )
    return group, Place(base, facts, accounts.name_of(account), wire_name, weight, order)


def _with_credentials(params: dict[str, Any], where: str, accounts: Accounts) -> dict[str, Any]:
    where = f"{where}.litellm_credential_name"
    name = text_of(params.get("litellm_credential_name"), where)
    if name is None:
        return params
    if name not in accounts.credentials:
        raise UnusableError(where, f"'{name}' is not under credential_list")
    accounts.used.add(name)
    return {**accounts.credentials[name], **params}


def _vendor_of(
    group: str, params: Mapping[str, Any], where: str, known: Mapping[str, Candidate]
) -> tuple[_Vendor, str]:
    """Give the vendor of an entry, and what the model is called there."""
    full = text_of(params.get("model"), f"{where}.model") or ""
    if "*" in group or "*" in full:
        why = (
            "is a wildcard, which has no counterpart; write an entry for each name that callers use"
        )
        raise UnusableError(f"{where}.model", why)
    if full.startswith("os.environ/"):
        raise UnusableError(f"{where}.model", "is known only where it runs; write the name itself")
    custom = text_of(params.get("custom_llm_provider"), f"{where}.custom_llm_provider")
    if custom and not full.startswith(f"{custom}/"):
        full = f"{custom}/{full}"
    prefix, slash, rest = full.partition("/")
    if slash and prefix in _VENDORS and rest:
        return _VENDORS[prefix], rest.removeprefix("responses/") or rest
    if slash:
        return _LITELLM, full
    if full.startswith("claude"):
        return _VENDORS["anthropic"], full
    card = known.get(full)
    of_openai = (
        _OF_OPENAI.match(full) or _NO_CHAT.search(full) or (card and card.provider == "openai")
    )
    return (_VENDORS["openai"] if of_openai else _LITELLM), full


def _base(wire_name: str, info: dict[str, Any], where: str, known: Mapping[str, Candidate]) -> str:
    """Give the name of the model behind a deployment: what it is said to be, else its last part."""
    said = text_of(info.pop("base_model", None), f"{where}.base_model")
    name = (said or wire_name).rpartition("/")[2]
    if not name:
        raise UnusableError(where.partition(".")[0], "names no model")
    return known[name].name if name in known else name


def _check_mode(base: str, info: dict[str, Any], where: str) -> None:
    where = f"{where}.model_info.mode"
    mode = text_of(info.pop("mode", None), where)
    if mode not in _CHAT_MODES:
        raise UnusableError(where, f"is '{mode}', and this gateway answers chats only")
    if mode is None and _NO_CHAT.search(base):
        why = f"is missing, and '{base}' looks like no model for chats; write `mode: chat` if it is one"
        raise UnusableError(where, why)


def _weight(params: Mapping[str, Any], where: str, report: Report) -> float | None:
    value = params.get("weight")
    if value is None:
        return None
    where = f"{where}.weight"
    try:
        weight = float(number_of(value, where, 0, 1e9))
    except UnusableError as problem:
        report.note(where, f"{problem.why}; left out, so it counts as 1.")
        return 1.0
    if weight == 0:
        raise UnusableError(where, "is 0, so no requests are meant to go there")
    return weight


def read_order(params: Mapping[str, Any], where: str, report: Report) -> float | None:
    """Give a deployment's turn in its group; None where none is said that can be read."""
    value = params.get("order")
    if value is None:
        return None
    where = f"{where}.order"
    try:
        return float(number_of(value, where, -1e9, 1e9))
    except UnusableError as problem:
        report.note(where, f"{problem.why}; left out, so it comes last in its group.")
        return None


def _account(
    vendor: _Vendor,
    wire_name: str,
    params: Mapping[str, Any],
    where: str,
    environment: frozenset[str],
    report: Report,
) -> dict[str, Any]:
    """Give the account of an entry, as `providers` has it."""
    account: dict[str, Any] = {"kind": vendor.kind}
    bases = [report.plain(params.get(key), f"{where}.{key}") for key in ("api_base", "base_url")]
    base_url = bases[0] or bases[1]
    moving = (each for each in vendor.moved_by if each in environment)
    variable = vendor.base_variable or next(moving, None)
    if base_url is None and variable:
        base_url = report.refer(variable)
    api_key = report.secret(params.get("api_key"), f"{where}.api_key") or vendor.api_key
    if api_key:
        account["api_key"] = api_key
    elif usual := _usual_key(vendor, wire_name, params):
        report.refer(usual)  # read by the client itself, as by LiteLLM
    if base_url:
        account["base_url"] = base_url
    organization = report.plain(params.get("organization"), f"{where}.organization")
    if organization and vendor.kind == "openai":
        account["organization"] = organization
    elif organization:
        report.note(f"{where}.organization", "only kind openai has one; not taken over.")
    headers = _headers(params, where, report)
    if headers:
        account["headers"] = headers
    options = dict(vendor.options)
    if vendor.kind == "litellm":
        options |= _options(params, where, report)
    if options:
        account["options"] = options
    return account


def _usual_key(vendor: _Vendor, wire_name: str, params: Mapping[str, Any]) -> str:
    """The variable with a vendor's key that is read where nothing is said; empty where none is known."""
    if vendor.kind != "litellm":
        return _KEYS.get(vendor.kind, "")
    return (
        "" if params.keys() & {*_SECRETS} else _KEYS_BY_PREFIX.get(wire_name.partition("/")[0], "")
    )


def _headers(params: Mapping[str, Any], where: str, report: Report) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key in ("headers", "extra_headers"):
        for name, value in mapping_of(params.get(key), f"{where}.{key}", report).items():
            at = f"{where}.{key}.{name}"
            read = report.secret if _SECRET_HEADER.search(name) else report.plain
            text = read(value, at)
            if text is not None:
                headers[name] = text
    return headers


def _options(params: Mapping[str, Any], where: str, report: Report) -> dict[str, str]:
    """Give what decides which region and which account the package litellm calls."""
    read = {
        **{key: report.plain(params.get(key), f"{where}.{key}") for key in _PLACES},
        **{key: report.secret(params.get(key), f"{where}.{key}") for key in _SECRETS},
    }
    return {key: text for key, text in read.items() if text is not None}


def _facts(params: Mapping[str, Any], info: dict[str, Any], where: str, report: Report) -> Facts:
    """Give what is known of the model, and note everything else that `model_info` says."""
    prices = _prices(params, info, where, report)
    inside = f"{where}.model_info"
    window = _count(info, "max_input_tokens", 256, inside, report)
    output = _count(info, "max_output_tokens", 1, inside, report)
    if window is not None and output is None:
        output = _count(info, "max_tokens", 1, inside, report)
    elif output is not None and info.get("max_tokens") == output:
        info.pop("max_tokens")
    has, lacks = _abilities(info, inside, report)
    for key in info:
        message = _LEFT_ALONE
        if key == "max_tokens":
            message = (
                "may mean the window or the answer; give max_input_tokens and max_output_tokens."
            )
        report.note(f"{inside}.{key}", message)
    return Facts(window, output, has, lacks, prices)


def _count(info: dict[str, Any], key: str, least: int, where: str, report: Report) -> int | None:
    value = info.pop(key, None)
    if value is None:
        return None
    try:
        return int(number_of(value, f"{where}.{key}", least, 1e9))
    except UnusableError as problem:
        report.note(problem.where, f"{problem.why}; left out.")
        return None


def _abilities(
    info: dict[str, Any], where: str, report: Report
) -> tuple[frozenset[str], frozenset[str]]:
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for theirs, ours in _ABILITIES.items():
        value = info.pop(theirs, None)
        if isinstance(value, bool):
            said[value].update(ours)
        elif value is not None:
            report.note(f"{where}.{theirs}", f"is {kind_of(value)}, not a yes or no; left out.")
    return frozenset(said[True]), frozenset(said[False])


def _prices(
    params: Mapping[str, Any], info: dict[str, Any], where: str, report: Report
) -> tuple[tuple[str, str], ...]:
    """Give prices a million tokens; `model_info` has the last word."""
    given = {key: (params.get(key), f"{where}.litellm_params.{key}") for key in _PRICES}
    for key in _PRICES:
        value = info.pop(key, None)
        if value is not None:
            given[key] = (value, f"{where}.model_info.{key}")
    prices: dict[str, str] = {}
    for key, (value, at) in given.items():
        if value is None:
            continue
        try:
            prices[_PRICES[key]] = price_of(value, at)
        except UnusableError as problem:
            report.note(at, f"{problem.why}; prices were left out.")
            return ()
    if prices and not {"input", "output"} <= set(prices):
        report.note(where, "has only a part of the prices; they were left out.")
        return ()
    return tuple(prices.items())
