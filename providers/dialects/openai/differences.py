"""How a vendor that speaks OpenAI's wire differs from OpenAI, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Numbering = Literal["none", "usage", "timings"]
"""What counts the tokens so far in every chunk, once it is asked for: vLLM's and SGLang's `usage`
(`continuous_usage_stats`), llama-server's `timings` (`timings_per_token`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What to say otherwise to this vendor. The defaults are OpenAI itself."""

    path: str = "/chat/completions"
    max_tokens_field: str = "max_completion_tokens"
    sends_stream_options: bool = True
    """Ask for usage in streams. False: the vendor refuses or ignores `stream_options`."""
    knows_developer: bool = True
    """Has the role `developer`; otherwise such messages go as `system`."""
    keeps_reasoning: bool = False
    """Takes `reasoning_content` back in the history."""
    keeps_cache_control: bool = False
    """Takes `cache_control` marks on text parts."""
    content_always: bool = False
    """Wants `content` in every message, as an empty text where there is none."""
    drops: frozenset[str] = frozenset()
    """Top-level fields that it refuses."""
    thinking_switch: str | None = None
    """A boolean field that switches reasoning on or off, instead of `reasoning_effort`."""
    prefix_mark: str | None = None
    """A field that marks a last assistant message as the beginning of the answer."""
    prefix_fields: Mapping[str, bool] = field(default_factory=dict)
    """Top-level fields that say so for the whole request."""
    takes_prefix: bool = False
    """Continues an answer that we begin for it."""
    counts_exactly: bool = False
    """Its usage counts its own tokens, and a piece of text is at least one of them: more pieces
    than tokens means that some came twice. Proxies count with tokenizers of their own."""
    numbering: Numbering = "none"
    """Asked for in every stream, because it shows pieces in another order; "none" where the vendor
    has no such thing, or a proxy counts by itself."""
    constant_id: bool = True
    """Every chunk of one stream carries the same id."""


OPENAI = Differences()
