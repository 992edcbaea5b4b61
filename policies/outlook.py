"""What is expected of every model on one request: how good it is, how fast, and at which price."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policies.scoring import (
    Price,
    estimate_seconds,
    expect_of,
    price_call,
)
from policies.signals import HEALTHY, NO_REPORTS, Candidate, ModelHealth, Signals

Prices = dict[str, Price]
"""By model name, of calls of one size."""


def know_no_prices(input_tokens: int, wanted_tokens: int) -> Prices:
    """Give no price that was worked out before."""
    return {}


class Outlook:
    """Everything is worked out when it is asked for, a price once at most."""

    __slots__ = ("_answer_tokens", "_health", "_known", "_sizes", "_tokens_for", "signals")

    def __init__(
        self,
        signals: Signals,
        answer_tokens: int,
        health: Mapping[str, ModelHealth] = NO_REPORTS,
        known: Callable[[int, int], Prices] = know_no_prices,
        tokens_for: Callable[[str], int] | None = None,
    ) -> None:
        """`answer_tokens` is how long an answer usually is; `known` gives prices that were worked out before;
        `tokens_for` tells how many tokens are sent to a model's family: the caller's own where it is not given."""
        asked = signals.max_output_tokens
        self.signals = signals
        self._answer_tokens = answer_tokens if asked is None else min(asked, answer_tokens)
        self._health = health
        self._known = known
        self._tokens_for = tokens_for or signals.tokens_for
        self._sizes: dict[str, tuple[int, Prices]] = {}

    def quality(self, model: Candidate) -> float:
        """Give how good its answer is expected to be, 0..1."""
        known = self.signals.expected_quality.get(model.name)
        return expect_of(model, self.signals) if known is None else known

    def is_learned(self, model: Candidate) -> bool:
        """Whether its quality was learned from this house's own answers, and is not by the card."""
        return model.name in self.signals.learned_odds

    def health(self, model: Candidate) -> ModelHealth:
        """Give how it fares; one that nobody reported on is healthy."""
        return self._health.get(model.name, HEALTHY)

    def seconds(self, model: Candidate) -> float:
        """Give how long the whole answer would take."""
        return estimate_seconds(model, self.health(model), self._output_tokens(model))

    def price(self, model: Candidate) -> Price:
        """Give what the request would cost there."""
        try:
            tokens, prices = self._sizes[model.family]
        except KeyError:
            tokens = self._tokens_for(model.family)
            prices = self._known(tokens, self._answer_tokens)
            self._sizes[model.family] = tokens, prices
        price = prices.get(model.name)
        if price is None:
            price = prices[model.name] = price_call(model, tokens, self._output_tokens(model))
        return price

    def _output_tokens(self, model: Candidate) -> int:
        """Give how long its answer is taken to be: the usual, or less where a limit says so."""
        wanted, most = self._answer_tokens, model.max_output_tokens
        return wanted if wanted < most else most
