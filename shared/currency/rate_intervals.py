"""Derives exchange rates to the reporting currency from quotes, as a step function of the day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import groupby
from operator import attrgetter

from shared.currency.quotes import Quote
from shared.runtime.errors import InvalidRequest

FOREVER = "9999-12-31"
PLACES = 15
_PLACE = Decimal(1).scaleb(-PLACES)
_EXACTLY = Context(prec=100, rounding=ROUND_HALF_EVEN)
_LARGEST = Decimal(10) ** 9  # the same as for quotes; it keeps sums of converted amounts within 38 digits


class RateNotDerivable(InvalidRequest):
    """Quotes from which no rate can be derived: their bases form a cycle, or a rate is out of range."""


@dataclass(frozen=True, slots=True)
class RateInterval:
    """The rate of a currency over a range of days (`yyyy-MM-dd`), the last exclusive."""

    currency: str
    valid_from: str
    valid_before: str
    rate: Decimal


def derive_intervals(quotes: Iterable[Quote], reporting_currency: str) -> Sequence[RateInterval]:
    """Derive the value of each currency in the reporting currency, ordered by currency and day.

    On each day the latest quote applies, of a currency and of the reporting currency alike. The base of a quote may be
    quoted itself. The rate between two currencies whose bases lead to the same root is the quotient of their rates to
    that root, rounded half-even to 15 decimal places. Without a common root, or before both are quoted, there is no
    rate.

    Raises:
        RateNotDerivable: bases form a cycle, or a rate does not fit 9 digits and 15 decimal places.
    """
    steps = _steps(sorted(quotes, key=attrgetter("day")), reporting_currency)
    found = [span for currency, each in _by_currency(steps).items() for span in _merge_steps(currency, each)]
    return sorted(found, key=lambda span: (span.currency, span.valid_from))


_Worths = Mapping[str, Decimal]
_Step = tuple[str, Decimal | None]


def _steps(quotes: Sequence[Quote], reporting_currency: str) -> Iterator[tuple[str, _Worths]]:
    """Yield for each day with a quote the value of currencies from that day on."""
    known: dict[str, Quote] = {}
    for day, new in groupby(quotes, key=attrgetter("day")):
        known.update({quote.currency: quote for quote in new})
        yield day, _cross_rates(day, known, reporting_currency)


def _cross_rates(day: str, known: Mapping[str, Quote], reporting_currency: str) -> _Worths:
    parities = {currency: _chain_to_root(currency, known) for currency in known}
    parities |= {quote.base: _chain_to_root(quote.base, known) for quote in known.values()}
    if reporting_currency not in parities:
        return {}
    end, units = parities.pop(reporting_currency)
    return {
        currency: _round(day, currency, units, other) for currency, (root, other) in parities.items() if root == end
    }


def _chain_to_root(currency: str, known: Mapping[str, Quote]) -> tuple[str, Decimal]:
    """Follow the bases to the root currency, which has none; return it and the units of the currency per unit of it."""
    units, passed = Decimal(1), {currency}
    while quote := known.get(currency):
        currency, units = quote.base, _EXACTLY.multiply(units, quote.rate)
        if currency in passed:
            circle = ", ".join(sorted(passed))
            raise RateNotDerivable(f"Nothing was loaded: the quotes of {quote.day} form a cycle: {circle}")
        passed.add(currency)
    return currency, units


def _round(day: str, currency: str, units: Decimal, other: Decimal) -> Decimal:
    worth = _EXACTLY.divide(units, other).quantize(_PLACE, context=_EXACTLY)
    if not 0 < worth < _LARGEST:
        raise RateNotDerivable(
            f"Nothing was loaded: on {day} the rate of {currency} would be {worth:e}; check its quotes"
        )
    return worth


def _by_currency(steps: Iterable[tuple[str, _Worths]]) -> Mapping[str, Sequence[_Step]]:
    """Group values by currency; None marks a day from which a currency no longer has a value."""
    found: dict[str, list[_Step]] = {}
    for day, worths in steps:
        for currency in found.keys() | worths.keys():
            found.setdefault(currency, []).append((day, worths.get(currency)))
    return found


def _merge_steps(currency: str, steps: Sequence[_Step]) -> Iterator[RateInterval]:
    changes = [step for place, step in enumerate(steps) if not place or steps[place - 1][1] != step[1]]
    for (day, worth), after in zip(changes, [*changes[1:], (FOREVER, None)], strict=True):
        if worth is not None:
            yield RateInterval(currency, day, after[0], worth)
