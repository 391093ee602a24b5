"""The value of a metric, computed exactly from its measures."""

from collections.abc import Mapping
from decimal import Decimal

from shared.metrics.catalogue import Formula
from shared.metrics.facts import Measure
from shared.runtime.numbers import EXACT, ZERO


def value_of(formula: Formula, measures: Mapping[Measure, Decimal]) -> Decimal | None:
    """Compute a metric from its measures; None if it is undefined.

    Counts and sums are 0 without data. A ratio with a zero denominator and an extreme without data are None.
    """
    numerator = measures.get(formula.numerator, ZERO if formula.is_zero_without_data else None)
    if numerator is None or formula.denominator is None:
        return numerator
    denominator = measures.get(formula.denominator, ZERO)
    return EXACT.divide(numerator, denominator) if denominator else None
