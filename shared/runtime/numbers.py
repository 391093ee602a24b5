"""Exact decimal arithmetic, and the one place where a number is rounded for JSON."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

ZERO = Decimal(0)
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_PERCENT = Decimal(100)
_EDGE = Decimal("0.0001")
_BEYOND_64_BITS = 2**63


def to_json_number(value: Decimal) -> float:
    """Round half-even to 4 places and write as a JSON number, whole ones without a point.

    Whole numbers beyond 64 bits, which JSON writers refuse, become the nearest float, as fractions do.
    """
    rounded = value.quantize(_EDGE, context=EXACT)
    is_integer = rounded == rounded.to_integral_value() and abs(rounded) < _BEYOND_64_BITS
    return int(rounded) if is_integer else float(rounded)


Number = Annotated[
    Decimal,
    PlainSerializer(to_json_number, return_type=int | float),
    WithJsonSchema({"type": "number"}, mode="serialization"),
]
"""An exact decimal inside, a JSON number of at most 4 places outside."""


def percentage(change: Decimal, base: Decimal) -> Decimal | None:
    """Return a change as a percentage of its base's absolute value; None if the base is 0."""
    return EXACT.divide(EXACT.multiply(change, _PERCENT), EXACT.abs(base)) if base else None


def mean(values: Sequence[Decimal]) -> Decimal:
    """The mean of some values; 0 of none."""
    return EXACT.divide(reduce(EXACT.add, values), Decimal(len(values))) if values else ZERO
