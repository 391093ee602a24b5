"""Real sales: three months of a British retailer, against sums made of the file by hand."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.functions.metrics import oracle
from tests.functions.metrics.conftest import Client
from tests.functions.metrics.lake import TestLake
from tests.functions.metrics.oracle import Line
from tests.online_retail import FILE, needs_online_retail
from tests.unit.metrics.asking import ask, question

CUT = datetime(2011, 3, 1, tzinfo=UTC)
WINTER = {"time_range.start": "2010-12-01", "time_range.end": "2011-03-01", "filters.currency": "GBP"}
PUBLISHED = [Decimal("748957.02"), Decimal("560000.26"), Decimal("498062.65")]

pytestmark = needs_online_retail


def read() -> Iterator[Line]:
    """The file's lines up to the cut, as its mapping to sale lines says."""
    places: defaultdict[str, int] = defaultdict(int)
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC)
            if moment >= CUT:
                return
            places[row["InvoiceNo"]] += 1
            yield {
                "transaction_id": f"{row['InvoiceNo']}-{places[row['InvoiceNo']]}",
                "order_id": row["InvoiceNo"],
                "product_id": row["StockCode"],
                "timestamp": moment,
                "quantity": int(row["Quantity"]),
                "unit_price": row["UnitPrice"],
                "discount": 0,
                "region": row["Country"],
                "channel": "web",
                "currency": "GBP",
                "status": "completed",
            }


@pytest.fixture(scope="module")
def sold(lake: TestLake) -> Sequence[Line]:
    """The lines, sold in the lake too."""
    lines = list(read())
    lake.sell(lines)
    return lines


@pytest.mark.usefixtures("sold")
def test_monthly_revenue_equals_that_of_the_file(client: Client) -> None:
    data = client.get(ask(**WINTER, granularity="monthly")).data

    assert [point["value"] for point in data["data"]] == [float(amount) for amount in PUBLISHED]
    assert data["summary"]["total"] == float(sum(PUBLISHED))


@pytest.mark.parametrize("region", ["Germany", "EIRE", ["France", "Spain"]])
@pytest.mark.parametrize("metric_type", ["revenue", "transactions", "average_order_value"])
@pytest.mark.parametrize("granularity", ["weekly", "monthly"])
def test_every_metric_of_a_region_equals_manual_sums(
    client: Client, sold: Sequence[Line], metric_type: str, granularity: str, region: str | list[str]
) -> None:
    asked = {**WINTER, "metric_type": metric_type, "granularity": granularity, "filters.region": region}

    data = client.get(ask(**asked)).data

    expected = oracle.points(question(**asked), sold)
    assert [point["value"] for point in data["data"]] == [float(round(value, 4)) for value in expected.values()]
    assert data["summary"]["total"] == float(round(oracle.total(question(**asked), sold), 4))


def test_without_a_currency_filter_all_lines_are_omitted_and_counted(client: Client, sold: Sequence[Line]) -> None:
    data = client.get(ask(**{**WINTER, "filters.currency": None})).data

    assert data["summary"]["total"] == 0
    assert data["metadata"]["excluded_records"] == len(sold)
