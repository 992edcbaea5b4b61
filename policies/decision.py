"""What a decision says: who answers, who stands behind them, on what terms, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """One step of the argument, with the steps below it: printed as a tree."""

    text: str
    holds: bool | None = None
    """True or false for a condition; None for a plain statement."""
    below: tuple[Reason, ...] = ()


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """A model that may answer, with its place in the order."""

    model: str
    score: float | None
    """Higher is better within the pool; None where what it goes by is unknown."""
    why: str
    estimated_usd: str | None = None
    """Estimated price of this request as a decimal text; None when unknown."""


class Rejected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A model that was looked at and may not answer."""

    model: str
    why: str
    rests: bool = False
    """It would answer, and is only left alone just now."""


class Arm(msgspec.Struct, frozen=True):
    """The side of an experiment that the caller was put on."""

    split: str
    name: str
    bucket: float
    """Where the caller's hash fell, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """When to ask a second model as well."""

    after_seconds: float | None = None
    """None: after the primary's own p95 time to first token."""
    max_share: float = 0.05
    """At most this share of requests is hedged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the call may be made: times in seconds, and what to do when a stream breaks."""

    deadline_seconds: float = 120.0
    """For the whole request, every attempt included."""
    connect_seconds: float = 5.0
    first_token_seconds: float = 30.0
    between_tokens_seconds: float = 20.0
    min_tokens_per_second: float = 0.5
    crawl_seconds: float = 20.0
    """A stream slower than `min_tokens_per_second` for this long is given up."""
    max_attempts: int = 6
    """Upstream calls at most, over all models."""
    retries_per_model: int = 2
    on_break: Literal["continue", "error"] = "error"
    """What happens when a stream breaks after its first token."""
    order: Literal["trusted", "proven"] = "trusted"
    """`proven`: a stream is passed on only where the wire numbers its pieces; other answers are
    fetched whole and streamed from here. `trusted`: as they come, checked where there are numbers."""
    filtered_elsewhere: bool = False
    """Whether a prompt that one vendor's content filter refused may go to another vendor."""
    hedge: Hedge | None = None
    cache: bool = False
    """Whether an equal request gets the same answer again."""
    cache_seconds: float | None = None
    """How long an answer is given again; None: as the configuration says."""
    cache_across_users: bool = False
    """Whether equal requests of different users share an answer."""


USUAL_TERMS = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One way to tell whether a first answer is good enough."""

    kind: Literal["refusal", "agreement", "check"]
    """`refusal`: it says itself that it cannot help. `agreement`: a second answer says the same.
    `check`: a model is asked whether it is right and complete."""
    models: tuple[Selected, ...] = ()
    """Who is asked for the judgement, in order; none for `refusal`, and none for an `agreement`
    of the first model with itself."""
    at_least: float = 0.0
    """How alike two answers must be to agree, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Who answers first, who judges, and that the plan's other models stand behind."""

    first: tuple[str, ...]
    """Models of the plan whose answer is held until it is judged."""
    judges: tuple[Judge, ...]
    judge_seconds: float = 5.0
    """How long one judgement may take."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The whole decision about one request."""

    rule: str
    """Name of the rule that fired, or `model` when the caller named a model or pool."""
    pool: str
    primary: Selected
    fallbacks: tuple[Selected, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    reasons: tuple[Reason, ...] = ()
    arms: tuple[Arm, ...] = ()
    prompt: str | None = None
    """Name of the prompt (and version, after `@`) to put before the conversation."""
    terms: Terms = USUAL_TERMS
    must_stay_local: bool = False
    """Only deployments in this house may be called."""
    regions: tuple[str, ...] | None = None
    """Only deployments in one of these regions, or in this house, may be called; None: anywhere."""
    propensity: float = 1.0
    """Probability with which this primary was drawn, for replay."""
    policy: str = ""
    policy_version: str = ""
    """Content hash of the policy that decided."""
    cascade: Cascade | None = None
    """None: the first whole answer is the answer."""

    @property
    def models(self) -> tuple[str, ...]:
        """Names of all models that may be called, in order."""
        return (self.primary.model, *[choice.model for choice in self.fallbacks])


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The whole decision about a request that nobody may answer."""

    refused: str
    """What the caller was told."""
    rule: str
    pool: str
    rejected: tuple[Rejected, ...] = ()
    """Every model that was looked at, with why it may not."""
    reasons: tuple[Reason, ...] = ()
    must_stay_local: bool = False
    policy: str = ""
    policy_version: str = ""


Decision = Plan | Refusal
