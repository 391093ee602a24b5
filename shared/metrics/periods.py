"""What the rows of a query say of each of the two ranges: by bucket, of the whole, and of how many records. Pure."""

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

_EXTREMES: Mapping[Measure, Join] = {Measure.LOWEST_AMOUNT: min, Measure.HIGHEST_AMOUNT: max}


@dataclass(frozen=True)
class Period:
    """What was added up over one range, and the records behind it and left out of it."""

    by_bucket: Mapping[datetime, Measures]
    whole: Measures
    records: int
    excluded: int


class Periods(NamedTuple):
    """The range asked for and the equally long one just before."""

    current: Period
    previous: Period


def periods(question: MetricQuestion, rows: Sequence[MetricRow]) -> Periods:
    """Sort out the rows of a query.

    The whole of a range is what its row without a bucket says, where there is one; else its buckets together; of
    levels it is the last one, and a bucket without records stands where the one before it stood.
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
    return Period(by_bucket, _sum(by_bucket.values()) if whole is None else whole, records, excluded)


def _sum(buckets: Iterable[Measures]) -> Measures:
    """Add up buckets that do not overlap."""
    whole: dict[Measure, Decimal] = {}
    for measures in buckets:
        for each, value in measures.items():
            whole[each] = _EXTREMES.get(each, EXACT.add)(whole[each], value) if each in whole else value
    return whole


def _carry_forward(found: Period, spine: Iterable[TimeBucket], opening: Measures) -> Period:
    """Let every level stand until the next."""
    by_bucket: dict[datetime, Measures] = {}
    level = opening
    for bucket in spine:
        level = by_bucket[bucket.name] = found.by_bucket.get(bucket.name, level)
    return Period(by_bucket, level, found.records, found.excluded)
