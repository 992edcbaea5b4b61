"""The demo's bill: by model, beside everything to the strongest model that the policy knows."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from policies.loader import DEFAULT, load_policy
from providers.catalog import load_catalog
from router.commands.costs_output import Bill, write_table
from router.steps.records import PriceBook, WhatIf, what_if
from router.storage.reports import Question
from router.storage.sqlite_reader import LedgerReader


def print_bill(console: Console, ledger: Path) -> None:
    """Read the ledger and print what was spent, and what the strongest model would have cost."""
    catalog = load_catalog()
    members = {name for names in load_policy(DEFAULT).members.values() for name in names}
    cards = [card for name in members if (card := catalog.get(name)) is not None]
    strongest = max(cards, key=lambda card: (card.quality, card.name)).name
    reader, price = LedgerReader(ledger), PriceBook(catalog.get)
    question = Question(by="model")
    console.print(f"\nThe bill, and what it would have been with everything at {strongest}:")
    write_table(
        Bill(
            reader.report(question),
            question,
            strongest,
            what_if(reader, question, strongest, price),
            what_if(reader, Question(), strongest, price).get("all", WhatIf()),
        )
    )
