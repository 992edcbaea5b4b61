"""`main.py costs`."""

from __future__ import annotations

import datetime
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from router.commands.costs_output import Bill, write_csv, write_json, write_table
from router.commands.opening import FAILED, ConfigOption, errors, open_settings
from router.storage.reports import GROUPINGS, Grouping, Question
from router.storage.sqlite_reader import LedgerReader

if TYPE_CHECKING:
    from router.settings import Settings
    from router.steps.records import Pricer, WhatIf

_AGO = re.compile(r"(\d+)([mhdw])")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


class Format(StrEnum):
    """How the report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def costs(
    config: ConfigOption = None,
    by: Annotated[Grouping, typer.Option(help="What a line of the report is.")] = "model",
    since: Annotated[
        str, typer.Option(help="2026-11-01, 2026-11-01T08:00, today, or 7d / 24h / 30m ago; UTC.")
    ] = "",
    until: Annotated[str, typer.Option(help="The same; the moment itself is left out.")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="Only these, such as user=u17; may be given again.")
    ] = None,
    format: Annotated[Format, typer.Option(help="table, csv or json.")] = Format.TABLE,  # noqa: A002 - the option's name
    versus: Annotated[
        str, typer.Option(help="Beside it: what everything would have cost from this model.")
    ] = "",
    ledger: Annotated[
        Path | None, typer.Option(help="A ledger file, instead of the configured one.")
    ] = None,
) -> None:
    """Every upstream call counts: fallbacks, hedges, cancelled streams. An unknown price is shown
    as unknown, never as zero; a model in this house costs 0.

    Exit codes: 0 reported; 1 no ledger, or it cannot be read; 2 the command line is wrong.

    Examples:

        python main.py costs --since 7d

        python main.py costs --by user --where tier=vip --format csv > vip.csv

        python main.py costs --by day --since 2026-11-01 --versus gpt-6-luna
    """
    now = datetime.datetime.now(datetime.UTC)
    question = Question(
        by=by,
        since=_moment(since, now, "--since"),
        until=_moment(until, now, "--until"),
        where=tuple(_condition(text) for text in where or ()),
    )
    settings = open_settings(config)
    reader = LedgerReader(ledger or Path(settings.ledger.path))
    bill = _read(reader, question, settings, versus)
    write = {Format.TABLE: write_table, Format.CSV: write_csv, Format.JSON: write_json}[format]
    write(bill)
    _warn(bill, reader)


def _read(reader: LedgerReader, question: Question, settings: Settings, versus: str) -> Bill:
    from router.storage.errors import LedgerError

    if not reader.path.exists():
        errors.print(
            f"✗ There is no ledger at {reader.path}. It is made when the gateway first serves; "
            "name another one with --ledger or --config.",
            style="red",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(FAILED)
    try:
        report = reader.report(question)
        if not versus:
            return Bill(report, question)
        lines, total = _compare(reader, question, settings, versus)
        return Bill(report, question, versus, lines, total)
    except LedgerError as error:
        errors.print(f"✗ {error.message}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None


def _compare(
    reader: LedgerReader, question: Question, settings: Settings, versus: str
) -> tuple[dict[str, WhatIf], WhatIf]:
    from router.steps.records import WhatIf, what_if

    price = _price_book(settings, versus)
    everything = Question(since=question.since, until=question.until, where=question.where)
    total = what_if(reader, everything, versus, price).get("all", WhatIf())
    return what_if(reader, question, versus, price), total


def _price_book(settings: Settings, versus: str) -> Pricer:
    """Prices as the gateway has them, the configuration's own included."""
    from providers.catalog import ModelNotInCatalogError, load_catalog
    from router.commands.opening import fail_config
    from router.errors import ConfigError
    from router.places import cards_by_place, find_places
    from router.steps.records import PriceBook
    from router.vendors import find_models, find_vendors

    try:
        vendors = find_vendors(settings, os.environ)
        catalog = find_models(load_catalog(), settings, vendors)
        catalog.find(versus)
        places = find_places(catalog, settings, vendors)
    except ModelNotInCatalogError as error:
        raise typer.BadParameter(str(error), param_hint="--versus") from error
    except ConfigError as error:
        fail_config(error)
    return PriceBook(catalog.get, cards_by_place(places))


def _moment(text: str, now: datetime.datetime, option: str) -> float | None:
    """A point in time as Unix seconds; None for an empty text. Times without a zone are UTC."""
    if not text:
        return None
    if text == "today":
        return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    if ago := _AGO.fullmatch(text):
        return now.timestamp() - int(ago[1]) * _SECONDS[ago[2]]
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"'{text}' is no moment. Write 2026-11-01, 2026-11-01T08:00, today, 7d, 24h or 30m.",
            param_hint=option,
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()


def _condition(text: str) -> tuple[Grouping, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in GROUPINGS:
        raise typer.BadParameter(
            f"'{text}' is no condition. Write name=value with one of {', '.join(GROUPINGS)}.",
            param_hint="--where",
        )
    return cast(Grouping, name), value


def _warn(bill: Bill, reader: LedgerReader) -> None:
    unknown, pending = bill.report.total.unknown, reader.pending()
    if unknown:
        errors.print(
            f"! {unknown} upstream calls have no known price and are not in the sums. "
            "Give their models prices (`models.<name>.prices`) and see `--by model`.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    if pending:
        errors.print(
            f"! {pending} journals of a gateway that stopped hard wait beside the ledger; their "
            "rows count as soon as the gateway starts again.",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
