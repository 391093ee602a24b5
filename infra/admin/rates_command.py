"""The commands for reference rates: `./tally rates ...`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.admin.audited import Administrator
from infra.admin.rates import rates_of
from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo
from shared.currency.mistakes import WrongRates

if TYPE_CHECKING:
    from shared.currency.quotes import HeldQuote
    from shared.currency.rates import Loaded
    from shared.currency.spans import Span

app = typer.Typer(help="Load and show the reference rates for currency conversion.", no_args_is_help=True)

_SHOWN_MISTAKES = 20
_RESOURCE = "exchange_rates"
_LOAD_EXAMPLES = (
    "Examples: `./tally rates load eurofxref-hist.zip`, "
    "`./tally rates load rates.csv --stage dev`"
)
_SHOW_EXAMPLES = "Examples: `./tally rates show`, `./tally rates show EUR --on 2025-01-31`"
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
    place = Stage.called(stage, directory)
    rates, by = rates_of(place), Administrator.of(place)
    try:
        loaded = rates.load(file.name, file.read_bytes())
    except WrongRates as wrong:
        for line in mistakes_told(file.name, wrong):
            echo(line, err=True)
        raise typer.Exit(code=1) from wrong
    by.record("rates load", _RESOURCE, before=None, after=asdict(loaded))
    for line in told(loaded, place.output("ReportingCurrency")):
        echo(line)


@app.command(epilog=_SHOW_EXAMPLES)
def show(
    currency: CurrencyArgument = None,
    *,
    on: DayOption = None,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Show the rates of a day and the files that they come from; exit code 1 if there are none."""
    place = Stage.called(stage, directory)
    rates, day = rates_of(place), f"{on or datetime.now(UTC):%Y-%m-%d}"
    if currency == place.output("ReportingCurrency"):
        echo(f"{currency} is the reporting currency; amounts in it are not converted.")
        return
    spans = [each for each in rates.on(day) if currency in (None, each.currency)]
    if not spans:
        echo(
            f"There is no rate of {currency or 'any currency'} on {day}; load some with "
            "`./tally rates load FILE`.",
            err=True,
        )
        raise typer.Exit(code=1)
    for line in shown(spans, rates.quotes(), place.output("ReportingCurrency"), day):
        echo(line)


def mistakes_told(file: str, wrong: WrongRates) -> Iterator[str]:
    """Format the first errors of a file, one per line."""
    yield f"{file}: {wrong.message}."
    yield from (f"  {mistake}" for mistake in wrong.mistakes[:_SHOWN_MISTAKES])
    if (more := len(wrong.mistakes) - _SHOWN_MISTAKES) > 0:
        yield f"  and {more} more"


def told(loaded: "Loaded", reporting_currency: str) -> Iterator[str]:
    """Format the result of a load and the available conversions."""
    yield f"{loaded.file}: {loaded.quotes} quotes, {loaded.new} of them new, {loaded.changed} changed."
    if loaded.left_out:
        yield f"Skipped, because records cannot use them: {', '.join(loaded.left_out)}."
    if loaded.currencies:
        yield (
            f"{len(loaded.currencies)} currencies are converted to {reporting_currency} from {loaded.first_day} on; "
            f"the latest quotes are from {loaded.last_day}."
        )
    else:
        yield (f"Nothing can be converted to {reporting_currency} yet, because no quote contains {reporting_currency}.")


def shown(spans: "Sequence[Span]", quotes: "Sequence[HeldQuote]", reporting_currency: str, day: str) -> Iterator[str]:
    """Format the rates of a day and the quotes that they are derived from."""
    known = {each.quote.currency: each for each in quotes if each.quote.day <= day}
    for span in spans:
        yield f"1 {span.currency} = {span.rate.normalize():f} {reporting_currency}"
        if len(spans) == 1:
            yield from _origins(span.currency, reporting_currency, known)


def _origins(currency: str, reporting_currency: str, known: "Mapping[str, HeldQuote]") -> Iterator[str]:
    """Format every quote that a rate is derived from, along the bases of both currencies."""
    path = _path(currency, known)
    ends = () if reporting_currency in path else _path(reporting_currency, known)
    upto = path.index(reporting_currency) if reporting_currency in path else len(path)
    for held in (known[name] for name in (*path[:upto], *ends) if name in known):
        quote, origin = held.quote, held.origin
        yield (
            f"  {quote.day}: 1 {quote.base} = {quote.rate.normalize():f} {quote.currency} "
            f"({origin.file}, loaded {origin.loaded_at:%Y-%m-%d %H:%M} UTC)"
        )


def _path(currency: str, known: "Mapping[str, HeldQuote]") -> Sequence[str]:
    path = [currency]
    while held := known.get(path[-1]):
        path.append(held.quote.base)
    return path
