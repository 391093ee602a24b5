"""Real sales by batch: every number of the API is the file's own, and the ledger balances to the row."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, counted
from tests.local.end_to_end.oracle import Oracle, values
from tests.online_retail import BATCH, REVENUE_BY_MONTH, lines, needs_online_retail, negative_prices
from tests.tiers import sized

pytestmark = needs_online_retail

BATCHES = sized(quick=1, thorough=5)  # five are all of December 2010 and a week of January
CUT = BATCHES * BATCH - 2  # and the two negative prices
SOURCE = "uk-gift-shop"
START, END = "2010-12-01", "2011-02-01"
CENT = Decimal("0.01")
Query = dict[str, str | list[str]]
EVERYWHERE: Query = {}
GBP: Query = {"filters[currency]": "GBP"}
GERMANY: Query = {**GBP, "filters[region][]": ["Germany"]}
NORTH: Query = {**GBP, "filters[region][]": ["Norway", "Finland", "Germany"], "filters[channel][]": ["web"]}


@dataclass(frozen=True)
class Delivered:
    """The sample after it was sent once: what was sent, the batch statuses, and the expected figures."""

    records: list[dict[str, Any]]
    statuses: list[dict[str, Any]]
    ledger: dict[str, Any]
    oracle: Oracle


@pytest.fixture(scope="module")
def delivered(platform: RunningPlatform) -> Delivered:
    """Send the cut in full batches, the invalid lines in the last."""
    records = [*lines(CUT), *negative_prices()]
    with connected(platform) as client:
        statuses = client.send_all(SOURCE, records)
        return Delivered(records, statuses, client.ledger_of(SOURCE, len(records)), Oracle.of_lines(CUT))


def of(oracle: Oracle, query: Query) -> Oracle:
    """Filter the file's lines as a query filters the platform's."""
    countries = query.get("filters[region][]")
    return oracle.of_countries(*countries) if countries else oracle


@pytest.mark.thorough
def test_monthly_revenue_equals_the_file_to_the_cent(client: Client, delivered: Delivered) -> None:
    answer = client.metric("revenue", START, END, granularity="monthly", **GBP)

    december, january = (Decimal(point["value"]).quantize(CENT) for point in answer["data"])
    assert december == Decimal(REVENUE_BY_MONTH["2010-12"])
    assert january == delivered.oracle.revenue("monthly")["2011-01-01T00:00:00Z"].quantize(CENT)
    assert answer["summary"]["total"] == sum(delivered.oracle.revenue("monthly").values())


@pytest.mark.parametrize("query", [GBP, GERMANY, NORTH], ids=["all", "germany", "north"])
@pytest.mark.parametrize("granularity", ["hourly", "daily", "weekly", "monthly"])
def test_every_metric_equals_the_file(client: Client, delivered: Delivered, granularity: str, query: Query) -> None:
    sold = of(delivered.oracle, query)

    revenue, transactions, order_value = (
        client.metric(metric, START, END, granularity=granularity, **query)
        for metric in ("revenue", "transactions", "average_order_value")
    )

    assert values(revenue) == {bucket: value for bucket, value in sold.revenue(granularity).items() if value}
    assert values(transactions) == sold.transactions(granularity)
    assert values(order_value) == {
        bucket: value for bucket, value in sold.average_order_value(granularity).items() if value
    }
    assert order_value["summary"]["total"] == sold.order_value()
    for answer in (revenue, transactions, order_value):
        assert answer["metadata"]["total_records"] == len(sold)
        assert answer["metadata"]["excluded_records"] == 0


def test_a_range_beginning_within_an_hour_is_exact_to_the_minute(client: Client, delivered: Delivered) -> None:
    whole = client.metric("revenue", "2010-12-01T00:00:00Z", "2010-12-02T00:00:00Z", **GBP)
    parts = [
        client.metric("revenue", start, end, **GBP)
        for start, end in [
            ("2010-12-01T00:00:00Z", "2010-12-01T10:37:00Z"),
            ("2010-12-01T10:37:00Z", "2010-12-02T00:00:00Z"),
        ]
    ]

    assert all(part["summary"]["total"] > 0 for part in parts)
    assert sum(part["summary"]["total"] for part in parts) == whole["summary"]["total"]
    assert whole["summary"]["total"] == delivered.oracle.revenue("daily")["2010-12-01T00:00:00Z"]


@pytest.mark.parametrize("query", [EVERYWHERE, {"filters[region][]": ["Germany"]}], ids=["all", "germany"])
@pytest.mark.parametrize("metric", ["revenue", "average_order_value"])
def test_without_a_currency_all_sales_are_omitted_and_counted(
    client: Client, delivered: Delivered, metric: str, query: Query
) -> None:
    answer = client.metric(metric, START, END, **query)

    assert answer["summary"]["total"] == 0
    assert answer["metadata"]["total_records"] == 0
    assert answer["metadata"]["excluded_records"] == len(of(delivered.oracle, query))


def test_a_repeated_query_is_an_equal_cache_hit(client: Client, delivered: Delivered) -> None:
    first, second = (client.metric("average_order_value", START, "2011-01-05", **GERMANY) for _ in range(2))

    assert second["metadata"]["cache_hit"]
    assert delivered.oracle
    assert (second["data"], second["summary"]) == (first["data"], first["summary"])


def test_the_ledger_balances(delivered: Delivered) -> None:
    assert counted(delivered.ledger) == {"loaded": CUT, "quarantined": 2}
    assert delivered.ledger["received"] == CUT + 2
    assert sum(each["outcome"]["loaded"] for each in delivered.statuses) == CUT
    assert [each["progress"]["failed_records"] for each in delivered.statuses] == [*[0] * (BATCHES - 1), 2]
    assert {each["status"] for each in delivered.statuses} == {"completed"}
    assert {each["progress"]["progress_percentage"] for each in delivered.statuses} == {100}


def test_a_negative_price_is_refused_with_position_and_reason(client: Client, delivered: Delivered) -> None:
    (told,) = delivered.statuses[-1]["errors"]

    answer = client.send(f"{SOURCE}-again", "transactions", delivered.records[-20:])

    assert (told["count"], told["first_row"], told["sample"]) == (2, 9_998, "-11062.06")
    assert "unit_price" in told["message"]
    assert answer["validation_status"] == "failed"
    assert [(each["row"], each["field"], each["rejected_value"]) for each in answer["errors"]] == [
        (18, "/unit_price", "-11062.06"),
        (19, "/unit_price", "-11062.06"),
    ]
    assert counted(client.outcome(answer["batch_id"])["outcome"]) == {"duplicate": 18, "quarantined": 2}


def test_repeated_batches_change_no_figure(client: Client, delivered: Delivered) -> None:
    asked = [
        (metric, granularity, query)
        for metric in ("revenue", "transactions", "average_order_value")
        for granularity in ("daily", "monthly")
        for query in (GBP, GERMANY)
    ]
    before = [client.metric(metric, START, END, granularity=each, **query) for metric, each, query in asked]

    statuses = client.send_all(SOURCE, delivered.records)

    outcomes = [counted(status["outcome"]) for status in statuses]
    last = {"duplicate": BATCH - 2, "quarantined": 2}
    assert outcomes == [*[{"duplicate": BATCH}] * (BATCHES - 1), last]
    after = [client.metric(metric, START, END, granularity=each, **query) for metric, each, query in asked]
    assert [each["data"] for each in after] == [each["data"] for each in before]
    assert [each["summary"] for each in after] == [each["summary"] for each in before]
    ledger = client.ledger_of(SOURCE, 2 * len(delivered.records))
    assert counted(ledger) == {"loaded": CUT, "duplicate": CUT, "quarantined": 4}
