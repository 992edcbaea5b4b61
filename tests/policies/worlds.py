"""A small world for policy tests: models as they are sold, callers, and a moment."""

from __future__ import annotations

import datetime
from decimal import Decimal

from policies.decision import Plan
from policies.engine import decide
from policies.loader import parse_policy
from policies.rules import Policy
from policies.signals import Caller, Candidate, Signals, Surroundings

NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=datetime.UTC)  # a Friday
AROUND = Surroundings(now=NOON)
ALL = frozenset({"tools", "vision", "json_mode", "json_schema", "streaming"})
_CARDS = {
    "gpt-6-sol": ("openai", 0.92, "2", "10", "us"),
    "gpt-6.1-terra": ("openai", 0.85, "1", "5", "us"),
    "gpt-6-luna": ("openai", 0.75, "0.1", "0.5", "us"),
    "claude-opus-5-5": ("anthropic", 0.95, "4", "20", "us"),
    "claude-sonnet-5-5": ("anthropic", 0.9, "2", "10", "us"),
    "claude-haiku-5-5": ("anthropic", 0.78, "0.1", "0.5", "us"),
    "qwen3.8-max": ("dashscope", 0.88, "2", "6", "cn"),
    "qwen3.7-plus": ("dashscope", 0.8, "0.4", "1.6", "cn"),
    "qwen3.8-flash": ("dashscope", 0.74, "0.15", "0.47", "cn"),
}


def make_model(name: str, **changes: object) -> Candidate:
    """Give a model with a card of its own; what is not said is middling."""
    values: dict[str, object] = {
        "provider": "somebody",
        "window_tokens": 100_000,
        "max_output_tokens": 8_000,
        "abilities": ALL,
        "quality": 0.7,
        "input_usd_per_million": Decimal(1),
        "output_usd_per_million": Decimal(4),
    }
    return Candidate(name=name, **(values | changes))  # type: ignore[arg-type]


def sold_models(*off_providers: str) -> list[Candidate]:
    """Give the models that the shipped policies name; those of some providers without a key."""
    vendors = [
        make_model(
            name,
            provider=provider,
            quality=quality,
            window_tokens=1_000_000,
            max_output_tokens=65_536,
            input_usd_per_million=Decimal(input_price),
            output_usd_per_million=Decimal(output_price),
            region=region,
            is_on=provider not in off_providers,
            why_off=f"no {provider.upper()}_API_KEY",
        )
        for name, (provider, quality, input_price, output_price, region) in _CARDS.items()
    ]
    local = make_model(
        "pointsman-demo",
        provider="local",
        quality=0.2,
        window_tokens=2_048,
        max_output_tokens=512,
        abilities=frozenset({"streaming", "json_schema"}),
        is_local=True,
        input_usd_per_million=Decimal(0),
        output_usd_per_million=Decimal(0),
    )
    return [*vendors, local]


def plan(
    policy: Policy | str,
    signals: Signals | None = None,
    caller: Caller | None = None,
    *,
    models: list[Candidate] | None = None,
    around: Surroundings = AROUND,
    requested: str = "auto",
    thorough: bool = False,
) -> Plan:
    """Decide in this world."""
    return decide(
        parse_policy(policy) if isinstance(policy, str) else policy,
        signals or Signals(),
        caller or Caller(),
        sold_models() if models is None else models,
        around,
        requested,
        thorough=thorough,
    )
