"""Builds the drivers of a cohort from query results. Pure."""

from collections.abc import Sequence
from dataclasses import astuple

from shared.explanations.facts import DriverRow
from shared.explanations.models import ExcludedDecisions, TopDriver, TopDriversResponse
from shared.explanations.units import Unit
from shared.fraud.cohort_ids import CohortId
from shared.runtime.errors import NotExplainable, NotFound
from shared.statistics.welch import Sample, welch

_CANCELLED = 1e-12
"""Differences whose sum is below this share of all contributions cancel out: the rest is rounding."""

_LARGEST = 1e140
"""Largest sum or variance that is averaged, so that no square exceeds the range of floats."""


def top_drivers(cohort: CohortId, rows: Sequence[DriverRow]) -> TopDriversResponse:
    """Return the drivers of a cohort.

    Args:
        cohort: as its id describes it.
        rows: the most important features, in order; no rows if there are no decisions in the range.

    Raises:
        NotFound: the cohort has no decisions.
        NotExplainable: none of its decisions has attributions, or they are too large to be averaged.
    """
    if not rows or not rows[0].all_cohort_decisions:
        raise NotFound("The cohort has no decisions")
    first = rows[0]
    if first.all_cohort_decisions == first.unexplained_cohort:
        raise NotExplainable("No decision of the cohort was stored with attributions")
    if not all(abs(each) <= _LARGEST for row in rows for each in astuple(row) if isinstance(each, float)):
        raise NotExplainable("The attributions of the cohort are too large to be averaged")
    return TopDriversResponse(
        cohort_id=cohort.encode(),
        top_drivers=[_driver(row) for row in rows],
        dimension=cohort.dimension,
        name=cohort.name,
        start_date=cohort.start,
        end_date=cohort.end,
        unit=Unit(first.unit),
        decisions=first.cohort_decisions,
        rest_decisions=first.rest_decisions,
        excluded=_excluded(first),
    )


def _driver(row: DriverRow) -> TopDriver:
    mean = row.cohort_sum / row.cohort_decisions
    rest = row.rest_sum / row.rest_decisions if row.rest_decisions else None
    difference = None if rest is None else mean - rest
    gap = _gap(row)
    return TopDriver(
        feature=row.feature or "",
        contribution=mean,
        importance=row.cohort_magnitude / row.total_cohort_magnitude if row.total_cohort_magnitude else None,
        rest_contribution=rest,
        difference=difference,
        interval=_interval(row),
        outcome_gap=None if difference is None or gap is None else difference / gap,
    )


def _interval(row: DriverRow) -> tuple[float, float] | None:
    cohort = _with_zeros(row.cohort_decisions, row.cohort_count, row.cohort_sum, row.cohort_variance)
    return welch(cohort, _with_zeros(row.rest_decisions, row.rest_count, row.rest_sum, row.rest_variance))


def _with_zeros(size: int, count: int, total: float, variance: float) -> Sample:
    """Describe values of which only some are known: the others are 0.

    Sums of squares of both parts are added (Chan, Golub and LeVeque 1979, https://doi.org/10.1007/978-3-642-51461-6_3),
    which is exact where the difference of large sums would not be.
    """
    if not size:
        return Sample(size=0, mean=0.0, variance=0.0)
    known = total / count if count else 0.0
    squares = variance * max(count - 1, 0) + known**2 * count * (size - count) / size
    return Sample(size=size, mean=total / size, variance=squares / (size - 1) if size > 1 else 0.0)


def _gap(row: DriverRow) -> float | None:
    """Return the sum of the differences of all features; None if they cancel out or there is nothing to compare."""
    if not row.rest_decisions:
        return None
    gap = row.total_cohort_sum / row.cohort_decisions - row.total_rest_sum / row.rest_decisions
    magnitude = row.total_cohort_magnitude / row.cohort_decisions + row.total_rest_magnitude / row.rest_decisions
    return gap if abs(gap) > _CANCELLED * magnitude else None


def _excluded(row: DriverRow) -> ExcludedDecisions:
    return ExcludedDecisions(
        other_units=row.all_cohort_decisions - row.unexplained_cohort - row.cohort_decisions,
        without_attributions=row.unexplained_cohort,
        rest_other_units=row.all_rest_decisions - row.unexplained_rest - row.rest_decisions,
        rest_without_attributions=row.unexplained_rest,
    )
