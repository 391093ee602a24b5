"""How rows become an answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.metrics.facts import Measure
from shared.metrics.models import MetricDataPoint, MetricsResponse
from shared.metrics.periods import periods
from shared.metrics.queries.rows import MetricRow, RangeKind
from shared.metrics.question import MetricQuestion
from shared.metrics.response import build_response
from shared.runtime.models import Model
from shared.runtime.query_metadata import QueryMetadata
from tests.unit.metrics.asking import question

METADATA = QueryMetadata(
    total_records=0,
    query_time_ms=1,
    cache_hit=False,
    data_freshness=datetime(2025, 1, 1, tzinfo=UTC),
    excluded_records=0,
    provisional=False,
    snapshots={},
)
DAYS = {"time_range__start": "2025-01-03", "time_range__end": "2025-01-05"}


def day(number: int) -> datetime:
    return datetime(2025, 1, number, tzinfo=UTC)


def row(
    bucket: datetime | None, period: RangeKind = RangeKind.CURRENT, *, excluded: int = 0, **told: int | str
) -> MetricRow:
    measures = {Measure(name): Decimal(value) for name, value in told.items()}
    return MetricRow(period=period, bucket=bucket, excluded=excluded, measures=measures)


def written(asked: MetricQuestion, rows: list[MetricRow]) -> MetricsResponse:
    return build_response(asked, periods(asked, rows), METADATA, currency="USD")


def shown(points: Sequence[MetricDataPoint]) -> list[tuple[int, Any]]:
    return [(point.timestamp.day, point.model_dump(mode="json")["value"]) for point in points]


def told(noun: Model, *names: str) -> list[Any]:
    written = noun.model_dump(mode="json")
    return [written[name] for name in names]


def test_an_additive_metric_has_a_point_for_every_bucket() -> None:
    points = written(question(**DAYS), [row(day(4), net_amount="12.5")]).data

    assert shown(points) == [(3, 0), (4, 12.5)]


def test_other_metrics_have_points_only_for_buckets_with_values() -> None:
    points = written(question(**DAYS, aggregation="max"), [row(day(4), highest_amount="7")]).data

    assert shown(points) == [(4, 7)]


def test_the_total_of_an_average_is_recomputed_and_not_the_mean_of_its_buckets() -> None:
    rows = [
        row(day(3), lines=3, net_amount="30"),
        row(day(4), lines=1, net_amount="2"),
    ]

    summary = written(question(**DAYS, aggregation="avg"), rows).summary

    assert told(summary, "total", "average") == [8, 6]


def test_the_total_of_an_extreme_is_the_extreme_of_its_buckets() -> None:
    rows = [row(day(3), lowest_amount="-4"), row(day(4), lowest_amount="3")]

    assert written(question(**DAYS, aggregation="min"), rows).summary.total == -4


def test_the_total_of_orders_is_that_of_the_row_without_a_bucket() -> None:
    asked = question(**DAYS, metric_type="average_order_value")
    rows = [
        row(day(3), net_amount="10", orders=1),
        row(day(4), net_amount="20", orders=1),
        row(None, net_amount="30", orders=1),
    ]

    summary = written(asked, rows).summary

    assert told(summary, "total", "average") == [30, 15]


def test_the_average_minimum_and_maximum_are_of_the_buckets_shown() -> None:
    summary = written(question(**DAYS), [row(day(4), net_amount="12")]).summary

    assert told(summary, "average", "min", "max") == [6, 0, 12]


def test_an_empty_result_is_all_zeros_with_a_null_percentage() -> None:
    summary = written(question(**DAYS, metric_type="average_order_value"), []).summary

    assert summary.model_dump(mode="json") == {
        "total": 0, "average": 0, "min": 0, "max": 0, "change_from_previous": 0, "change_percentage": None,
    }  # fmt: skip


def test_the_change_is_against_the_range_just_before() -> None:
    summary = written(
        question(**DAYS),
        [row(day(4), net_amount="15"), row(day(1), RangeKind.PREVIOUS, net_amount="20")],
    ).summary

    assert told(summary, "change_from_previous", "change_percentage") == [-5, -25]


def test_the_comparison_is_omitted_unless_requested() -> None:
    assert "comparison" not in written(question(**DAYS), []).model_dump(mode="json")


def test_the_comparison_lists_the_buckets_of_the_range_just_before() -> None:
    compared = written(
        question(**DAYS, include_comparison="true"),
        [row(day(4), net_amount="15"), row(day(2), RangeKind.PREVIOUS, net_amount="20")],
    ).comparison

    assert compared is not None
    assert shown(compared.previous_period) == [(1, 0), (2, 20)]
    assert told(compared, "variance", "variance_percentage") == [-5, -25]


def test_records_are_counted_once_despite_the_total_row() -> None:
    rows = [row(day(3), excluded=2, lines=1), row(day(4), excluded=3, lines=6), row(None, excluded=5, lines=7)]

    found = periods(question(**DAYS, metric_type="average_order_value"), rows).current

    assert (found.excluded, found.records) == (5, 7)


def test_customers_are_dense_and_their_total_is_not_a_sum() -> None:
    rows = [row(day(4), customers=2, lines=3), row(None, customers=2, lines=3)]

    answered = written(question(**DAYS, metric_type="customers"), rows)

    assert shown(answered.data) == [(3, 0), (4, 2)]
    assert answered.summary.total == 2


def test_a_level_carries_forward_and_its_total_is_the_last_level() -> None:
    asked = question(metric_type="inventory", time_range__start="2025-01-04", time_range__end="2025-01-07")
    rows = [
        row(None, RangeKind.BEFORE, units=5, product_locations=1, records=9),
        row(day(2), RangeKind.PREVIOUS, units=7, product_locations=2, records=1),
        row(day(5), units=6, product_locations=2, records=4),
    ]

    answered = written(asked, rows)
    found = periods(asked, rows)

    assert shown(answered.data) == [(4, 7), (5, 6), (6, 6)]
    assert told(answered.summary, "total", "change_from_previous") == [6, -1]
    assert (found.current.records, found.previous.records) == (4, 1)


def test_a_level_is_absent_before_the_first_count() -> None:
    asked = question(metric_type="inventory", aggregation="min", include_comparison="true", **DAYS)

    answered = written(asked, [row(day(4), units=6, product_locations=2, lowest_units=0, records=4)])

    assert shown(answered.data) == [(4, 0)]
    assert answered.comparison is not None
    assert answered.comparison.previous_period == []


def test_the_total_of_a_ratio_is_recomputed_from_both_parts() -> None:
    rows = [row(day(3), sessions=1, purchasing_sessions=1, events=4), row(day(4), sessions=9, purchasing_sessions=0)]

    answered = written(question(**DAYS, metric_type="conversion"), rows)

    assert shown(answered.data) == [(3, 1), (4, 0)]
    assert told(answered.summary, "total", "average") == [0.1, 0.5]
