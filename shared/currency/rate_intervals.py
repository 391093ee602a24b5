"""What a currency is worth in the reporting currency, from one day to the next: quotes turned into a step function."""

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
_LARGEST = Decimal(10) ** 9  # as a quote: a bound on it keeps sums of converted amounts within 38 digits


class RateNotDerivable(InvalidRequest):
    """Quotes from which no rate follows: they go round in a circle, or what is worth so little that nothing is left."""


@dataclass(frozen=True, slots=True)
class RateInterval:
    """Days on which one unit of a currency is worth the same; days are `yyyy-MM-dd`, the last is not one of them."""

    currency: str
    valid_from: str
    valid_before: str
    rate: Decimal


def derive_intervals(quotes: Iterable[Quote], reporting_currency: str) -> Sequence[RateInterval]:
    """Derive what every currency is worth in the reporting currency, by currency and day.

    On each day the last known quote counts, of a currency and of the reporting currency alike. A quote is in its base,
    which may be quoted itself; two currencies whose bases end in the same one are worth the quotient of what either
    is to it, rounded half-even to 15 places. There is none where they do not, nor before both are known.

    Raises:
        NoSuchWorth: bases go round in a circle, or a rate does not fit into 15 places and 9 digits before them.
    """
    steps = _steps(sorted(quotes, key=attrgetter("day")), reporting_currency)
    found = [span for currency, each in _by_currency(steps).items() for span in _merge_steps(currency, each)]
    return sorted(found, key=lambda span: (span.currency, span.valid_from))


_Worths = Mapping[str, Decimal]
_Step = tuple[str, Decimal | None]


def _steps(quotes: Sequence[Quote], reporting_currency: str) -> Iterator[tuple[str, _Worths]]:
    """Tell for every day with a quote what currencies are worth from then on."""
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
    """Follow the bases to one that has none: so many units of the currency are worth one unit of that."""
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
    """Turn worths by day into steps by currency; a currency that has no worth any more steps to None."""
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
