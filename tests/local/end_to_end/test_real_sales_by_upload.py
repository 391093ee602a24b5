"""Real sales as one gzip CSV file under its own column names: the numbers are those of the file, to the row."""

import csv
import gzip
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, counted, data_of
from tests.local.end_to_end.oracle import Oracle, values
from tests.local.end_to_end.waiting import until
from tests.online_retail import FILE, RETAIL_MAPPING, needs_online_retail

pytestmark = needs_online_retail

FIRST, CUT = 300_000, 20_000  # in August and September 2011, where no other test has sold anything
START, END = "2011-08-01", "2011-10-01"
SOURCE = "uk-gift-shop-files"
GBP = {"filters[currency]": "GBP"}


@dataclass(frozen=True)
class Uploaded:
    """The sample after its upload: its batch, its status, and the expected figures."""

    batch_id: str
    status: dict[str, Any]
    oracle: Oracle


def _cut() -> bytes:
    """A run of the file's lines below its own header."""
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        written = io.StringIO()
        csv.writer(written).writerows([next(rows), *islice(rows, FIRST, FIRST + CUT)])
    return gzip.compress(written.getvalue().encode())


def _put(announced: dict[str, Any], content: bytes) -> int:
    """Put a file with only the URL: without a token."""
    return httpx.put(announced["url"], content=content, headers=announced["headers"], timeout=60).status_code


def _finished(client: Client, batch_id: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        told = data_of(client.http.get(f"/ingest/batches/{batch_id}/status"))
        return told if told["status"] != "processing" else None

    return until(found, seconds=180, what=f"the file {batch_id} is merged")


def _announce(client: Client, **said: Any) -> dict[str, Any]:
    file = {"source_id": SOURCE, "data_type": "transactions", "format": "csv"} | said
    return data_of(client.http.post("/ingest/uploads", json=file))


@pytest.fixture(scope="module")
def uploaded(platform: RunningPlatform) -> Uploaded:
    """Configure the source, announce the file, put it and wait."""
    with connected(platform) as client:
        configuration = {"mappings": {"transactions": RETAIL_MAPPING}}
        assert client.http.put(f"/ingest/sources/{SOURCE}", json=configuration).is_success
        content = _cut()
        announced = _announce(client, compression="gzip", size=len(content))
        assert _put(announced, content) == 200
        status = _finished(client, announced["batch_id"])
        return Uploaded(announced["batch_id"], status, Oracle.of_lines(CUT, first=FIRST))


def test_the_whole_file_is_loaded(client: Client, uploaded: Uploaded) -> None:
    assert uploaded.status["status"] == "completed"
    assert uploaded.status["progress"]["progress_percentage"] == 100
    assert counted(uploaded.status["outcome"]) == {"loaded": CUT}
    ledger = client.ledger(SOURCE)
    assert ledger is not None
    assert counted(ledger) == {"loaded": CUT}


@pytest.mark.parametrize("granularity", ["hourly", "daily", "monthly"])
def test_every_metric_equals_the_file(client: Client, uploaded: Uploaded, granularity: str) -> None:
    revenue, transactions, order_value = (
        client.metric(metric, START, END, granularity=granularity, **GBP)
        for metric in ("revenue", "transactions", "average_order_value")
    )

    sold = uploaded.oracle
    assert values(revenue) == {bucket: value for bucket, value in sold.revenue(granularity).items() if value}
    assert values(transactions) == sold.transactions(granularity)
    assert order_value["summary"]["total"] == sold.order_value()


def test_the_file_cannot_be_replaced(client: Client) -> None:
    announced = _announce(client)
    sale = b"InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n1,mug,1,2011-08-01 10:00:00,1.00\n"
    empty = b"InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice\n"

    assert [_put(announced, empty), _put(announced, sale)] == [200, 412]

    told = _finished(client, announced["batch_id"])
    assert told["status"] == "failed"
    assert [(error["code"], error["stage"]) for error in told["errors"]] == [("no_records", "parse")]


def test_the_web_app_may_put_a_file(platform: RunningPlatform, client: Client) -> None:
    announced, page = _announce(client), f"http://localhost:{platform.ports.web}"
    asks = {"Origin": page, "Access-Control-Request-Method": "PUT"}
    asks["Access-Control-Request-Headers"] = "if-none-match,content-type"

    answer = httpx.options(announced["url"], headers=asks)

    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] in {page, "*"}  # the emulator lets all in
