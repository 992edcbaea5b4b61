"""Money: an exact amount in the currency that the vendor bills, beside what that is in dollars."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one unit of a currency was worth in US dollars, by the day a rate began to hold."""

    rates: Mapping[str, tuple[tuple[datetime.date, Decimal], ...]] = field(default_factory=dict)

    def in_dollars(self, amount: Decimal, currency: str, day: datetime.date) -> Decimal | None:
        """The amount in US dollars on that day, or None where no rate is known for that day."""
        if currency == "USD":
            return amount
        rows = self.rates.get(currency, ())
        at = bisect_right(rows, day, key=lambda row: row[0])
        return amount * rows[at - 1][1] if at else None


# Book rates, one a year, rounded to whole hundredths of a dollar: good for comparing models in one
# currency. Bills are kept in the vendor's own currency, so these never change what is owed.
BOOK_RATES = Exchange(
    {
        "CNY": (
            (datetime.date(2024, 1, 1), Decimal("0.14")),
            (datetime.date(2026, 1, 1), Decimal("0.14")),
        ),
    }
)


class Money(msgspec.Struct, frozen=True):
    """An exact amount. `usd` is the same in dollars, None where no exchange rate is known."""

    amount: Decimal
    currency: str = "USD"
    usd: Decimal | None = None

    @classmethod
    def of(
        cls,
        amount: Decimal,
        currency: str,
        day: datetime.date,
        exchange: Exchange = BOOK_RATES,
    ) -> Money:
        """That amount, with its worth in dollars on that day."""
        return cls(amount, currency, exchange.in_dollars(amount, currency, day))

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.currency}"
