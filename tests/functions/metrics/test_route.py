"""`GET /analytics/metrics`, request by request."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any

import boto3
import pytest

from functions.metrics.handler import app
from shared.app.wiring import Wiring
from shared.lake.catalog.states import TABLE_STATES
from shared.lake.catalog.tables import LAKE_DATABASE
from shared.ledger.store import SOURCES_TABLE
from shared.metrics.catalogue import METRICS, MetricType
from shared.records.schema import DataType
from tests.functions.metrics import oracle, shop
from tests.functions.metrics.conftest import Client
from tests.functions.metrics.lake import TestLake
from tests.unit.metrics.asking import ask, question

LINES = shop.lines()
_numbers = count()
MARCH = {"time_range.start": "2025-03-01", "time_range.end": "2025-04-01"}


def march(**changes: str | Sequence[str] | None) -> dict[str, list[str]]:
    return ask(**{**MARCH, **changes})


@pytest.fixture
def delivered(wired: Wiring) -> Iterator[datetime]:
    """A source that has delivered up to a moment."""
    moment, dynamodb = datetime(2025, 3, 20, 12, tzinfo=UTC), boto3.client("dynamodb")
    table, key = (
        wired.settings.name_of(SOURCES_TABLE),
        {"source_id": {"S": "till"}, "facet": {"S": "type#transactions"}},
    )
    told = {"watermark": {"S": moment.isoformat()}, "last_ingestion": {"S": wired.clock().isoformat()}}
    dynamodb.put_item(TableName=table, Item={**key, **told})
    yield moment
    dynamodb.delete_item(TableName=table, Key=key)


def test_a_response_has_the_shape_of_the_contract(client: Client) -> None:
    data = client.get(march(include_comparison="true")).data

    shape = ("metric_type", "time_range", "granularity", "currency", "data", "summary", "comparison", "metadata")
    assert tuple(data) == shape
    assert data["time_range"] == {"start": "2025-03-01T00:00:00Z", "end": "2025-04-01T00:00:00Z"}
    assert list(data["summary"]) == ["total", "average", "min", "max", "change_from_previous", "change_percentage"]
    assert list(data["comparison"]) == ["previous_period", "variance", "variance_percentage"]
    assert {"total_records", "query_time_ms", "cache_hit", "data_freshness"} < set(data["metadata"])


def test_a_day_in_march_is_its_own_bucket(client: Client) -> None:
    points = client.get(march()).data["data"]

    assert [point["timestamp"] for point in points] == [f"2025-03-{day:02}T00:00:00Z" for day in range(1, 32)]


@pytest.mark.parametrize(
    "spelled",
    [
        {"time_range[start]": ["2025-03-01"], "time_range[end]": ["2025-04-01"], "filters[region][]": ["EU", "US"]},
        {"time_range.start": ["2025-03-01"], "time_range.end": ["2025-04-01"], "filters.region": ["US", "EU"]},
        {
            "time_range": ['{"start": "2025-03-01", "end": "2025-04-01"}'],
            "filters[region][0]": ["EU"],
            "filters[region][1]": ["US"],
        },
    ],
)
def test_every_spelling_of_a_query_has_the_same_result(client: Client, spelled: dict[str, list[str]]) -> None:
    data = client.get({"metric_type": ["revenue"], **spelled}).data

    asked = question(**MARCH, filters__region=["EU", "US"])
    assert data["summary"]["total"] == float(round(oracle.total(asked, LINES), 4))


@pytest.mark.parametrize("hostile", ["x') OR 1=1 --", "O'Hara", "' OR '1'='1", "EU'; DROP TABLE transactions; --"])
def test_sql_in_a_filter_is_plain_text(client: Client, hostile: str) -> None:
    metadata = client.get(march(filters__region=hostile)).data["metadata"]

    assert metadata["total_records"] == len(oracle.counted(question(**MARCH, filters__region=hostile), LINES))


def test_filters_are_or_within_one_and_and_across_them(client: Client) -> None:
    filters = {"filters.region": ["EU", "US"], "filters.channel": ["web"]}

    metadata = client.get(march(**filters)).data["metadata"]

    found = [line for line in oracle.counted(question(**MARCH), LINES) if line["region"] in ("EU", "US")]
    assert metadata["total_records"] == len([line for line in found if line["channel"] == "web"]) > 0


def test_lines_without_a_rate_are_omitted_and_counted(client: Client) -> None:
    metadata = client.get(march()).data["metadata"]

    assert metadata["excluded_records"] == oracle.excluded(question(**MARCH), LINES) > 0


def test_a_query_in_one_currency_omits_nothing(client: Client) -> None:
    data = client.get(march(filters__currency="EUR")).data

    asked = question(**MARCH, filters__currency="EUR")
    assert data["metadata"]["excluded_records"] == 0
    assert data["summary"]["total"] == float(round(oracle.total(asked, LINES), 4))


@pytest.mark.parametrize(
    ("asked", "currency"),
    [
        ({}, "USD"),
        ({"filters__currency": "EUR"}, "EUR"),
        ({"metric_type": "transactions"}, "USD"),
        ({"metric_type": "customers"}, None),
        ({"metric_type": "inventory"}, None),
    ],
)
def test_amounts_have_a_currency(client: Client, asked: dict[str, str], currency: str | None) -> None:
    assert client.get(march(**asked)).data.get("currency") == currency


def test_the_previous_period_is_equally_long_and_just_before(client: Client) -> None:
    asked = {"time_range.start": "2025-03-10", "time_range.end": "2025-03-12"}

    compared = client.get(ask(**asked, include_comparison="true")).data["comparison"]

    before = oracle.points(question(**{"time_range.start": "2025-03-08", "time_range.end": "2025-03-10"}), LINES)
    assert [point["value"] for point in compared["previous_period"]] == [
        float(round(value, 4)) for value in before.values()
    ]


def test_a_repeated_query_is_a_reported_cache_hit(client: Client) -> None:
    asked = march(filters__region="APAC")
    first, second = client.get(asked).data, client.get(asked).data

    assert (first["metadata"].pop("cache_hit"), second["metadata"].pop("cache_hit")) == (False, True)
    assert first["metadata"].pop("query_time_ms") > 0 < second["metadata"].pop("query_time_ms")
    assert first == second


def cancel_a_sale(lake: TestLake, day: str) -> None:
    """Merge a line that no metric counts; the roll-ups of its day are not computed yet."""
    told = {"transaction_id": f"cancelled-{next(_numbers)}", "status": "cancelled"}
    lake.merge(DataType.TRANSACTIONS, [{**LINES[0], **told, "timestamp": datetime.fromisoformat(f"{day}T12:00Z")}])


def test_a_cached_answer_takes_four_rounds_of_dynamodb(wired: Wiring) -> None:
    asked = question(**MARCH, filters__region="four rounds")
    wired.metric_reports.report(asked)
    calls: list[str] = []
    for client in (wired.clients.dynamodb, wired.clients.best_effort_dynamodb):
        client.meta.events.register_first("before-call", lambda model, **_: calls.append(model.name))

    wired.metric_reports.report(asked)

    assert sorted(calls[:2]) == ["Query", "Scan"]  # unfinished uploads, and the shards of the stream
    assert calls[2:] == ["Scan", "BatchGetItem", "GetItem"]  # totals of the ledger, states of tables, the answer


def test_a_merge_into_a_month_of_the_result_invalidates_it(client: Client, lake: TestLake) -> None:
    asked = march(filters__region=["APAC", "EU"])
    client.get(asked)

    cancel_a_sale(lake, "2025-03-31")

    assert client.get(asked).data["metadata"]["cache_hit"] is False


def test_a_merge_into_another_month_leaves_the_result_cached(client: Client, lake: TestLake) -> None:
    asked = march(filters__region=["APAC", "US"])
    client.get(asked)

    cancel_a_sale(lake, "2025-06-01")

    assert client.get(asked).data["metadata"]["cache_hit"] is True


def test_days_without_current_roll_ups_give_the_same_result(client: Client, lake: TestLake) -> None:
    asked = march(filters__region=["APAC"], include_comparison="true")
    before = client.get(asked).data

    cancel_a_sale(lake, "2025-03-12")
    after = client.get(asked).data

    assert (before["metadata"]["cache_hit"], after["metadata"]["cache_hit"]) == (False, False)
    assert {**before, "metadata": None} == {**after, "metadata": None}


def test_without_deliveries_a_result_is_provisional_since_1970(client: Client) -> None:
    metadata = client.get(march()).data["metadata"]

    assert (metadata["data_freshness"], metadata["provisional"]) == ("1970-01-01T00:00:00Z", True)


def test_a_result_is_provisional_past_its_data_freshness(client: Client, delivered: datetime) -> None:
    metadata = client.get(march()).data["metadata"]
    up_to_then = client.get(march(**{"time_range.end": delivered.isoformat()})).data["metadata"]

    assert (metadata["data_freshness"], metadata["provisional"]) == ("2025-03-20T12:00:00Z", True)
    assert up_to_then["provisional"] is False


def test_a_range_without_sales_returns_zeros(client: Client) -> None:
    data = client.get(ask(time_range__start="1995-01-01", time_range__end="1995-01-03")).data

    assert [point["value"] for point in data["data"]] == [0, 0]
    assert data["summary"] == dict.fromkeys(data["summary"], 0) | {"change_percentage": None}


@pytest.mark.parametrize("metric_type", ["average_order_value", "conversion", "inventory"])
def test_a_ratio_without_orders_or_sessions_and_an_unknown_level_have_no_buckets(
    client: Client, metric_type: str
) -> None:
    data = client.get(ask(metric_type=metric_type, time_range__start="1995-01-01", time_range__end="1995-01-03")).data

    assert data["data"] == []
    assert data["summary"]["total"] == 0


def test_a_range_that_begins_in_the_future_is_refused(client: Client) -> None:
    answered = client.get(ask(time_range__start="2150-01-01", time_range__end="2150-01-03"))

    assert answered.status == HTTPStatus.BAD_REQUEST
    assert answered.failing == {"time_range": "must not start in the future"}


@pytest.mark.parametrize("metric_type", METRICS)
def test_every_metric_returns_its_supporting_measures(client: Client, metric_type: MetricType) -> None:
    data = client.get(march(metric_type=metric_type)).data

    assert {*data["data"][0]["additional_metrics"]} == {*METRICS[metric_type].supporting_measures}
    assert data["metadata"]["total_records"] > 0


def test_a_metric_is_as_fresh_as_the_sources_of_its_own_records(client: Client, delivered: datetime) -> None:
    sold, stocked = (client.get(march(metric_type=each)).data["metadata"] for each in ("customers", "inventory"))

    assert sold["data_freshness"] == delivered.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert stocked["data_freshness"] == "1970-01-01T00:00:00Z"


def test_new_rates_invalidate_results_except_those_in_one_currency(client: Client, lake: TestLake) -> None:
    converted, in_euros = march(filters__channel="app"), march(filters__channel="app", filters__currency="EUR")
    for asked in (converted, in_euros):
        client.get(asked)

    lake.know_rates(shop.rates())

    assert [client.get(asked).data["metadata"]["cache_hit"] for asked in (converted, in_euros)] == [False, True]


def test_every_failing_field_is_named_in_the_commerce_dialect(client: Client) -> None:
    answered = client.get({"metric_type": ["turnover"], "time_range[start]": ["x"], "filters[regio]": ["EU"]})

    assert answered.status == HTTPStatus.BAD_REQUEST
    assert answered.body["error"]["code"] == "VALIDATION_ERROR"
    assert set(answered.failing) == {"metric_type", "time_range.start", "time_range.end", "filters.regio"}


def test_the_fraud_form_is_answered_in_the_fraud_dialect(client: Client) -> None:
    answered = client.get({"startDate": ["2025-01-01"], "endDate": ["2025-02-01"]})

    assert answered.status == HTTPStatus.FORBIDDEN  # this caller may read business metrics only
    assert answered.body["error"] == "forbidden"
    assert answered.body["requestId"] == answered.headers["X-Request-Id"][0]


@pytest.mark.parametrize(
    "asked", [{}, {"granularity": ["daily"]}, {"metric_type": ["revenue"], "startDate": ["2025-01-01"]}]
)
def test_a_request_in_neither_or_both_forms_is_refused(client: Client, asked: dict[str, list[str]]) -> None:
    answered = client.get(asked)

    assert answered.status == HTTPStatus.BAD_REQUEST
    assert answered.body["success"] is False
    assert all(word in answered.body["error"]["message"] for word in ("metric_type", "time_range", "startDate"))


def test_the_openapi_document_lists_every_parameter_and_its_choices() -> None:
    item = (app.get_openapi_schema().paths or {})["/api/v1/analytics/metrics"].model_dump(by_alias=True)
    parameters = {
        each["name"]: each["schema_"] if "schema_" in each else each["schema"] for each in item["get"]["parameters"]
    }

    assert set(parameters) == {
        "metric_type", "time_range[start]", "time_range[end]", "granularity", "aggregation", "include_comparison",
        "timezone", "filters[product_category][]", "filters[customer_segment][]", "filters[region][]",
        "filters[channel][]", "filters[currency]", "as_of_snapshots", "startDate", "endDate",
        "asOf", "includeLatency", "includeThroughput",
    }  # fmt: skip
    assert "quarterly" in parameters["granularity"]["enum"]


def test_a_missing_table_is_an_internal_error(wired: Wiring, client: Client) -> None:
    glue: Any = boto3.client("glue")
    database = wired.settings.name_of(LAKE_DATABASE)
    table = glue.get_table(DatabaseName=database, Name="sales_daily_by_order")["Table"]
    glue.delete_table(DatabaseName=database, Name="sales_daily_by_order")
    try:
        answered = client.get(march(metric_type="average_order_value", filters__region="nowhere"))
    finally:
        kept = {"Name", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor"}
        glue.create_table(DatabaseName=database, TableInput={name: table[name] for name in kept & table.keys()})

    assert answered.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "sales_daily_by_order" not in answered.body["error"]["message"]


def test_an_answer_names_the_snapshots_that_it_depends_on(client: Client, lake: TestLake) -> None:
    states = lake.states.get_many(["transactions", "exchange_rates", "inventory", "products"])
    current = {name: str(state.snapshot) for name, state in states.items()}
    tea = {"metric_type": "inventory", "filters.product_category": "tea"}

    told = [
        client.get(march(**asked)).data["metadata"]["snapshots"] for asked in ({}, {"filters.currency": "EUR"}, tea)
    ]

    names = [("transactions", "exchange_rates"), ("transactions",), ("inventory", "products")]
    assert told == [{name: current[name] for name in each} for each in names]


def test_a_question_at_earlier_snapshots_gives_the_numbers_of_that_time(client: Client, lake: TestLake) -> None:
    may = {"time_range.start": "2021-05-01", "time_range.end": "2021-06-01"}
    line = {**LINES[0], "currency": "USD", "status": "completed"}
    lake.sell([{**line, "transaction_id": "fair-1", "timestamp": datetime(2021, 5, 4, tzinfo=UTC)}])
    first = client.get(march(**may)).data
    lake.sell([{**line, "transaction_id": "fair-2", "timestamp": datetime(2021, 5, 5, tzinfo=UTC)}])
    second = client.get(march(**may)).data

    snapshots = ",".join(f"{name}:{snapshot}" for name, snapshot in first["metadata"]["snapshots"].items())
    again = client.get(march(**may, as_of_snapshots=snapshots)).data
    repeated = client.get(march(**may, as_of_snapshots=snapshots)).data

    assert first["metadata"]["total_records"] == 1
    assert second["metadata"]["total_records"] == 2
    assert {**again, "metadata": None} == {**first, "metadata": None}
    assert again["metadata"]["snapshots"] == first["metadata"]["snapshots"]
    assert repeated["metadata"]["cache_hit"] is True


def test_a_snapshot_that_is_not_kept_is_gone_and_the_kept_ones_are_listed(client: Client, lake: TestLake) -> None:
    answered = client.get(march(as_of_snapshots="transactions:404"))

    state = lake.states.get("transactions")
    assert (answered.status, answered.body["error"]["code"]) == (HTTPStatus.GONE, "SNAPSHOT_EXPIRED")
    available = {"current": str(state.snapshot), "by_day": dict(state.tags)}
    assert answered.body["error"]["details"] == {
        "tables": {"transactions": {"snapshot": "404", "available": available}}
    }


def test_a_table_that_the_metric_does_not_read_has_no_snapshot_to_choose(client: Client) -> None:
    answered = client.get(march(as_of_snapshots="inventory:1,nowhere:2,transactions:3"))

    assert answered.status == HTTPStatus.BAD_REQUEST
    assert answered.failing.keys() == {"as_of_snapshots"}


def test_a_question_during_an_outage_of_the_states_is_answered_from_the_base(wired: Wiring, client: Client) -> None:
    asked = march(filters__channel=["web"], filters__region=["US"])
    before = client.get(asked).data
    dynamodb: Any = boto3.client("dynamodb")
    name = wired.settings.name_of(TABLE_STATES)
    kept = dynamodb.scan(TableName=name)["Items"]
    description = dynamodb.describe_table(TableName=name)["Table"]
    dynamodb.delete_table(TableName=name)
    try:
        during = [client.get(asked).data for _ in range(2)]
    finally:
        keys = {each: description[each] for each in ("KeySchema", "AttributeDefinitions")}
        dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **keys)
        for item in kept:
            dynamodb.put_item(TableName=name, Item=item)

    assert [each["metadata"]["cache_hit"] for each in during] == [False, False]
    assert [each["metadata"]["snapshots"] for each in during] == [{}, {}]
    assert all({**each, "metadata": None} == {**before, "metadata": None} for each in during)


def test_times_at_range_edges_are_exact_to_the_millisecond(client: Client) -> None:
    start, end = "2025-03-05T00:00:00.001Z", "2025-03-06T23:59:59.999Z"

    metadata = client.get(ask(time_range__start=start, time_range__end=end)).data["metadata"]

    edges = (datetime(2025, 3, 5, 0, 0, 0, 1000, UTC), datetime(2025, 3, 6, 23, 59, 59, 999_000, UTC))
    within = [line for line in LINES if edges[0] <= line["timestamp"] < edges[1] and line["status"] == "completed"]
    assert metadata["total_records"] + metadata["excluded_records"] == len(within)
