"""Keeping the record of a request: every upstream call, its price, and how it all ended."""

from router.steps.records.budgets import Allowance, Budgets, Period, Standing
from router.steps.records.pricing import PriceBook, Priced, Pricer
from router.steps.records.purse import exhausted
from router.steps.records.record import Record, Settled
from router.steps.records.records import Journey, Records, RequestObserver
from router.steps.records.whatif import WhatIf, what_if

__all__ = [
    "Allowance",
    "Budgets",
    "Journey",
    "Period",
    "PriceBook",
    "Priced",
    "Pricer",
    "Record",
    "Records",
    "RequestObserver",
    "Settled",
    "Standing",
    "WhatIf",
    "exhausted",
    "what_if",
]
