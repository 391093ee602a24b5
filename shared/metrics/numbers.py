"""Exact decimal arithmetic, rounded in one place: half-even to 4 places when a number leaves the platform."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

from shared.metrics.catalogue import Formula
from shared.metrics.facts import Measure

ZERO = Decimal(0)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_PERCENT = Decimal(100)
_EDGE = Decimal("0.0001")
_BEYOND_64_BITS = 2**63


def at_the_edge(value: Decimal) -> float:
    """Round half-even to 4 places and write as a JSON number, whole ones without a point.

    Whole numbers beyond 64 bits, which JSON writers refuse, become the nearest float, as fractions do.
    """
    rounded = value.quantize(_EDGE, context=EXACT)
    is_integer = rounded == rounded.to_integral_value() and abs(rounded) < _BEYOND_64_BITS
    return int(rounded) if is_integer else float(rounded)


Number = Annotated[
    Decimal,
    PlainSerializer(at_the_edge, return_type=int | float),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
"""An exact decimal inside, a JSON number of at most 4 places outside."""


def value_of(formula: Formula, measures: Mapping[Measure, Decimal]) -> Decimal | None:
    """Compute a metric from what was added up; None where there is nothing to compute it from.

    What is counted or added up is 0 without data. A ratio with a zero denominator, or an extreme of nothing, is None.
    """
    numerator = measures.get(formula.numerator, ZERO if formula.is_zero_without_data else None)
    if numerator is None or formula.denominator is None:
        return numerator
    denominator = measures.get(formula.denominator, ZERO)
    return EXACT.divide(numerator, denominator) if denominator else None


def percentage(change: Decimal, base: Decimal) -> Decimal | None:
    """Tell a change as a percentage of the size of its base; None where the base is 0."""
    return EXACT.divide(EXACT.multiply(change, _PERCENT), EXACT.abs(base)) if base else None


def mean(values: Sequence[Decimal]) -> Decimal:
    """The mean of some values; 0 of none."""
    return EXACT.divide(reduce(EXACT.add, values), Decimal(len(values))) if values else ZERO
