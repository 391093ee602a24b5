"""Query results of explanations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, TypeAdapter

from shared.athena.pinned_queries import PinnedResult

Sum = Annotated[float, PlainSerializer(lambda number: number if math.isfinite(number) else str(number))]
"""A number that may be infinite, or not a number, where contributions are vast; the cache has it as text then."""


@dataclass(frozen=True, kw_only=True)
class DriverRow:
    """The contributions of one feature, with the counts and totals of the question, which every row repeats.

    `cohort_count` decisions of the cohort have an attribution of the feature: `cohort_sum` is their sum,
    `cohort_magnitude` that of their absolute values, `cohort_variance` their sample variance. `rest_…` are the same of
    the other decisions of the range. `cohort_decisions` and `rest_decisions` have the unit of the row, `all_…` are all
    decisions, `unexplained_…` those without attributions, whose unit is `none`.
    """

    unit: str
    feature: str | None
    cohort_count: int
    cohort_sum: Sum
    cohort_magnitude: Sum
    cohort_variance: Sum
    rest_count: int
    rest_sum: Sum
    rest_variance: Sum
    cohort_decisions: int
    rest_decisions: int
    all_cohort_decisions: int
    all_rest_decisions: int
    unexplained_cohort: int
    unexplained_rest: int
    total_cohort_magnitude: Sum
    total_rest_magnitude: Sum
    total_cohort_sum: Sum
    total_rest_sum: Sum


DRIVER_ROWS: TypeAdapter[PinnedResult[Sequence[DriverRow]]] = TypeAdapter(PinnedResult[Sequence[DriverRow]])
"""Serializes rows for the result cache."""

STORED_DECISIONS: TypeAdapter[PinnedResult[Sequence[dict[str, Any]]]] = TypeAdapter(
    PinnedResult[Sequence[dict[str, Any]]]
)
"""Serializes decisions for the result cache."""

_ROWS: TypeAdapter[Sequence[DriverRow]] = TypeAdapter(Sequence[DriverRow])


def driver_rows(found: Sequence[Mapping[str, Any]]) -> Sequence[DriverRow]:
    """Parse the rows of a result."""
    return _ROWS.validate_python(found)
