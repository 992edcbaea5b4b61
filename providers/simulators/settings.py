"""How one simulator is set up."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How fast an answer comes. Zero means as fast as possible."""

    first_token_seconds: float = 0.03
    tokens_per_second: float = 200.0


INSTANT = Pacing(first_token_seconds=0.0, tokens_per_second=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a simulator speaks and how."""

    wire: str = "openai"
    name: str = ""
    """Aims directives, as in `[[simulate:NAME/cut]]`; the wire's name works always."""
    pacing: Pacing = field(default_factory=Pacing)
    faults: tuple[str, ...] = ()
    """Faults by rate, such as `cut:5%` or `429=2:10%`."""
    seed: int = 0
    models: tuple[str, ...] = ()
    """Model names known besides the vendor's own families."""
    window_tokens: int | None = None
    """Context window; None for the vendor's usual one."""
    requests_per_minute: int = 1_000_000
    """What the rate-limit headers say, and what is kept."""
    answer_tokens: int | None = None
    """Make each answer exactly so long; None leaves it to the question."""
    announce: bool = False
    """Begin each answer with `[simulated]`."""
    log_size: int = 20_000
    """How many requests the log keeps."""
