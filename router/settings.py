"""What the operator configured: one YAML file, or nothing at all and the environment's keys.

Unknown keys are errors with a suggestion, `${NAME}` takes a value from the environment, and every
problem names its file, its line and its mend.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policies.errors import PolicyFileError
from policies.findings import Finding, did_you_mean
from policies.loader import Located, describe_problems, read_yaml, shipped_policies
from policies.schema import Name
from policies.values import Percent
from router.errors import ConfigError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(_Section):
    """Where the gateway listens, and what it takes."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    max_body_bytes: int = Field(default=20_000_000, ge=1_000)
    shutdown_seconds: Seconds = 30.0
    """How long running answers may go on after a stop was asked for."""
    open: bool = False
    """Serve without keys on an address that other machines reach. Off, because it is rarely meant."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class ProviderEntry(_Section):
    """One account at one vendor, or one server of your own."""

    kind: str
    api_key: str | None = None
    base_url: str | None = None
    region: str | None = None
    is_local: bool | None = None
    """Whether it runs in this house. None: a vendor does not, and at a server of one's own each model says."""
    organization: str = ""
    project: str = ""
    headers: dict[str, str] = {}
    options: dict[str, str] = {}
    """What only this kind knows, such as Anthropic's `version`."""
    connect_seconds: Seconds = 5.0
    max_connections: int = Field(default=512, ge=1, le=10_000)


class DeploymentEntry(_Section):
    """One place where a model can be reached."""

    provider: str
    wire_name: str | None = None
    weight: float = Field(default=1.0, gt=0)


def _exact(value: object) -> object:
    """A number in YAML as the decimal that was written: 0.1 stays a tenth."""
    return str(value) if isinstance(value, float) else value


Part = Annotated[float, Field(ge=0, le=1), Percent()]
"""A part of one, in percent too."""
Price = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0)]


class PriceEntry(_Section):
    """What a model costs per million tokens, for models that the catalog does not know."""

    currency: Literal["USD", "CNY"] = "USD"
    input: Price
    output: Price
    cache_read: Price | None = None
    cache_write: Price | None = None


class ModelEntry(_Section):
    """A model that the catalog does not know, or changes to one that it knows."""

    base_model: str | None = None
    """The catalog's model that this one is under a name of yours; what stands here changes it."""
    provider: str | None = None
    wire_name: str | None = None
    window_tokens: int | None = Field(default=None, ge=256)
    max_output_tokens: int | None = Field(default=None, ge=1)
    abilities: list[str] | None = None
    family: str | None = None
    region: str | None = None
    is_local: bool | None = None
    quality: Part | None = None
    tokens_per_second: float | None = Field(default=None, gt=0)
    first_token_seconds: float | None = Field(default=None, gt=0)
    prices: PriceEntry | None = None
    deployments: list[DeploymentEntry] = []


class KeyEntry(_Section):
    """An API key of this gateway and what it fixes. Give the key itself or its SHA-256."""

    name: Name
    key: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")
    user: str = ""
    tier: str = ""
    tenant: str = ""
    must_stay_local: bool = False
    models: list[str] = []
    budget_usd: Price | None = None
    """What it may spend in each period; keys of one name share it."""
    budget_period: Literal["day", "week", "month"] | None = None


class BudgetEntry(_Section):
    """What each key may spend that says nothing of its own."""

    usd: Price | None = None
    """None: as much as it wants."""
    period: Literal["day", "week", "month"] = "month"
    """Of the calendar, in UTC; a week begins on Monday."""


class PrivacyEntry(_Section):
    """What is masked before anything leaves the house."""

    enabled: bool = True
    actions: dict[str, Literal["mask", "block", "allow"]] = {}
    """Other than the default (`mask`), by kind: phone, id_card, bank_card, email, ..."""
    allow: list[str] = []
    """Exact values that are no secret: your own hotline, your own address."""
    least_confidence: Part = 0.5
    """Findings below this are not private data; lower masks more."""
    vault_seconds: Seconds = 86_400
    """How long a conversation keeps its placeholders after its last request."""
    most_vaults: int = Field(default=100_000, ge=1)


class LedgerEntry(_Section):
    """Where the bill is kept."""

    path: str = "data/pointsman.sqlite3"
    on_failure: Literal["refuse", "serve"] = "refuse"
    synchronous: Literal["normal", "full"] = "normal"


class CacheEntry(_Section):
    """Where answers are kept for equal requests, for rules that say `cache`."""

    enabled: bool = True
    seconds: float = Field(default=3_600.0, gt=0, le=604_800)
    """How long an answer is given again, where the rule does not say."""
    most_entries: int = Field(default=10_000, ge=1)
    most_bytes: int = Field(default=64_000_000, ge=10_000)


class UnderstandingEntry(_Section):
    """How requests are read."""

    weights: str | None = None
    """Folder with heads that `main.py train` wrote. What is not in it is read with the shipped heads."""
    by_word: bool = True
    """Whether a turn that does not say its matter is read by the words of the talk too, in a few milliseconds;
    without, what the heads make of the two messages before it has to do."""


class LocalModelEntry(_Section):
    """One model that runs in this house."""

    model: str = "pointsman-demo"
    """A name of the registry (`main.py models --local`), or the path of a GGUF file of your own."""
    name: str = ""
    """What requests call it; empty: the registry's name, or the file's."""
    slots: int = Field(default=4, ge=1, le=64)
    """Requests that it answers at the same time; further ones wait."""
    window_tokens: int = Field(default=4096, ge=256)
    threads: int | None = Field(default=None, ge=1)
    gpu_layers: int | None = Field(default=None, ge=0)
    """None: as many as fit on a GPU, where there is one."""
    max_waiting: int = Field(default=64, ge=0)
    """Requests that may wait for a slot; further ones go to the plan's next model."""
    engine: Literal["auto", "llama_cpp", "xllamacpp"] = "auto"
    """auto: the compiled engine where it is installed, else the prebuilt one."""

    @property
    def is_file(self) -> bool:
        """Whether `model` is a path and no name."""
        return self.model.endswith(".gguf")


class LocalEntry(_Section):
    """The models that run in this house, through llama.cpp."""

    enabled: bool = True
    models: list[LocalModelEntry] = [LocalModelEntry()]
    folder: str = "models"
    """Where downloaded model files are."""
    warm_up: bool = True
    """Load them at start, so that the first request does not wait."""


class HealthEntry(_Section):
    """How upstreams that rest are looked after."""

    probe_seconds: Seconds | None = None
    """How often deployments behind an open breaker are asked for their list of models, which costs
    nothing; without it the next request after the pause is the probe."""


class StateEntry(_Section):
    """Where several replicas share what they know; in memory without it."""

    redis_url: str | None = None


class PromptEntry(_Section):
    """What is said in your name, and when."""

    mode: Literal["keep", "prepend"] = "keep"
    """`keep`: a caller that sends its own system message is left alone."""
    variables: dict[str, str] = {}
    """What the shipped prompts say about you: company, agent_name."""


class Settings(_Section):
    """The whole configuration."""

    server: ServerSettings = ServerSettings()
    providers: dict[Name, ProviderEntry] = {}
    models: dict[Name, ModelEntry] = {}
    keys: list[KeyEntry] = []
    budget: BudgetEntry = BudgetEntry()
    policy: str = "customer-service"
    """Name of a shipped policy, or path of your own file."""
    prompts: PromptEntry = PromptEntry()
    privacy: PrivacyEntry = PrivacyEntry()
    cache: CacheEntry = CacheEntry()
    understanding: UnderstandingEntry = UnderstandingEntry()
    ledger: LedgerEntry = LedgerEntry()
    local: LocalEntry = LocalEntry()
    health: HealthEntry = HealthEntry()
    state: StateEntry = StateEntry()


def load_settings(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration file, or make one from the environment when there is none.

    Relative paths are in the file's folder, those that it leaves out too, so that every verb finds
    the same files from wherever it is started.

    Raises:
        ConfigError: the file cannot be read or used, or names no policy; one line a problem.
    """
    if path is None:
        return Settings()
    try:
        located = read_yaml(path)
    except PolicyFileError as error:
        raise ConfigError([str(finding) for finding in error.findings]) from error
    problems: list[str] = []
    data = _fill_in(located.data, environ, located, (), problems)
    settings = None
    try:
        settings = Settings.model_validate(data or {})
    except ValidationError as error:
        problems += describe_problems(error, located, Settings)
    if settings is not None:
        written, settings = settings.policy, _anchor(settings, path.parent)
        problems += _miss_policy(written, settings.policy, located)
    if problems or settings is None:
        raise ConfigError(problems)
    return settings


def _anchor(settings: Settings, folder: Path) -> Settings:
    """The settings with every relative path in this folder."""

    def beside(written: str) -> str:
        return str(folder / Path(written).expanduser())

    local, weights = settings.local, settings.understanding.weights
    models = [
        each.model_copy(update={"model": beside(each.model)}) if each.is_file else each
        for each in local.models
    ]
    is_shipped = settings.policy in shipped_policies()
    return settings.model_copy(
        update={
            "policy": settings.policy if is_shipped else beside(settings.policy),
            "ledger": settings.ledger.model_copy(update={"path": beside(settings.ledger.path)}),
            "local": local.model_copy(update={"folder": beside(local.folder), "models": models}),
            "understanding": settings.understanding.model_copy(
                update={"weights": None if weights is None else beside(weights)}
            ),
        }
    )


def _miss_policy(written: str, policy: str, located: Located) -> list[str]:
    """The problem with a policy that is neither shipped nor a file."""
    if written in shipped_policies() or Path(policy).is_file():
        return []
    what = f"'policy' names '{written}', which is neither a shipped policy nor a file"
    finding = Finding(
        severity="error",
        code="no-policy",
        message=f"{what}: there is no {policy}.",
        mend=did_you_mean(written, shipped_policies()),
        file=located.file,
        line=located.line(("policy",)),
    )
    return [str(finding)]


def _fill_in(
    value: Any,
    environ: Mapping[str, str],
    located: Located,
    where: tuple[str | int, ...],
    problems: list[str],
) -> Any:
    if isinstance(value, dict):
        return {k: _fill_in(v, environ, located, (*where, k), problems) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill_in(v, environ, located, (*where, i), problems) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def look_up(match: re.Match[str]) -> str:
        name, default = match.groups()
        found = environ.get(name, default)
        if found is None:
            problems.append(
                f"{located.place(where)}: environment variable {name} is not set. "
                f"Set it, or write ${{{name}:-some default}}."
            )
            return ""
        return found

    return _VARIABLE.sub(look_up, value)
