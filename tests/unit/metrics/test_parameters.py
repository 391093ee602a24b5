"""Which questions may be asked."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Aggregation
from shared.metrics.contract_detection import dialect_of, require_one_contract
from shared.metrics.facts import Dimension
from shared.metrics.parameters import MetricQuery
from shared.runtime.dialects import Dialect
from shared.runtime.errors import InvalidRequest
from tests.unit.metrics.asking import ask, question


def refused(**changes: str | Sequence[str] | None) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        MetricQuery.read(ask(**changes))
    return {error.field: error.message for error in caught.value.field_errors}


def test_omitted_parameters_have_the_contract_defaults() -> None:
    asked = question()

    assert (asked.granularity, asked.aggregation) == (Granularity.DAILY, Aggregation.SUM)
    assert (asked.zone.key, asked.filters, asked.currency, asked.include_comparison) == ("UTC", {}, None, False)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-01-01", datetime(2025, 1, 1, tzinfo=UTC)),
        ("2025-01-01T10:00:00Z", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01t10:00:00z", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01 10:00", datetime(2025, 1, 1, 10, tzinfo=UTC)),
        ("2025-01-01T10:00:00.1239", datetime(2025, 1, 1, 10, 0, 0, 123_000, tzinfo=UTC)),
        ("2025-01-01T10:00:00+02:00", datetime(2025, 1, 1, 8, tzinfo=UTC)),
        ("2025-01-01T10:00:00-05:30", datetime(2025, 1, 1, 15, 30, tzinfo=UTC)),
        ("2025-01-01T10:00:00 02:00", datetime(2025, 1, 1, 8, tzinfo=UTC)),
    ],
)
def test_a_time_without_zone_is_utc_and_a_date_is_midnight(text: str, moment: datetime) -> None:
    assert question(time_range__start=text).start == moment


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "", "2025", "2025-01", "1735689600", "2025-13-01", "2025-02-30", "2025-01-01T25:00:00Z",
        "20250101", "2025-W01-1", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "1899-12-31", "2025-01-01T",
        "\uff12\uff10\uff12\uff15-01-01", "2025-01-01T10:00:00Z\n", "2025-01-01T10:00:00+99:00",
    ],
)  # fmt: skip
def test_an_invalid_time_is_refused(text: str) -> None:
    assert set(refused(time_range__start=text)) == {"time_range.start"}


def test_every_failing_field_is_named_at_once() -> None:
    fields = refused(
        metric_type="turnover",
        time_range__start="yesterday",
        time_range__end=None,
        granularity="minutely",
        aggregation="median",
        include_comparison="perhaps",
        timezone="Mars/Olympus",
        filters__currency="EURO",
        filters__regio="EU",
        filters__channel="",
        granularty="daily",
    )

    assert set(fields) == {
        "metric_type", "time_range.start", "time_range.end", "granularity", "aggregation", "include_comparison",
        "timezone", "filters.currency", "filters.regio", "filters.channel", "granularty",
    }  # fmt: skip


def test_the_bucket_limit_applies_only_to_a_requested_granularity() -> None:
    assert set(refused(granularity="yearly", time_range__start="1950-01-01")) == {"granularity"}


def test_a_range_that_ends_before_it_begins_is_named_beside_other_fields() -> None:
    assert set(refused(granularity="yearly", time_range__end="2024-01-01")) == {"granularity", "time_range"}


def test_an_unknown_filter_lists_the_known_ones() -> None:
    message = refused(filters__country="DE")["filters.country"]

    assert all(name in message for name in (*Dimension, "currency"))


@pytest.mark.parametrize("end", ["2025-01-01", "2024-12-31T23:59:59.999Z"])
def test_a_range_must_begin_before_it_ends(end: str) -> None:
    assert set(refused(time_range__end=end)) == {"time_range"}


def test_a_query_has_at_most_ten_thousand_buckets() -> None:
    assert len(question(granularity="hourly", time_range__end="2026-02-21T16:00:00Z").buckets) == 10_000

    message = refused(granularity="hourly", time_range__end="2026-02-21T16:00:00.001Z")["time_range"]
    assert "10000 hourly" in message


def test_the_widest_range_is_refused_quickly() -> None:
    assert (
        "10000"
        in refused(granularity="hourly", time_range__start="1900-01-01", time_range__end="2200-01-01")["time_range"]
    )


@pytest.mark.parametrize("name", ["metric_type", "granularity", "timezone", "time_range.start", "filters.currency"])
def test_a_field_with_one_value_may_not_be_given_twice(name: str) -> None:
    assert name in refused(**{name: ["a", "a"]})


def test_a_filter_has_at_most_a_hundred_values() -> None:
    assert len(question(filters__region=[f"r{n:03}" for n in range(100)]).filters[Dimension.REGION]) == 100

    assert "at most 100 values, not 101" in refused(filters__region=[f"r{n}" for n in range(101)])["filters.region"]
    assert "not 1000" in refused(filters__region=[f"r{n}" for n in range(1000)])["filters.region"]


def test_equal_filters_give_equal_queries() -> None:
    one = question(filters__region=["US", " EU", "EU"])
    other = question(filters='{"region": ["EU", "US"]}')

    assert one.filters == other.filters == {Dimension.REGION: ("EU", "US")}


@pytest.mark.parametrize("value", ["[1]", "[null]", '[{"a": "b"}]', '[["EU"]]', "true"])
def test_a_filter_accepts_only_texts(value: str) -> None:
    assert set(refused(filters=f'{{"region": {value}}}')) == {"filters.region"}


def test_a_filter_value_too_long_for_athena_is_refused() -> None:
    assert question(filters__region="'" * 500).filters[Dimension.REGION] == ("'" * 500,)

    assert set(refused(filters__region="x" * 501)) == {"filters.region"}


@pytest.mark.parametrize(
    "name", ["../etc/passwd", "America", "posixrules", "right/UTC", "localtime", "", "/etc/localtime", "a\0b"]
)
def test_only_zones_of_the_iana_database_are_time_zones(name: str) -> None:
    assert set(refused(timezone=name)) == {"timezone"}


@pytest.mark.parametrize(
    ("metric_type", "aggregation", "legal"),
    [
        ("average_order_value", "sum", "must be one of avg"),
        ("transactions", "avg", "must be one of count"),
        ("customers", "sum", "must be one of count"),
        ("inventory", "count", "must be one of sum, avg, min, max"),
        ("conversion", "max", "must be one of avg"),
    ],
)
def test_an_invalid_aggregation_lists_the_valid_ones(metric_type: str, aggregation: str, legal: str) -> None:
    assert legal in refused(metric_type=metric_type, aggregation=aggregation)["aggregation"]


@pytest.mark.parametrize("metric_type", METRICS)
def test_every_metric_of_the_contract_is_accepted(metric_type: str) -> None:
    asked = question(metric_type=metric_type)

    assert asked.aggregation is asked.metric.default


@pytest.mark.parametrize(
    ("metric_type", "illegal", "legal"),
    [
        ("inventory", "region", "product_category"),
        ("inventory", "currency", "product_category"),
        ("conversion", "customer_segment", "product_category, region, channel"),
        ("conversion", "currency", "product_category, region, channel"),
    ],
)
def test_a_filter_unsupported_by_a_metric_lists_supported_ones(metric_type: str, illegal: str, legal: str) -> None:
    message = refused(metric_type=metric_type, **{f"filters__{illegal}": "EUR"})[f"filters.{illegal}"]

    assert message == f"is not a filter of {metric_type}; expected one of {legal}"


def test_a_range_that_begins_in_the_future_is_refused_beside_other_fields() -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)

    assert MetricQuery.read(ask(), now=now).start == now
    with pytest.raises(InvalidRequest) as caught:
        MetricQuery.read(ask(time_range__start="2025-01-01T00:00:00.001Z", aggregation="median"), now=now)
    assert {error.field: error.message for error in caught.value.field_errors}.keys() == {"time_range", "aggregation"}


@pytest.mark.parametrize("names", [["metric_type", "startDate"], ["time_range[end]", "endDate"], ["granularity"], []])
def test_a_request_of_both_or_neither_contract_names_both_forms(names: list[str]) -> None:
    with pytest.raises(InvalidRequest, match=r"metric_type and time_range .* startDate and endDate"):
        require_one_contract(names)


@pytest.mark.parametrize("names", [["metric_type"], ["time_range"], ["time_range[start]"], ["time_range.end", "x"]])
def test_a_metric_type_or_time_range_selects_the_commerce_contract(names: list[str]) -> None:
    assert require_one_contract(names) is dialect_of(names) is Dialect.COMMERCE


@pytest.mark.parametrize("names", [["startDate"], ["endDate", "includeLatency"]])
def test_dates_alone_select_the_fraud_contract(names: list[str]) -> None:
    assert require_one_contract(names) is dialect_of(names) is Dialect.FRAUD


def test_chosen_snapshots_are_read_by_table() -> None:
    asked = question(as_of_snapshots="transactions:7341258034, exchange_rates:998877")

    assert asked.as_of == {"transactions": 7341258034, "exchange_rates": 998877}
    assert question().as_of == {}


@pytest.mark.parametrize(
    "text",
    [
        "", "transactions", "transactions:", "transactions:x", ":1", "transactions:-1", "transactions:1.5",
        "transactions:1,", "transactions:1;exchange_rates:2", "transactions:9223372036854775808",
        "transactions:1 FOR VERSION", "transactions:\u0661",
    ],
)  # fmt: skip
def test_snapshots_in_another_form_are_refused(text: str) -> None:
    assert "pairs of table and snapshot id" in refused(as_of_snapshots=text)["as_of_snapshots"]


def test_a_table_has_one_snapshot() -> None:
    assert refused(as_of_snapshots="transactions:1,transactions:2") == {"as_of_snapshots": "must name each table once"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "exchange_rates, transactions"),
        ({"filters__currency": "EUR"}, "transactions"),
        ({"metric_type": "customers"}, "transactions"),
        ({"metric_type": "inventory"}, "inventory"),
        ({"metric_type": "inventory", "filters__product_category": "tea"}, "inventory, products"),
        ({"metric_type": "conversion"}, "events"),
    ],
)
def test_only_tables_that_an_answer_depends_on_have_snapshots_to_choose(changes: dict[str, str], expected: str) -> None:
    message = refused(as_of_snapshots="customers:1", **changes)["as_of_snapshots"]

    assert message.startswith("customers is not a table that")
    assert message.endswith(f"expected one of {expected}")


def test_a_roll_up_has_no_snapshot_to_choose() -> None:
    assert refused(as_of_snapshots="sales_hourly:1").keys() == {"as_of_snapshots"}


def test_a_bare_date_is_midnight_in_the_zone_of_the_question() -> None:
    asked = question(timezone="Europe/Berlin", time_range__start="2025-03-10", time_range__end="2025-04-01")

    assert asked.start == datetime(2025, 3, 9, 23, tzinfo=UTC)
    assert asked.end == datetime(2025, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize("start", ["2025-03-10T00:00:00Z", "2025-03-10T00:00:00", "2025-03-10T01:00:00+01:00"])
def test_a_time_of_day_does_not_depend_on_the_zone_of_the_question(start: str) -> None:
    assert question(timezone="Asia/Tokyo", time_range__start=start, time_range__end="2025-04-01").start == datetime(
        2025, 3, 10, tzinfo=UTC
    )


def test_bare_dates_are_utc_in_an_unknown_zone() -> None:
    assert set(refused(timezone="Mars/Olympus", time_range__start="2025-01-10")) == {"timezone"}
