"""Builds the response from query results: buckets without gaps, summary and comparison. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from shared.metrics.buckets import TimeBucket
from shared.metrics.models import ComparisonData, MetricDataPoint, MetricsResponse, MetricSummary
from shared.metrics.numbers import value_of
from shared.metrics.periods import Period, Periods
from shared.metrics.question import MetricQuestion
from shared.runtime.numbers import EXACT, ZERO, mean, percentage
from shared.runtime.query_metadata import QueryMetadata, TimeRange


def build_response(
    question: MetricQuestion, found: Periods, metadata: QueryMetadata, *, currency: str | None
) -> MetricsResponse:
    """Build the response; `currency` is that of its amounts."""
    asked = TimeRange(start=question.start, end=question.end)
    points = _points(question, question.buckets, asked, found.current)
    total, before = _total(question, found.current), _total(question, found.previous)
    change = EXACT.subtract(total, before)
    return MetricsResponse(
        metric_type=question.metric_type,
        time_range=asked,
        granularity=question.granularity,
        currency=currency,
        data=points,
        summary=_summary([point.value for point in points], total, change, percentage(change, before)),
        comparison=_comparison(question, found.previous, change, before) if question.include_comparison else None,
        metadata=metadata,
    )


def _comparison(question: MetricQuestion, previous: Period, change: Decimal, before: Decimal) -> ComparisonData:
    before_it = TimeRange(start=question.previous_start, end=question.start)
    return ComparisonData(
        previous_period=_points(question, question.previous_buckets, before_it, previous),
        variance=change,
        variance_percentage=percentage(change, before),
    )


def _total(question: MetricQuestion, whole: Period) -> Decimal:
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


def _points(
    question: MetricQuestion, spine: Sequence[TimeBucket], within: TimeRange, found: Period
) -> list[MetricDataPoint]:
    points, formula, told_beside = [], question.formula, question.metric.supporting_measures
    for bucket in spine:
        measures = found.by_bucket.get(bucket.name, {})
        value = value_of(formula, measures)
        if value is not None:
            beside = {each: measures.get(each, ZERO) for each in told_beside}
            is_cut = bucket.start < within.start or (bucket is spine[-1] and within.end in question.cut_at)
            point = MetricDataPoint(timestamp=bucket.start, value=value, partial=is_cut, additional_metrics=beside)
            points.append(point)
    return points
