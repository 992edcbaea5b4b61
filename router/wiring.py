"""Puts the house together: the only file that names concrete classes.

Read `open_house` downwards: what is built first is what the rest stands on.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from local_models.classifiers.intents import IntentReader
from local_models.errors import LocalModelError
from policies.checking import check_policy
from policies.errors import PolicyFileError
from policies.expectations import Read
from policies.findings import Finding, did_you_mean
from policies.rules import Policy
from policies.signals import Candidate, Signals
from policies.store import PolicyStore
from prompts.library import names as prompt_names
from providers.base import Provider
from providers.catalog import Catalog, CatalogError, load_catalog
from providers.limits import RateLimits
from providers.messages import ChatRequest, Message
from providers.registry import open_provider
from providers.settings import SettingsError
from router.deps import House
from router.errors import ConfigError
from router.in_house import NAME, InHouse, find_in_house, places_in_house
from router.pipeline.gateway import Gateway
from router.places import Place, cards_by_place, find_places, list_candidates
from router.policy_watch import watch_policy
from router.settings import (
    CacheEntry,
    KeyEntry,
    LedgerEntry,
    PrivacyEntry,
    Settings,
    StateEntry,
    UnderstandingEntry,
)
from router.steps.access import ANONYMOUS, Grant, Identity, hash_key
from router.steps.cache import AnswerCache, Shelf, why_off
from router.steps.cascade import Cascade
from router.steps.dispatch import Breakers, Deployment, Deployments, Dispatcher, Prober
from router.steps.planning import Planner
from router.steps.privacy import MemoryVaults, Privacy, PrivacySettings
from router.steps.privacy.settings import DEFAULT_ACTIONS
from router.steps.prompting import Prompting, PromptingSettings
from router.steps.records import Allowance, Budgets, PriceBook, Records
from router.steps.second_opinion import SecondOpinion
from router.steps.understanding import Understanding
from router.storage.errors import LedgerError
from router.storage.ports import LedgerStore
from router.storage.sqlite import SqliteLedger
from router.telemetry.logs import configure_logs
from router.telemetry.metrics import Metrics
from router.telemetry.witness import Witness
from router.vendors import Vendor, VendorStatus, find_models, find_vendors, statuses

_CANDIDATES_SECONDS = 60.0
"""How long a list of candidates holds: a model may retire at midnight."""


@asynccontextmanager
async def open_house(
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    *,
    trusts_caller: bool = False,
    speaks_as: str = "",
    understanding: Understanding | None = None,
) -> AsyncIterator[House]:
    """The whole gateway without its doors; what is open is closed at the end, last opened first.

    `trusts_caller` asks for no key: for the command line, whose user owns the configuration and
    may speak as any of its keys. `understanding` is whoever reads requests where one is open already:
    several houses in one process may share it.

    Raises:
        ConfigError: something in the configuration cannot be used; one line a problem.
    """
    configure_logs(settings.server.log_level)
    async with AsyncExitStack() as stack:
        vendors = find_vendors(settings, environ)
        shipped = _catalog()
        in_house = find_in_house(settings.local, shipped)
        catalog = find_models(shipped.with_models(in_house.models), settings, vendors)
        allowances = _allowances(settings, trusts_caller=trusts_caller)
        places = find_places(catalog, settings, vendors) | places_in_house(in_house, catalog)
        price = PriceBook(catalog.get, cards_by_place(places))
        metrics = Metrics()
        witness = Witness(metrics)
        ledger = _open_ledger(stack, settings.ledger, metrics)
        budgets = _open_budgets(allowances, ledger, metrics)
        limits = _LimitsRelay()
        providers = _open_providers(stack, vendors, limits)
        await _open_in_house(stack, in_house, providers, warm_up=settings.local.warm_up)
        dispatcher = _open_dispatcher(
            stack, settings, _deploy(places, providers, in_house.slots), witness
        )
        limits.listen(dispatcher.on_limits)
        candidates = _Candidates(catalog, places, {**statuses(vendors), NAME: in_house.status})
        understanding = understanding or open_understanding(settings.understanding)
        policies = _open_policies(settings, candidates, understanding)
        metrics.set_policy(policies.current.name, policies.current.version)
        cache = _open_cache(settings.cache, settings.privacy)
        metrics.watch_cache(cache)
        identity = _open_identity(
            settings, policies, trusts_caller=trusts_caller, speaks_as=speaks_as
        )
        gateway = Gateway(
            identity=identity,
            privacy=_privacy(settings.privacy),
            understanding=understanding,
            second_opinion=SecondOpinion(intents=understanding.intents),
            planner=Planner(policies, candidates),
            prompting=_open_prompting(settings, in_house),
            cache=cache,
            dispatcher=dispatcher,
            cascade=Cascade(),
            records=Records(ledger, price, observer=witness, budgets=budgets),
            budgets=budgets,
        )
        watch = asyncio.create_task(watch_policy(policies, metrics))
        stack.callback(watch.cancel)
        yield House(
            settings=settings,
            gateway=gateway,
            identity=identity,
            dispatcher=dispatcher,
            policies=policies,
            metrics=metrics,
            ledger=ledger,
            vendors=[*(vendor.status for vendor in vendors.values()), in_house.status],
            providers=providers,
            candidates=candidates,
        )


async def find_obstacles(settings: Settings, environ: Mapping[str, str] = os.environ) -> list[str]:
    """What would keep the house from opening besides its policy, told without a call and without its ledger.

    Raises:
        ConfigError: the vendors themselves cannot be made out.
    """
    problems: list[str] = []
    vendors = find_vendors(settings, environ)
    async with AsyncExitStack() as stack:
        attempts: list[Callable[[], object]] = [
            partial(_allowances, settings, trusts_caller=False),
            *(partial(_grant, entry) for entry in settings.keys),
            *(
                partial(_open_providers, stack, {name: vendor}, _LimitsRelay())
                for name, vendor in vendors.items()
            ),
        ]
        for attempt in attempts:
            try:
                attempt()
            except ConfigError as error:
                problems += error.problems
    return problems


def _open_identity(
    settings: Settings, policies: PolicyStore, *, trusts_caller: bool, speaks_as: str
) -> Identity:
    def list_aliases() -> Mapping[str, str]:
        return policies.current.aliases

    if not trusts_caller:
        return Identity([_grant(entry) for entry in settings.keys], aliases=list_aliases)
    if not speaks_as:
        return Identity([])
    entry = next((each for each in settings.keys if each.name == speaks_as), None)
    if entry is None:
        mend = did_you_mean(speaks_as, {each.name for each in settings.keys})
        raise ConfigError([f"No key is called '{speaks_as}'. {mend}"])
    return Identity([], anybody=_grant(entry), aliases=list_aliases)


def _open_prompting(settings: Settings, in_house: InHouse) -> Prompting:
    told = settings.prompts.model_dump()
    return Prompting(PromptingSettings(compact_models=in_house.small, **told))


def open_understanding(entry: UnderstandingEntry) -> Understanding:
    """Whoever reads requests: with the user's own heads where there are some.

    Raises:
        ConfigError: the heads cannot be used.
    """
    if entry.weights is None:
        return Understanding(IntentReader(by_word=entry.by_word))
    return Understanding.from_folder(Path(entry.weights), by_word=entry.by_word)


def _catalog() -> Catalog:
    try:
        return load_catalog()
    except CatalogError as error:
        raise ConfigError([str(error)]) from error


def _open_ledger(stack: AsyncExitStack, entry: LedgerEntry, metrics: Metrics) -> LedgerStore:
    try:
        ledger = SqliteLedger(
            Path(entry.path), on_failure=entry.on_failure, synchronous=entry.synchronous
        )
    except LedgerError as error:
        raise ConfigError([error.message]) from error
    stack.callback(ledger.close)
    metrics.watch_ledger(ledger)
    return ledger


def open_reader(entry: PrivacyEntry, understanding: Understanding) -> Read:
    """Whoever reads the utterances of a policy's tests: masked and read as a request would be.

    A kind that may not be sent at all is masked here: there is a rule to find for it all the same.
    """
    actions = {
        kind: "mask" if action == "block" else action for kind, action in entry.actions.items()
    }
    privacy = _privacy(entry.model_copy(update={"actions": actions}))

    def read(text: str) -> Signals:
        request = ChatRequest(model="auto", messages=(Message(role="user", content=text),))
        masked = privacy.mask(request, scope="")
        return understanding.read(masked.request, masked.findings.kinds)

    return read


def _open_policies(
    settings: Settings, candidates: _Candidates, understanding: Understanding
) -> PolicyStore:
    read, intents = open_reader(settings.privacy, understanding), understanding.intents
    private = list_private(settings.privacy)

    def vet(policy: Policy) -> Sequence[Finding]:
        return check_policy(
            policy, candidates(), read=read, prompts=prompt_names(), intents=intents,
            taught=understanding.taught, private=private, callers=list_callers(settings),
            has_budgets=has_budgets(settings),
        )  # fmt: skip

    try:
        return PolicyStore(settings.policy, vet=vet, own_intents=intents)
    except PolicyFileError as error:
        raise ConfigError([str(finding) for finding in error.findings]) from error


def list_callers(settings: Settings) -> dict[str, frozenset[str]]:
    """What policies may ask of a caller and each key fixes, with all that it can be.

    What one key leaves open the request may say, so that it can be anything.
    """
    keys = settings.keys
    known = {"key": frozenset(each.name for each in keys) or frozenset({ANONYMOUS})}
    for name in ("tenant", "tier", "user"):
        fixed = frozenset(getattr(each, name) for each in keys)
        if fixed and "" not in fixed:
            known[name] = fixed
    return known


def has_budgets(settings: Settings) -> bool:
    """Whether what anybody spends is limited, so that a policy may ask what is left."""
    return settings.budget.usd is not None or any(
        each.budget_usd is not None for each in settings.keys
    )


def list_private(entry: PrivacyEntry) -> frozenset[str]:
    """The kinds of private data that policies are told of.

    Raises:
        ConfigError: an action is for a kind that there is not.
    """
    return _privacy_settings(entry).found


def _privacy_settings(entry: PrivacyEntry) -> PrivacySettings:
    return PrivacySettings(
        enabled=entry.enabled,
        actions={**DEFAULT_ACTIONS, **entry.actions},
        allow=frozenset(entry.allow),
        least_confidence=entry.least_confidence,
        vault_seconds=entry.vault_seconds,
        most_vaults=entry.most_vaults,
    )


def _privacy(entry: PrivacyEntry) -> Privacy:
    settings = _privacy_settings(entry)
    vaults = MemoryVaults(ttl_seconds=settings.vault_seconds, most=settings.most_vaults)
    return Privacy(settings, vaults)


def _open_cache(entry: CacheEntry, privacy: PrivacyEntry) -> AnswerCache:
    shelf = Shelf(most_entries=entry.most_entries, most_bytes=entry.most_bytes)
    why = why_off(enabled=entry.enabled, masks=privacy.enabled)
    return AnswerCache(shelf, seconds=entry.seconds, why_off=why)


def _grant(entry: KeyEntry) -> Grant:
    if bool(entry.key) == bool(entry.sha256):
        raise ConfigError([f"keys: '{entry.name}' needs either `key` or `sha256`, and not both."])
    return Grant(
        name=entry.name,
        key_sha256=entry.sha256 or hash_key(entry.key or ""),
        user=entry.user,
        tier=entry.tier,
        tenant=entry.tenant,
        must_stay_local=entry.must_stay_local,
        models=frozenset(entry.models),
    )


def _allowances(settings: Settings, *, trusts_caller: bool) -> dict[str, Allowance]:
    """What each key may spend: its own budget, or what all have that say nothing."""
    usual = settings.budget
    wanted = [(each.name, each.budget_usd, each.budget_period) for each in settings.keys]
    if not (wanted or trusts_caller):
        wanted = [(ANONYMOUS, None, None)]
    found: dict[str, Allowance | None] = {}
    for name, own, period in wanted:
        if period is not None and own is None and usual.usd is None:
            raise ConfigError([f"keys: '{name}' has a `budget_period` and no `budget_usd`."])
        usd = usual.usd if own is None else own
        allowance = None if usd is None else Allowance(usd, period or usual.period)
        if found.setdefault(name, allowance) != allowance:
            raise ConfigError([f"keys: several are called '{name}': give them one budget."])
    return {name: each for name, each in found.items() if each is not None}


def _open_budgets(
    allowances: Mapping[str, Allowance], ledger: LedgerStore, metrics: Metrics
) -> Budgets:
    try:
        budgets = Budgets(allowances, ledger)
    except LedgerError as error:
        raise ConfigError([error.message]) from error
    for name, allowance in allowances.items():
        left = partial(budgets.left, name)
        metrics.watch_budget(name, allowance.period, allowance.usd, left)
    return budgets


class _LimitsRelay:
    """Carries the vendors' rate-limit headers to the dispatcher, which is built after them."""

    def __init__(self) -> None:
        self._listener: Callable[[str, RateLimits], None] | None = None

    def listen(self, listener: Callable[[str, RateLimits], None]) -> None:
        """Tell this one from now on."""
        self._listener = listener

    def __call__(self, provider: str, limits: RateLimits) -> None:
        if self._listener is not None:
            self._listener(provider, limits)


def _open_providers(
    stack: AsyncExitStack, vendors: Mapping[str, Vendor], limits: _LimitsRelay
) -> dict[str, Provider]:
    providers: dict[str, Provider] = {}
    for name, vendor in vendors.items():
        if not vendor.status.is_on:
            continue
        try:
            providers[name] = open_provider(vendor.settings, on_limits=limits)
        except SettingsError as error:
            raise ConfigError([f"providers.{name}: {error}"]) from error
        stack.push_async_callback(providers[name].close)
    return providers


async def _open_in_house(
    stack: AsyncExitStack, in_house: InHouse, providers: dict[str, Provider], *, warm_up: bool
) -> None:
    if not in_house.settings:
        return
    # Imported where it is used: a house without local models starts without their libraries.
    from providers.local import open_local_provider

    local = open_local_provider(*in_house.settings, name=NAME)
    stack.push_async_callback(local.close)
    if warm_up:
        try:
            await local.warm_up()
        except LocalModelError as error:
            raise ConfigError([f"local.models: {error}"]) from error
    providers[NAME] = local


def _open_dispatcher(
    stack: AsyncExitStack, settings: Settings, deployments: Deployments, witness: Witness
) -> Dispatcher:
    dispatcher = Dispatcher(
        deployments=deployments,
        breakers=_open_breakers(stack, settings.state),
        observer=witness,
    )
    stack.push_async_callback(dispatcher.close)
    if settings.health.probe_seconds is not None:
        prober = Prober(dispatcher.resting, every_seconds=settings.health.probe_seconds)
        stack.callback(asyncio.create_task(prober.run()).cancel)
    return dispatcher


def _open_breakers(stack: AsyncExitStack, state: StateEntry) -> Breakers:
    if state.redis_url is None:
        return Breakers()
    from router.storage.breakers import RedisBreakerStore, open_redis

    redis = open_redis(state.redis_url)
    stack.push_async_callback(redis.aclose)
    return Breakers(store=RedisBreakerStore(redis))


def _deploy(
    places: Mapping[str, Sequence[Place]],
    providers: Mapping[str, Provider],
    slots: Mapping[str, int],
) -> dict[str, list[Deployment]]:
    return {
        model: [
            Deployment(
                name=place.name,
                model=place.model,
                provider=providers[place.vendor],
                weight=place.weight,
                slots=slots.get(model) if place.vendor == NAME else None,
                refuses=place.refuses,
            )
            for place in several
            if not place.why_off
        ]
        for model, several in places.items()
    }


class _Candidates:
    """The policy's view of the models, made anew now and then: a model may retire at midnight."""

    def __init__(
        self,
        catalog: Catalog,
        places: Mapping[str, Sequence[Place]],
        vendors: Mapping[str, VendorStatus],
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._vendors = vendors
        self._until = 0.0
        self._list: Sequence[Candidate] = ()

    def __call__(self) -> Sequence[Candidate]:
        now = time.monotonic()
        if now >= self._until:
            today = datetime.datetime.now(datetime.UTC).date()
            self._list = list_candidates(self._catalog, self._places, self._vendors, today)
            self._until = now + _CANDIDATES_SECONDS
        return self._list
