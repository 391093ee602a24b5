"""From rows to the answer: buckets laid on the spine of time, summary, comparison. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.metrics.buckets import Bucket
from shared.metrics.catalogue import Measure
from shared.metrics.models import (
    ComparisonData,
    MetricDataPoint,
    MetricsResponse,
    MetricSummary,
    QueryMetadata,
    TimeRange,
)
from shared.metrics.numbers import EXACT, ZERO, mean, percentage, value_of
from shared.metrics.queries import SalesRow
from shared.metrics.question import Question

Measures = Mapping[Measure, Decimal]


@dataclass(frozen=True)
class Period:
    """What was added up over one range: by bucket, over the whole, and how many lines were left out."""

    by_bucket: Mapping[datetime, Measures]
    whole: Measures
    excluded: int

    @property
    def lines(self) -> int:
        """How many lines stand behind it."""
        return int(self.whole.get(Measure.LINES, 0))


def period(rows: Iterable[SalesRow]) -> Period:
    """Gather the rows of one range; the row without a bucket tells the whole, where sums of buckets would not."""
    by_bucket: dict[datetime, Measures] = {}
    whole: Measures | None = None
    excluded = 0
    for row in rows:
        if row.bucket is None:
            whole = _measures(row)
            continue
        by_bucket[row.bucket.replace(tzinfo=None)] = _measures(row)
        excluded += row.excluded or 0
    return Period(by_bucket, _together(by_bucket.values()) if whole is None else whole, excluded)


def _measures(row: SalesRow) -> Measures:
    found = {each: getattr(row, each) for each in Measure}
    return {each: Decimal(value) for each, value in found.items() if value is not None}


def _together(buckets: Iterable[Measures]) -> Measures:
    """Add up buckets that do not overlap."""
    whole: dict[Measure, Decimal] = {}
    for measures in buckets:
        for each, value in measures.items():
            whole[each] = _JOIN[each](whole[each], value) if each in whole else value
    return whole


_JOIN: Mapping[Measure, Callable[[Decimal, Decimal], Decimal]] = {
    Measure.NET_AMOUNT: EXACT.add,
    Measure.LINES: EXACT.add,
    Measure.LOWEST_AMOUNT: min,
    Measure.HIGHEST_AMOUNT: max,
}


def answer(question: Question, current: Period, previous: Period, metadata: QueryMetadata) -> MetricsResponse:
    """Write the answer."""
    points = _points(question, question.buckets, current)
    total, before = _total(question, current), _total(question, previous)
    change = EXACT.subtract(total, before)
    comparison = ComparisonData(
        previous_period=_points(question, question.previous_buckets, previous),
        variance=change,
        variance_percentage=percentage(change, before),
    )
    return MetricsResponse(
        metric_type=question.metric_type,
        time_range=TimeRange(start=question.start, end=question.end),
        granularity=question.granularity,
        data=points,
        summary=_summary([point.value for point in points], total, change, percentage(change, before)),
        comparison=comparison if question.include_comparison else None,
        metadata=metadata,
    )


def _total(question: Question, whole: Period) -> Decimal:
    return value_of(question.formula, whole.whole) or ZERO


def _summary(
    values: Sequence[Decimal], total: Decimal, change: Decimal, change_percentage: Decimal | None
) -> MetricSummary:
    return MetricSummary(
        total=total,
        average=mean(values),
        min=min(values, default=ZERO),
        max=max(values, default=ZERO),
        change_from_previous=change,
        change_percentage=change_percentage,
    )


def _points(question: Question, spine: Sequence[Bucket], found: Period) -> list[MetricDataPoint]:
    points = []
    for bucket in spine:
        measures = found.by_bucket.get(bucket.name, {})
        value = value_of(question.formula, measures)
        if value is not None:
            beside = {each: measures.get(each, ZERO) for each in question.metric.beside}
            points.append(MetricDataPoint(timestamp=bucket.start, value=value, additional_metrics=beside))
    return points
