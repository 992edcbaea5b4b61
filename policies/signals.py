"""What a decision looks at: the request as understood, the caller, and the world around.

All of it is plain frozen data: a decision made from the same three values is the same decision.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

import msgspec

from policies.prices import Step, Steps

NOTHING: Mapping[str, float] = MappingProxyType({})
NO_TOKENS: Mapping[str, tuple[int, int]] = MappingProxyType({})
NO_PROMPTS: Mapping[str, Mapping[str, tuple[int, int]]] = MappingProxyType({})
NO_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
NO_TEXT: Mapping[str, str] = MappingProxyType({})

INTENT_GROUPS = ("consult", "complaint", "query", "handle", "other")
INTENTS = (
    "order_query",
    "order_modify",
    "logistics",
    "urge",
    "refund",
    "return_exchange",
    "payment",
    "invoice",
    "promotion",
    "account",
    "product_consult",
    "shipping_fee",
    "warranty",
    "complaint",
    "human_agent",
    "smalltalk",
    "other",
)
GROUP_OF: Mapping[str, str] = MappingProxyType(
    {
        "order_query": "query", "logistics": "query", "order_modify": "handle", "urge": "handle",
        "refund": "handle", "return_exchange": "handle", "invoice": "handle", "account": "handle",
        "warranty": "handle", "payment": "consult", "promotion": "consult",
        "product_consult": "consult", "shipping_fee": "consult", "complaint": "complaint",
        "human_agent": "handle", "smalltalk": "other", "other": "other",
    }
)  # fmt: skip
"""The group that the reader gives with each intent; with a label of one's own it gives `other`."""
ANY_LOCAL = "any-local"
"""What a policy writes for every model that runs in this house."""
EMOTIONS = ("negative", "neutral", "positive")
LANGUAGES = ("zh", "en", "mixed", "other", "none")
"""`other`: in another language; `none`: in no language, of numbers, signs, links and placeholders alone."""
MODALITIES = ("text", "image", "audio", "file", "video")
NEEDS = ("tools", "vision", "audio", "video", "json_mode", "json_schema")
"""The abilities that a request can ask of a model."""
ABILITIES = (*NEEDS, "streaming", "reasoning", "prefill", "logprobs", "seed")
"""The abilities that a model can have."""
DEMANDS = (
    "several_answers",
    "forced_call",
    "begun_answer",
    "logprobs",
    "json_schema",
    "missing_schema",
    "image",
    "audio",
    "video",
    "file",
    "file_by_id",
    "plain_data_url",
    "function_role",
    "loose_arguments",
)
"""What a request can ask that some providers do not take, whatever the model is able to do."""
SLOTS = ("order_number", "phone", "date", "amount")
PII_KINDS = (
    "phone",
    "landline",
    "hotline",
    "id_card",
    "bank_card",
    "email",
    "passport",
    "plate",
    "company_code",
    "ip",
    "ssn",
    "national_id",
    "iban",
    "bank_account",
    "secret",
    "account",
    "address",
    "name",
)


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What we understood about one request before any model is chosen."""

    intent: str = "other"
    """The main intent, one of INTENTS; `other` when the reader was unsure."""
    intents: tuple[str, ...] = ()
    """Every intent found in the last user turn, the main one first."""
    intent_group: str = "other"
    intent_confidence: float = 0.0
    """Calibrated probability that `intent` is right."""
    is_unsure: bool = False
    """The reader rejected the text: out of scope, or too close to call."""
    intent_from_context: bool = False
    """What was said before the last user turn decided its intent; the turn alone reads otherwise."""
    is_off_topic: bool = False
    """Nothing that is said to a shop: an exam question, an order to an assistant, a program. With intents of
    one's own, what belongs to none of them."""
    emotion: str = "neutral"
    emotion_intensity: float = 0.0
    """How strong, 0..1; 0 for neutral."""
    emotion_confidence: float = 0.0
    sarcasm: float = 0.0
    """Probability that praise is meant as blame."""
    language: str = "none"
    """zh, en, mixed, other, or none where nothing is said in words."""
    difficulty: float = 0.5
    """Probability that only the strong tier answers well: 0.0 small talk, 1.0 a proof."""
    expected_quality: Mapping[str, float] = msgspec.field(default_factory=lambda: NOTHING)
    """Expected quality 0..1 on this very request, of the models that the policy names. A model that is
    missing here is worth what was learned of it, else what its card and the difficulty say; see
    `scoring.expect_of`."""
    learned_odds: Mapping[str, float] = msgspec.field(default_factory=lambda: NOTHING)
    """Log odds of a good answer to a request with this text at difficulty 0.5, of the models that
    `main.py train --task quality` taught; their cards do not count."""
    learned_slope: float = 0.0
    """How much these odds fall from the easiest request to the hardest."""
    prompt_tokens: int = 0
    """Estimate for the whole request as the caller sent it, tools and history included, as GPT-4o's
    vocabulary has it. A prompt of this house comes on top, see `prompts`."""
    tokens_by_family: Mapping[str, tuple[int, int]] = msgspec.field(
        default_factory=lambda: NO_TOKENS
    )
    """The same by a model's family: about how many, and how many at most; the empty name is any other family."""
    prompts: Mapping[str, Mapping[str, tuple[int, int]]] = msgspec.field(
        default_factory=lambda: NO_PROMPTS
    )
    """What each prompt that the policy names would add, by its name and a model's family: about how many
    tokens, and how many at most. Empty where none goes along, whatever the plan names."""
    max_output_tokens: int | None = None
    """What the caller asked for at most."""
    modalities: frozenset[str] = frozenset({"text"})
    """text, image, audio, file, video."""
    needs: frozenset[str] = frozenset()
    """Abilities that a model must have: tools, vision, audio, json_mode, json_schema, ..."""
    demands: frozenset[str] = frozenset()
    """What it asks that some providers refuse before a call: several_answers, forced_call, ..."""
    has_code: bool = False
    has_math: bool = False
    has_long_document: bool = False
    pii: frozenset[str] = frozenset()
    """Kinds of private data found, masked or not: phone, id_card, bank_card, email, ..."""
    slots: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=lambda: NO_WORDS)
    """Entities by kind: order_number, phone, date, amount; private ones as placeholders. Numbers of orders and
    phones may come from an earlier turn of the talk."""
    turns: int = 1
    """User turns so far, this one included."""
    is_reask: bool = False
    """The user says again what they said before."""
    is_escalation: bool = False
    """The user asks for a person, a manager, or threatens to complain outside, and it was not settled since."""
    emotion_trend: float = 0.0
    """Last turns against earlier ones: below 0 worse, above 0 better; -1..1."""
    is_stream: bool = False
    answers: int = 1
    """How many the caller wants (`n`)."""
    read_by: str = "classifier"
    """Who read intent, mood and difficulty: `classifier`, or `model` after a second opinion."""

    def tokens_for(self, family: str) -> int:
        """About how many tokens the request is for a model of this family."""
        return self._by_family(family)[0]

    def most_tokens_for(self, family: str) -> int:
        """How many it is at most."""
        return self._by_family(family)[1]

    def prompt_tokens_with(self, prompt: str | None) -> int:
        """About how many tokens are sent where the plan names this prompt, as GPT-4o's vocabulary has it."""
        added = self.prompts.get(prompt or "")
        return self.prompt_tokens + (added["o200k"][0] if added and "o200k" in added else 0)

    def _by_family(self, family: str) -> tuple[int, int]:
        told = self.tokens_by_family
        found = told.get(family) or told.get("")
        return found or (self.prompt_tokens, self.prompt_tokens)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. Empty strings where the caller did not say."""

    key_name: str = ""
    user: str = ""
    tier: str = "standard"
    tenant: str = ""
    session: str = ""
    order_number: str = ""
    must_stay_local: bool = False
    """The key's or the request's own wish; no policy can undo it."""
    metadata: Mapping[str, str] = msgspec.field(default_factory=lambda: NO_TEXT)
    """What else the caller told about the request, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHealth:
    """How one model's deployments fare just now."""

    is_available: bool = True
    why: str = ""
    """Why not, in words: "breaker open (12 s left)"."""
    first_token_seconds: float | None = None
    """Moving p50."""
    p95_first_token_seconds: float | None = None
    tokens_per_second: float | None = None
    error_rate: float = 0.0
    load: float = 0.0
    """Share of the concurrency limit that is in use, 0..1."""


HEALTHY = ModelHealth()
NO_REPORTS: Mapping[str, ModelHealth] = MappingProxyType({})


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The world at the moment of a decision."""

    now: datetime.datetime
    """With a time zone; rules on the time of day convert it to the policy's zone."""
    health: Mapping[str, ModelHealth] = msgspec.field(default_factory=lambda: NO_REPORTS)
    """By model name; a missing model counts as healthy. A later report is another mapping."""
    budget_left_usd: Decimal | None = None
    """What the caller may still spend; None: no budget set."""
    load: float = 0.0
    """How busy the whole gateway is, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One deployment of a model, as hard limits see it."""

    name: str
    region: str | None = None
    """None: nobody knows."""
    is_local: bool = False
    prices: Steps | None = None
    """None: they are the model's own, as at every other deployment of it."""
    refuses: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    """Demands of a request that its provider does not take, with why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a decision needs to know of a model: its card without the vendor's wire."""

    name: str
    provider: str
    window_tokens: int
    max_output_tokens: int
    abilities: frozenset[str]
    quality: float
    is_local: bool = False
    """Every deployment of it is in this house."""
    region: str | None = None
    """Where its card says that it is."""
    sites: tuple[Site, ...] = ()
    """Its deployments; hard limits look at these alone. None listed: it is where its card says."""
    family: str = ""
    """Whose vocabulary it reads with; empty where that is not known."""
    is_on: bool = True
    why_off: str = ""
    """Why the model cannot be called at all: "no ANTHROPIC_API_KEY"."""
    is_retired: bool = False
    """Its vendor has stopped it, so that no key turns it on."""
    input_usd_per_million: Decimal | None = None
    """Of a short prompt, at its dearest deployment. None: unknown, which is never the same as zero."""
    output_usd_per_million: Decimal | None = None
    longer_prompts: tuple[Step, ...] = ()
    """What longer prompts cost, by rising size; empty where all cost alike."""
    refuses: Mapping[str, str] = field(default_factory=lambda: NO_TEXT)
    """As a site's; of no account where sites are listed."""
    tokens_per_second: float | None = None
    first_token_seconds: float | None = None
