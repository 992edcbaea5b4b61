"""The policy file as people write it. Every key is described; unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from policies import ranges
from policies.ranges import Range
from policies.values import (
    Among,
    Count,
    Days,
    Flag,
    Fraction,
    Objective,
    Percent,
    Real,
    Share,
    Span,
    Words,
    Zone,
    parse_zone,
)
from policies.vocabulary import (
    OWN_INTENTS,
    Abilities,
    Cel,
    Emotion,
    Intent,
    IntentGroup,
    Language,
    Modality,
    Needs,
    Pii,
    Slots,
)

__all__ = ["OWN_INTENTS", "ConditionDoc", "PolicyDoc"]

_LETTERS = (
    r"A-Za-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02AF\u0370-\u0373\u0376-\u037D\u0386-\u0482"
    r"\u048A-\u0556\u0561-\u0587\u05D0-\u05EA\u0620-\u064A\u0671-\u06D3\u0900-\u0963\u0980-\u0DF3"
    r"\u0E01-\u0E4E\u10A0-\u10FA\u1E00-\u1FBC\u3005-\u3007\u3041-\u3096\u30A1-\u30FA\u30FC"
    r"\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3"
)
"""Letters and digits of the scripts in use, as ranges that every engine for patterns knows. No signs, no
full-width doubles of plain letters, nothing unseen."""
_NAME = rf"^[{_LETTERS}][{_LETTERS}._/:@-]{{0,99}}$"
Name = Annotated[str, Field(pattern=_NAME)]
_NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": _NAME}
CalledName = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
"""What callers may write as a model: any one line of text."""
Seconds = Annotated[Real, Field(gt=0, le=86_400)]
Amount = Annotated[Range, Among(ranges.ANY_NUMBER)]
Part = Annotated[Range, Among(ranges.SHARE)]
Trend = Annotated[Range, Among(ranges.TREND)]
Size = Annotated[Range, Among(ranges.COUNT)]
Times = Annotated[Range, Among(ranges.COUNT_FROM_ONE)]
Measure = Annotated[Range, Among(ranges.MEASURE)]


class _Doc(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def _has_a_value(cls, value: object, info: ValidationInfo) -> object:
        if value is None:
            name = cls.model_fields[str(info.field_name)].alias or info.field_name
            raise ValueError(f"'{name}' has no value. Write one, or remove the line")
        return value


class HealthDoc(_Doc):
    """How a model, or the best model of a pool, fares just now. Every line given must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    of: Name
    """A pool or a model."""
    available: Flag | None = None
    """Whether it, or any model of the pool, can be called."""
    error_rate: Part | None = None
    first_token_seconds: Measure | None = None
    tokens_per_second: Measure | None = None
    load: Part | None = None

    @model_validator(mode="after")
    def _asks_for_a_figure(self) -> HealthDoc:
        if self.model_fields_set == {"of"}:
            *others, last = [name for name in type(self).model_fields if name != "of"]
            raise ValueError(f"asks nothing of '{self.of}'. Add {', '.join(others)} or {last}")
        return self


class QualityDoc(_Doc):
    """The quality to be expected on this very request."""

    of: Name
    """A pool or a model."""
    range: Annotated[Part, Field(alias="is")]


class ConditionDoc(_Doc):
    """When a rule holds. Every line given must hold; `any`, `all` and `not` combine."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    all_: Annotated[list[ConditionDoc] | None, Field(alias="all", min_length=1)] = None
    """Every one of these holds."""
    any_: Annotated[list[ConditionDoc] | None, Field(alias="any", min_length=1)] = None
    """At least one of these holds."""
    not_: Annotated[ConditionDoc | None, Field(alias="not")] = None
    """This does not hold."""
    intent: Intent | None = None
    """The main intent of the last message."""
    intents: Intent | None = None
    """Any intent found in the last message, not only the main one."""
    intent_group: IntentGroup | None = None
    """consult, complaint, query, handle or other."""
    intent_count: Times | None = None
    """How many intents one message holds."""
    confidence: Part | None = None
    """Probability that the main intent is right."""
    unsure: Flag | None = None
    """The reader could not tell the intent."""
    emotion: Emotion | None = None
    intensity: Part | None = None
    """How strong the emotion is, 0 to 1."""
    emotion_confidence: Part | None = None
    emotion_trend: Trend | None = None
    """Below 0 the mood gets worse over the turns, above 0 better."""
    sarcasm: Part | None = None
    """Probability that praise is meant as blame."""
    language: Language | None = None
    difficulty: Part | None = None
    """Probability that only a strong model answers well."""
    quality: QualityDoc | None = None
    """What quality to expect of a model or pool on this request."""
    tokens: Size | None = None
    """Size of the whole request in tokens."""
    max_output_tokens: Times | None = None
    modality: Modality | None = None
    """text, image, audio, file or video."""
    needs: Needs | None = None
    """What the request needs: tools, vision, audio, video, json_mode, json_schema; `any` or `none`."""
    code: Flag | None = None
    math: Flag | None = None
    long_document: Flag | None = None
    stream: Flag | None = None
    pii: Pii | None = None
    """Kinds of private data found; `any` for some, `none` for none."""
    slots: Slots | None = None
    """Entities found: order_number, phone, date, amount; `any` or `none`."""
    turns: Times | None = None
    """User turns so far."""
    from_context: Flag | None = None
    """The intent was decided by what was said before, not by the last message alone."""
    off_topic: Flag | None = None
    """Nothing that is said to a shop: an exam question, an order to an assistant, a program."""
    reask: Flag | None = None
    """The user says again what they said before."""
    escalation: Flag | None = None
    """The user asks for a person or threatens to complain outside."""
    user: Words | None = None
    """`*` stands for anything: `vip-*`."""
    tier: Words | None = None
    tenant: Words | None = None
    key: Words | None = None
    """Name of the API key."""
    order_number: Words | None = None
    """The order number that came with the request: `*88`."""
    metadata: Annotated[dict[str, Words] | None, Field(min_length=1)] = None
    """Entries of the request's metadata."""
    time: Span | None = None
    """On the policy's clock (`zone`); may run over midnight."""
    weekday: Days | None = None
    budget_left_usd: Amount | None = None
    """What the caller may still spend; never holds for callers without a budget."""
    load: Part | None = None
    """How busy the whole gateway is, 0 to 1."""
    health: HealthDoc | None = None
    cel: Cel | None = None
    """An expression in CEL for what the other lines cannot say."""

    @field_validator("metadata", mode="before")
    @classmethod
    def _asks_for_an_entry(cls, value: object) -> object:
        if value == {}:
            raise ValueError("'metadata' has no entries. Write one, or remove the line")
        return value

    @model_validator(mode="after")
    def _asks_something(self) -> ConditionDoc:
        if not self.model_fields_set:
            raise ValueError("a condition without lines. Leave `when` out for always")
        return self


class HedgeDoc(_Doc):
    """Ask a second model when the first is slow."""

    after_seconds: Seconds | None = None
    """Left out: after the model's own usual slowest time to a first token."""
    max_share: Fraction = 0.05
    """At most this part of all requests."""


class TermsDoc(_Doc):
    """How the call may be made. What is left out is taken from the policy, then the defaults."""

    deadline_seconds: Seconds | None = None
    """For the whole request, every attempt included."""
    connect_seconds: Seconds | None = None
    first_token_seconds: Seconds | None = None
    between_tokens_seconds: Seconds | None = None
    min_tokens_per_second: Real | None = Field(None, ge=0)
    crawl_seconds: Seconds | None = None
    """A stream slower than `min_tokens_per_second` for this long is given up."""
    max_attempts: Count | None = Field(None, ge=1, le=50)
    retries_per_model: Count | None = Field(None, ge=0, le=10)
    on_break: Literal["continue", "error"] | None = None
    """When a stream breaks after it began: go on with the next model, or end with an error."""
    order: Literal["trusted", "proven"] | None = None
    """proven: stream only from wires that number their pieces, and fetch other answers whole before
    they are streamed out; trusted: stream from everybody, and check what is numbered."""
    filtered_elsewhere: Flag | None = None
    """Whether a prompt that one vendor's content filter refused may go to another vendor."""
    hedge: HedgeDoc | None = None
    cache: Flag | None = None
    """Whether equal questions may be answered from the cache."""
    cache_seconds: Real | None = Field(None, gt=0, le=604_800)
    """How long an answer is given again. Left out: as `cache.seconds` of the configuration says."""
    cache_across_users: Flag | None = None
    """Whether equal questions of different users share an answer, within one key and tenant."""


class AgreementDoc(_Doc):
    """Whether a second answer to the same question says the same."""

    with_: Annotated[Name | None, Field(alias="with")] = None
    """The pool or model that answers a second time; left out: the first one again."""
    at_least: Annotated[Real, Field(gt=0, le=1), Percent()] = 0.3
    """How alike the answers must be: the share of words and pairs of words in common."""


_YES: dict[str, Any] = {
    "anyOf": [
        {"const": True},
        {"type": "string", "pattern": "^(?:[Tt][Rr][Uu][Ee]|[Yy][Ee][Ss]|[Oo][Nn])$"},
    ]
}


class JudgeDoc(_Doc):
    """How a first answer is judged. Every judge that is named must be content."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["agreement"]},
                {"required": ["check"]},
                {"properties": {"refusal": _YES}},
            ]
        }
    )

    refusal: Flag = True
    """An answer that says itself that it cannot help is not good enough."""
    agreement: AgreementDoc | None = None
    check: Name | None = None
    """The pool or model that is asked whether the answer is right and complete."""

    @model_validator(mode="after")
    def _judges_something(self) -> JudgeDoc:
        if not (self.refusal or self.agreement or self.check):
            raise ValueError("a cascade without a judge. Add refusal, agreement or check")
        return self


class CascadeDoc(_Doc):
    """The rule's pool answers first; what does not please the judges is answered again."""

    judge: JudgeDoc = JudgeDoc()
    escalate: Name
    """The pool or model that answers when the first answer is not good enough."""
    judge_seconds: Seconds = 5.0
    """How long one judgement may take."""


class DispatcherDoc(_Doc):
    """A small model that is asked what a request is about where our own reader cannot tell."""

    use: Name
    """The pool or model that is asked. It must be able to answer by a JSON schema."""
    when: ConditionDoc | None = None
    """When it is asked; left out: when the reader is unsure."""
    deadline_seconds: Seconds = 1.5
    """Later answers do not count: the reader's own stand."""
    cache_seconds: Real = Field(3_600, ge=0, le=604_800)
    """How long its answer about a text holds; 0 asks every time."""
    confidence: Fraction = 0.75
    """What its word counts for in conditions on `confidence`."""


class PoolDoc(_Doc):
    """Models that can stand in for each other, and how to choose among them."""

    about: str = ""
    models: Annotated[list[Name], Field(min_length=1)]
    objective: Objective = "ordered"
    """best, cheapest, fastest, weighted, or ordered as written."""
    quality_floor: Fraction | None = None
    """Models below this expected quality are not taken from this pool."""
    under_usd: Real | None = Field(None, gt=0)
    """Models whose estimated price for the request is higher are not taken from this pool."""
    weights: dict[Name, Annotated[Real, Field(ge=0, le=1_000_000_000), Percent()]] = {}
    """For `weighted`: how much each model gets, in proportion; 1 when left out. The models of
    `any-local` share its weight."""
    fallbacks: list[Name] | None = None
    """Pools or models that stand behind this pool; behind them the policy's. `[]`: nobody, the
    policy's neither."""


class _Bounds(_Doc):
    must_stay_local: Flag = False
    """Only models that run in this house."""
    region: Words | None = None
    """Only models in one of these regions, or in this house."""
    needs: Abilities | None = None
    """Only models with all of these abilities."""


class ConstraintDoc(_Bounds):
    """A limit for every request that matches, whatever rule fires or model is named."""

    name: Name
    when: ConditionDoc | None = None


RESERVED = ("default", "model")
"""What plans say where no rule of the file decided: the default, and models that callers name."""
RuleName = Annotated[Name, WithJsonSchema({**_NAME_SCHEMA, "not": {"enum": [*RESERVED]}})]


class RuleDoc(_Bounds):
    """Where requests of a kind go. The first rule that holds decides."""

    name: RuleName
    about: str = ""
    when: ConditionDoc | None = None
    """Left out: always."""
    use: Name
    """A pool or a model."""
    prompt: Name | None = None
    fallbacks: list[Name] | None = None
    """Pools or models behind it; behind them the pool's, then the policy's. `[]`: nobody at all."""
    terms: TermsDoc | None = None
    cascade: CascadeDoc | None = None
    """Judge the first answer before it is given out."""


class DefaultDoc(_Bounds):
    """Where everything else goes."""

    use: Name
    prompt: Name | None = None
    fallbacks: list[Name] | None = None
    terms: TermsDoc | None = None
    cascade: CascadeDoc | None = None


class ArmDoc(_Doc):
    """One side of an experiment."""

    share: Share
    """`25%`, or `rest` for what the other arms leave."""
    use: Name | None = None
    """The pool or model this side is sent to; left out: as the rule says."""
    prompt: Name | None = None


class SplitDoc(_Doc):
    """An experiment: the same user always lands on the same side."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["pool"]},
                {"required": ["rules"], "properties": {"rules": {"minItems": 1}}},
            ]
        }
    )

    about: str = ""
    by: Literal["user", "session", "order_number", "order_tail", "tenant", "key"] = "user"
    """What sticks; `order_tail` is the last two digits of the order number."""
    pool: Name | None = None
    """Only requests that a rule sends to this pool."""
    rules: list[Name] | None = None
    """Only requests that these rules decide."""
    layer: Name | None = None
    """Splits of one layer exclude each other: a user is in one of them at most."""
    traffic: Share = None
    """How much of the layer takes part; left out: all that the layer's other splits leave."""
    salt: str = ""
    """Change it to deal the users anew."""
    arms: Annotated[dict[Name, ArmDoc], Field(min_length=2)]


EXPECTED = ("rule", "pool", "goes_to", "prompt", "arm", "stays_local", "refused")
"""What a test may expect; without any of them it would be none."""


class ExpectDoc(_Doc):
    """A test: what is said, who says it, and where it must go. `check` runs it."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [each]} for each in EXPECTED]}
    )

    name: str = ""
    say: str | None = None
    """An utterance for the classifiers to read."""
    signals: dict[str, Any] = {}
    """Signals given outright; they win over what was read from `say`."""
    caller: dict[str, Any] = {}
    at: str | None = None
    """A moment such as 2026-11-21T03:00+08:00."""
    unavailable: list[Name] = []
    """Models that are down in this case."""
    budget_left_usd: Real | None = None
    load: Fraction = 0.0
    model: str = "auto"
    """What the caller asks for."""
    rule: Name | None = None
    pool: Name | None = None
    goes_to: Words | None = None
    """The model that answers, or a list of which it must be one."""
    prompt: str | None = None
    arm: dict[str, str] | None = None
    stays_local: Flag | None = None
    """No model of the whole plan is outside this house."""
    refused: Flag | None = None
    """Nobody may answer."""

    @model_validator(mode="after")
    def _expects_something(self) -> ExpectDoc:
        if self.model_fields_set.isdisjoint(EXPECTED):
            raise ValueError(f"expects nothing. Add one of {', '.join(sorted(EXPECTED))}")
        return self


class PolicyDoc(_Doc):
    """Which model answers which request, and why."""

    name: Name
    about: str = ""
    zone: Zone = "UTC"
    """The clock that rules on time and weekday read: Asia/Shanghai, or +08:00."""
    headroom_tokens: Count = Field(512, ge=0, le=1_000_000)
    """Kept free in a model's window for the shipped prompt and the answer, where both together need no more."""
    answer_tokens: Count = Field(300, ge=1, le=1_000_000)
    """How long an answer is taken to be when prices and times are estimated."""
    terms: TermsDoc | None = None
    dispatcher: DispatcherDoc | None = None
    """Left out: no model is asked before the decision."""
    pools: Annotated[dict[Name, PoolDoc], Field(min_length=1)]
    constraints: list[ConstraintDoc] = []
    rules: list[RuleDoc] = []
    default: DefaultDoc
    fallbacks: list[Name] = []
    """Pools or models behind everybody, after the fallbacks of the rule and of its pool."""
    model_fallbacks: dict[Name, list[Name]] = {}
    """Who stands behind a model that the caller asked for by name."""
    aliases: dict[CalledName, Name] = {}
    """Other names that callers use, for a pool or a model of ours."""
    splits: dict[Name, SplitDoc] = {}
    expect: list[ExpectDoc] = []

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        parse_zone(zone)
        return zone
