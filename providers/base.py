"""The seam between the house and every vendor."""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from providers.calls import Completion, Deadline, StreamEvent
    from providers.messages import ChatRequest
    from providers.pricing import PriceList


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model's card: what it is called, what it can do, what it costs.

    `abilities` are words of one vocabulary: tools, vision, audio, json_mode, json_schema,
    reasoning, prefill, streaming, logprobs, seed. `quality` is 0..1 on our own scale (docs/providers.md).
    """

    name: str
    provider: str
    wire_name: str
    """What the vendor calls it."""
    window_tokens: int
    max_output_tokens: int
    abilities: frozenset[str] = frozenset({"streaming"})
    family: str = "unknown"
    """Which tokenizer it uses, for counting: o200k, claude, qwen, llama."""
    region: str | None = None
    is_local: bool = False
    """Runs in this house: a request that must stay local may go here."""
    quality: float = 0.5
    tokens_per_second: float | None = None
    first_token_seconds: float | None = None
    retires_on: datetime.date | None = None
    prices: PriceList | None = None
    """None: unknown. A local model's prices are known to be zero unless configured."""
    regional_prices: Mapping[str, PriceList] = field(default_factory=dict)
    """By region, at a vendor that bills by region; empty: it bills alike everywhere."""
    drops: frozenset[str] = field(default_factory=frozenset)
    """Request fields that the vendor refuses for this model, such as temperature."""

    def prices_in(self, region: str | None) -> PriceList | None:
        """What it costs in a region; None where nobody lists it. In an unknown one: as on the card."""
        if region is None or not self.regional_prices:
            return self.prices
        return self.regional_prices.get(region)


class Provider(Protocol):
    """Anything that can answer a chat request.

    Both calls raise the errors of `providers.errors` and nothing else; both stop the upstream call
    when they are cancelled or closed. `stream` yields no event before the upstream's first token
    and ends with `Finished` (and `UsageReport` where the vendor sends one) or raises.
    """

    name: str

    def stream(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> AsyncGenerator[StreamEvent, None]: ...

    async def complete(
        self, model: Model, request: ChatRequest, *, deadline: Deadline
    ) -> Completion: ...

    async def list_models(self) -> list[str]:
        """Names that the vendor offers to our key; used by `doctor` and health probes."""
        ...

    async def close(self) -> None: ...
