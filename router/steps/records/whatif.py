"""What the same answers would have cost from another model."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import msgspec

from router.steps.records.pricing import Pricer
from router.storage.reports import Answered, Question


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One group's answered requests at another model's prices."""

    requests: int = 0
    cost_usd: Decimal = Decimal(0)
    unknown: int = 0
    """Requests that could not be priced; they are not in `cost_usd`."""

    def plus(self, usd: Decimal | None) -> WhatIf:
        """One request more."""
        if usd is None:
            return WhatIf(self.requests + 1, self.cost_usd, self.unknown + 1)
        return WhatIf(self.requests + 1, self.cost_usd + usd, self.unknown)


class Answers(Protocol):
    """A ledger, or a reader of one."""

    def answered(self, question: Question) -> Iterator[Answered]: ...


def what_if(ledger: Answers, question: Question, model: str, price: Pricer) -> dict[str, WhatIf]:
    """By group of the question: all answered requests as if `model` had answered each at once.

    The tokens are those that the answering call used, cached ones included, at the prices of the
    day of the request. Failed calls and hedges are left out; another tokenizer or a longer answer
    is not guessed.
    """
    groups: dict[str, WhatIf] = {}
    for answer in ledger.answered(question):
        at = datetime.datetime.fromtimestamp(answer.at, datetime.UTC)
        usage = msgspec.structs.replace(answer.usage, service_tier=None)
        priced = price(model, usage, at)
        usd = None if priced is None else priced.usd
        groups[answer.name] = groups.get(answer.name, WhatIf()).plus(usd)
    return groups
