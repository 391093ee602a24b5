"""Groups the rows of a query by range: buckets, totals and record counts. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shared.metrics.buckets import TimeBucket
from shared.metrics.facts import Measure
from shared.metrics.queries.rows import MetricRow, RangeKind
from shared.metrics.question import MetricQuestion
from shared.runtime.numbers import EXACT

Measures = Mapping[Measure, Decimal]
Join = Callable[[Decimal, Decimal], Decimal]

_EXTREMES: Mapping[Measure, Join] = {
    Measure.LOWEST_AMOUNT: min,
    Measure.HIGHEST_AMOUNT: max,
    Measure.LOWEST_UNITS: min,
    Measure.HIGHEST_UNITS: max,
}


@dataclass(frozen=True)
class Period:
    """The measures of one range, with the number of its records and of those excluded."""

    by_bucket: Mapping[datetime, Measures]
    whole: Measures
    records: int
    excluded: int


class Periods(NamedTuple):
    """The requested range and the one before it with which it is compared."""

    current: Period
    previous: Period


def periods(question: MetricQuestion, rows: Sequence[MetricRow]) -> Periods:
    """Group the rows of a query by range.

    The total of a range is its row without a bucket if there is one, otherwise the sum of its buckets. For stock levels
    it is the last level, and a bucket without records has the level of the bucket before it.
    """
    previous, current = (_of_span(question, rows, span) for span in (RangeKind.PREVIOUS, RangeKind.CURRENT))
    if question.metric.fact.semi_additive:
        opening = next((row.measures for row in rows if row.period is RangeKind.BEFORE), {})
        previous = _carry_forward(previous, question.previous_buckets, opening)
        current = _carry_forward(current, question.buckets, previous.whole)
    return Periods(current, previous)


def _of_span(question: MetricQuestion, rows: Iterable[MetricRow], span: RangeKind) -> Period:
    by_bucket: dict[datetime, Measures] = {}
    whole: Measures | None = None
    excluded = 0
    for row in (row for row in rows if row.period is span):
        if row.bucket is None:
            whole = row.measures
            continue
        by_bucket[row.bucket.replace(tzinfo=None)] = row.measures
        excluded += row.excluded
    counts = question.metric.fact.records
    records = sum(int(measures.get(counts, 0)) for measures in by_bucket.values())
    return Period(by_bucket, add_up(by_bucket.values()) if whole is None else whole, records, excluded)


def add_up(parts: Iterable[Measures]) -> Measures:
    """Aggregate parts that do not overlap."""
    whole: dict[Measure, Decimal] = {}
    for measures in parts:
        for each, value in measures.items():
            whole[each] = _EXTREMES.get(each, EXACT.add)(whole[each], value) if each in whole else value
    return whole


def _carry_forward(found: Period, spine: Iterable[TimeBucket], opening: Measures) -> Period:
    """Carry each level forward to the next bucket that has records."""
    by_bucket: dict[datetime, Measures] = {}
    level = opening
    for bucket in spine:
        level = by_bucket[bucket.name] = found.by_bucket.get(bucket.name, level)
    return Period(by_bucket, level, found.records, found.excluded)
