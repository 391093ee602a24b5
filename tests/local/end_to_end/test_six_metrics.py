"""All six metrics of the contract on the laptop: records are sent by batch and read as metrics."""

from typing import Any

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, data_of, sale
from tests.local.end_to_end.refusals import error_of

SOURCE, CATEGORY, LATE_CATEGORY = "six-metrics", "Six metrics", "Six late metrics"
FIRST, SECOND = "2014-03-01", "2014-03-02"
SALES = [
    sale("m-1", FIRST, customer_id="six-a", order_id="six-1", unit_price="10.00", product_category=CATEGORY),
    sale("m-2", FIRST, customer_id="six-a", order_id="six-1", unit_price="20.00", product_category=CATEGORY),
    sale("m-3", SECOND, customer_id="six-a", order_id="six-2", unit_price="40.00", product_category=CATEGORY),
    sale("m-4", SECOND, customer_id="six-b", order_id="six-3", unit_price="2.00", product_category=CATEGORY),
]
PRODUCTS = [{"product_id": f"six-{place}", "name": "Cup", "category": CATEGORY} for place in (1, 2)]
STOCK = [
    {"product_id": "six-1", "timestamp": "2013-01-01T00:00:00Z", "quantity_on_hand": 5},
    {"product_id": "six-2", "timestamp": f"{FIRST}T23:59:59.999Z", "quantity_on_hand": 7},
    {"product_id": "six-1", "timestamp": f"{SECOND}T08:00:00Z", "quantity_on_hand": 1},
]
EVENTS = [
    ("late", f"{FIRST}T23:50:00Z", "product_view"),
    ("late", f"{SECOND}T00:10:00Z", "purchase"),
    ("looking", f"{FIRST}T12:00:00Z", "product_view"),
    ("early", f"{SECOND}T06:00:00Z", "search"),
]
RANGE = (FIRST, "2014-03-03")
TOLD: dict[str, tuple[list[Any], Any, int]] = {
    "revenue": ([30, 42], 72, 4),
    "transactions": ([2, 2], 4, 4),
    "customers": ([1, 2], 2, 4),
    "inventory": ([12, 8], 8, 2),
    "conversion": ([0.5, 0], 0.3333, 4),
    "average_order_value": ([30, 21], 24, 4),
}


@pytest.fixture(scope="module", autouse=True)
def _delivered(platform: RunningPlatform) -> None:
    """Deliver the records of two days of a small shop."""
    events = [
        {
            "event_id": f"six-{place}",
            "session_id": f"six-{name}",
            "timestamp": at,
            "event_type": kind,
            "product_category": CATEGORY,
        }
        for place, (name, at, kind) in enumerate(EVENTS)
    ]
    delivered: dict[str, list[dict[str, Any]]] = {"products": PRODUCTS, "inventory": STOCK, "events": events}
    with connected(platform) as client:
        client.send_all(SOURCE, SALES)
        for data_type, records in delivered.items():
            client.outcome(client.send(SOURCE, data_type, records)["batch_id"])


@pytest.mark.parametrize("metric_type", TOLD)
def test_a_metric_equals_its_records(client: Client, metric_type: str) -> None:
    values, total, records = TOLD[metric_type]

    answer = client.metric(metric_type, *RANGE, **{"filters[product_category][]": CATEGORY})

    assert [float(point["value"]) for point in answer["data"]] == values
    assert float(answer["summary"]["total"]) == total
    assert answer["metadata"]["total_records"] == records


@pytest.mark.parametrize("metric_type", TOLD)
def test_a_late_record_is_in_the_next_result(client: Client, metric_type: str) -> None:
    asked = {"filters[product_category][]": LATE_CATEGORY}
    before = client.metric(metric_type, *RANGE, **asked)["metadata"]["total_records"]

    late = {"product_category": LATE_CATEGORY, "timestamp": f"{FIRST}T05:00:00Z"}
    records: dict[str, list[dict[str, Any]]] = {
        "products": [{"product_id": f"late-{metric_type}", "name": "Cup", "category": LATE_CATEGORY}],
        "inventory": [{"product_id": f"late-{metric_type}", "timestamp": late["timestamp"], "quantity_on_hand": 1}],
        "events": [{"event_id": f"late-{metric_type}", "session_id": metric_type, "event_type": "search", **late}],
        "transactions": [sale(f"late-{metric_type}", FIRST, customer_id="six-c", **late)],
    }
    for data_type, found in records.items():
        client.outcome(client.send(SOURCE, data_type, found)["batch_id"])

    answer = client.metric(metric_type, *RANGE, **asked)
    assert answer["metadata"]["total_records"] == before + 1
    assert answer["metadata"]["cache_hit"] is False


@pytest.mark.parametrize(
    ("changed", "field", "legal"),
    [
        ({"metric_type": "inventory", "filters[region][]": "EU"}, "filters.region", "product_category"),
        ({"metric_type": "conversion", "filters[currency]": "EUR"}, "filters.currency", "region, channel"),
        ({"metric_type": "customers", "aggregation": "avg"}, "aggregation", "count"),
        ({"metric_type": "customers", "time_range[start]": "2199-01-01", "time_range[end]": "2199-02-01"},
         "time_range", "future"),
    ],
)  # fmt: skip
def test_an_unsupported_parameter_lists_the_supported_ones(
    client: Client, changed: dict[str, Any], field: str, legal: str
) -> None:
    query = {"time_range[start]": FIRST, "time_range[end]": SECOND} | changed

    error = error_of(client.http.get("/analytics/metrics", params=query), 400, "VALIDATION_ERROR")

    [message] = [each["message"] for each in error["field_errors"] if each["field"] == field]
    assert legal in message


@pytest.mark.parametrize("metric_type", ["customers", "inventory", "conversion"])
def test_sql_in_a_filter_matches_no_rows(client: Client, metric_type: str) -> None:
    hostile = "') OR 1=1; DROP TABLE events; --"

    answer = data_of(
        client.http.get(
            "/analytics/metrics",
            params={
                "metric_type": metric_type,
                "time_range[start]": FIRST,
                "time_range[end]": SECOND,
                "filters[product_category][]": hostile,
            },
        )
    )

    assert (answer["summary"]["total"], answer["metadata"]["total_records"]) == (0, 0)
