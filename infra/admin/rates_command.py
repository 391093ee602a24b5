"""The commands for reference rates: `./tally rates ...`."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

if TYPE_CHECKING:
    from infra.admin.rates_of_day import RatesOfDay
    from shared.currency.mistakes import WrongRates
    from shared.currency.rates import Loaded

app = typer.Typer(help="Load and show the reference rates for currency conversion.", no_args_is_help=True)

_SHOWN_MISTAKES = 20
_RESOURCE = "exchange_rates"
_RATE_COLUMNS = ("Currency", "Rate", "In")
_QUOTE_COLUMNS = ("Day", "Units", "Currency", "Per", "File", "Loaded (UTC)")
_LOAD_EXAMPLES = "Examples: `./tally rates load eurofxref-hist.zip`, `./tally rates load rates.csv --stage dev`"
_SHOW_EXAMPLES = "Examples: `./tally rates show`, `./tally rates show EUR --on 2025-01-31 --json`"
RatesFile = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="CSV file, plain, .gz or .zip.", show_default=False
    ),
]
CurrencyArgument = Annotated[str | None, typer.Argument(help="ISO 4217 code (default: all).")]
DayOption = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="UTC day (default: today).")]


@app.command(epilog=_LOAD_EXAMPLES)
def load(file: RatesFile, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Load a file of rates, or nothing if it has an error. Its rates replace existing ones of the same days.

    The file is the ECB's table (units per EUR, one column per currency) or has one rate per line under the header
    `date,currency,rate,base`: units of the currency per unit of the base (default: EUR).
    """
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.rates import rates_of  # noqa: PLC0415 - not on the path of --help
    from shared.currency.mistakes import WrongRates  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    rates, by = rates_of(place), Administrator.of(place)
    try:
        loaded = rates.load(file.name, file.read_bytes())
    except WrongRates as wrong:
        for line in mistakes_told(file.name, wrong):
            echo(line, err=True)
        raise typer.Exit(code=1) from wrong
    by.record("rates load", _RESOURCE, before=None, after=asdict(loaded))
    for line in format_result(loaded, place.output("ReportingCurrency")):
        echo(line)


@app.command(epilog=_SHOW_EXAMPLES)
def show(
    currency: CurrencyArgument = None,
    *,
    on: DayOption = None,
    json: JsonOption = False,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Show the rates of a day; exit code 1 if there are none. With a currency, list the quotes that its rate uses."""
    from infra.admin.rates import rates_of  # noqa: PLC0415 - not on the path of --help
    from infra.admin.rates_of_day import RatesOfDay  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    rates, day = rates_of(place), f"{on or datetime.now(UTC):%Y-%m-%d}"
    reporting_currency = place.output("ReportingCurrency")
    if currency == reporting_currency and not json:
        echo(f"{currency} is the reporting currency; amounts in it are not converted.")
        return
    spans = [each for each in rates.on(day) if currency in (None, each.currency)]
    if not spans and currency != reporting_currency:
        echo(_nothing(currency, day), err=True)
        raise typer.Exit(code=1)
    found = RatesOfDay(day=day, reporting_currency=reporting_currency, spans=spans, quotes=rates.quotes())
    if json:
        echo_json(found.document())
    else:
        _echo_tables(found, currency)


def _echo_tables(found: "RatesOfDay", currency: str | None) -> None:
    echo_table(_RATE_COLUMNS, found.rates())
    if currency is not None:
        echo("")
        echo_table(_QUOTE_COLUMNS, found.origins(currency))


def _nothing(currency: str | None, day: str) -> str:
    return f"There is no rate of {currency or 'any currency'} on {day}; load some with `./tally rates load FILE`."


def mistakes_told(file: str, wrong: "WrongRates") -> Iterator[str]:
    """Format the first errors of a file, one per line."""
    yield f"{file}: {wrong.message}."
    yield from (f"  {mistake}" for mistake in wrong.mistakes[:_SHOWN_MISTAKES])
    if (more := len(wrong.mistakes) - _SHOWN_MISTAKES) > 0:
        yield f"  and {more} more"


def format_result(loaded: "Loaded", reporting_currency: str) -> Iterator[str]:
    """Format the result of a load and the available conversions."""
    yield f"{loaded.file}: {loaded.quotes} quotes, {loaded.new} of them new, {loaded.changed} changed."
    if loaded.currencies:
        yield (
            f"{len(loaded.currencies)} currencies are converted to {reporting_currency} from {loaded.first_day} on; "
            f"the latest quotes are from {loaded.last_day}."
        )
    else:
        yield (f"Nothing can be converted to {reporting_currency} yet, because no quote contains {reporting_currency}.")
