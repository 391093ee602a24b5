"""GET /ingest/ledger: received = loaded + duplicate + conflict + quarantined + in flight, line by line."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ingestion.stream.failures import DiscardedBatches
from shared.records.schema import DataType
from tests.events.discarded_batches import DAY, discarded_batch
from tests.events.kinesis import kinesis_event
from tests.fakes.deliveries import delivery
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import GOOD, NOW, sale
from tests.fakes.state_dump import merge_all
from tests.functions.ingest.conftest import Call

HOUR = timedelta(hours=1)


def _ledger(call: Call, **query: object) -> Any:
    return call("GET", "/ingest/ledger", query={name: [str(value)] for name, value in query.items()}).data


@pytest.fixture
def history(wired: Wiring) -> None:
    """Two sources and two types in three hours, with a copy, a correction, bad rows and one row still in flight."""
    two_hours_ago = NOW - 2 * HOUR
    wired.loader.load(
        delivery(DataType.TRANSACTIONS, [sale(1), sale(1), sale(2), {}], origin="batch-1", at=two_hours_ago)
    )
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(2)], origin="batch-2", source_id="till", at=NOW - HOUR))
    wired.loader.load(delivery(DataType.PRODUCTS, [GOOD[DataType.PRODUCTS], {}], origin="batch-3", at=NOW - HOUR))
    merge_all(wired)
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(3)], origin="batch-4"))


@pytest.mark.usefixtures("history")
def test_every_hour_source_and_type_has_a_line_and_all_add_up(call: Call) -> None:
    told = _ledger(call)

    lines = [(each["hour"], each["source_id"], each["data_type"]) for each in told["content"]]
    assert lines == [
        ("2025-03-01T10:00:00Z", "web-shop", "transactions"),
        ("2025-03-01T11:00:00Z", "till", "transactions"),
        ("2025-03-01T11:00:00Z", "web-shop", "products"),
        ("2025-03-01T12:00:00Z", "web-shop", "transactions"),
    ]
    first = {name: value for name, value in told["content"][0].items() if isinstance(value, int)}
    assert first == {
        "received": 4,
        "loaded": 2,
        "duplicate": 1,
        "conflict": 0,
        "quarantined": 1,
        "dropped": 0,
        "in_flight": 0,
        "superseded": 0,
        "balanced": True,
    }
    assert told["totals"] == {
        "received": 8,
        "loaded": 3,
        "duplicate": 2,
        "conflict": 0,
        "quarantined": 2,
        "dropped": 0,
        "in_flight": 1,
        "superseded": 0,
        "balanced": True,
    }


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("query", "received"),
    [
        ({"source_id": "till"}, [1]),
        ({"data_type": "products"}, [2]),
        ({"source_id": "web-shop", "data_type": "transactions"}, [4, 1]),
        ({"time_range.start": "2025-03-01T11:30:00Z"}, [1, 2, 1]),
        ({"time_range.start": "2025-03-01", "time_range.end": "2025-03-01T11:00:00Z"}, [4]),
        ({"source_id": "nobody-known"}, []),
    ],
)
def test_lines_are_filtered_by_source_type_and_hours_of_the_range(
    call: Call, query: dict[str, str], received: list[int]
) -> None:
    told = _ledger(call, **query)

    assert [line["received"] for line in told["content"]] == received
    assert told["totals"]["received"] == sum(received)


@pytest.mark.usefixtures("history")
def test_totals_cover_all_pages(call: Call) -> None:
    pages = [_ledger(call, page=number, size=3) for number in range(2)]

    assert [len(page["content"]) for page in pages] == [3, 1]
    assert pages[0]["totals"] == pages[1]["totals"] == _ledger(call)["totals"]


@pytest.mark.usefixtures("history")
def test_lines_are_sorted_by_a_field(call: Call) -> None:
    assert [each["received"] for each in _ledger(call, sort="received,desc")["content"]] == [4, 2, 1, 1]
    assert [each["source_id"] for each in _ledger(call, sort="source_id")["content"]] == ["till", *["web-shop"] * 3]
    assert call("GET", "/ingest/ledger", query={"sort": ["balanced"]}).status == 400


@pytest.mark.usefixtures("history")
def test_deliveries_of_a_source_are_listed_one_by_one(call: Call) -> None:
    told = _ledger(call, source_id="web-shop", deliveries="true", size=2)

    assert [(line["origin"], line["status"]) for line in told["content"]] == [
        ("batch-1", "completed"),
        ("batch-3", "completed"),
    ]
    assert told["content"][0]["received_at"] == "2025-03-01T10:00:00Z"
    assert (told["totalElements"], told["totals"]["in_flight"]) == (3, 1)


def test_unreadable_records_are_counted_without_a_source(wired: Wiring, call: Call) -> None:
    consume_batch(kinesis_event([b"broken"])["Records"], wired.loader)

    (line,) = _ledger(call, **{"time_range.start": "2025-01-01"})["content"]

    assert (line["source_id"], line["data_type"], line["quarantined"]) == ("unattributed", "unknown", 1)


def test_records_that_the_stream_could_not_load_are_shown_until_they_are(wired: Wiring, call: Call) -> None:
    assert "discarded" not in _ledger(call)
    bucket = wired.discarded_batches
    for name, arrived, count in (("a", "2026-11-24T10:00:00Z", 3), ("b", "2026-11-23T09:30:00Z", 200)):
        _store(bucket, name, discarded_batch(kinesis_event([b"x" * 100] * count), arrived))

    found = _ledger(call)

    assert found["discarded"] == {"batches": 2, "records": 203, "oldest": "2026-11-23T09:30:00Z", "complete": True}
    assert found["totals"]["received"] == 0

    redriven = DiscardedBatches(boto3.client("s3"), bucket.bucket)  # with the rights of an operator
    for key in list(redriven.keys()):
        redriven.forget(key)
    assert "discarded" not in _ledger(call)


@pytest.mark.parametrize("query", [{"source_id": "till"}, {"data_type": "products"}, {"interval": "day"}])
def test_records_that_could_not_be_loaded_are_shown_whatever_is_asked_for(
    wired: Wiring, call: Call, query: dict[str, str]
) -> None:
    _store(wired.discarded_batches, "a", discarded_batch(kinesis_event([b"x"])))

    assert _ledger(call, **query)["discarded"]["records"] == 1
    assert _ledger(call, source_id="till", deliveries="true")["discarded"]["records"] == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"text", b'{"KinesisBatchInfo":{"batchSize":5}}'])
def test_an_object_that_is_no_batch_makes_the_count_of_records_incomplete(
    wired: Wiring, call: Call, body: bytes
) -> None:
    _store(wired.discarded_batches, "foreign", body)

    assert _ledger(call)["discarded"] == {"batches": 0, "records": 0, "complete": False}


def test_more_batches_than_a_request_counts_are_reported_as_incomplete(wired: Wiring) -> None:
    for name in "abc":
        _store(wired.discarded_batches, name, discarded_batch(kinesis_event([b"x", b"y"])))

    found = wired.discarded_batches.summary(most=2)

    assert found is not None
    assert (found.batches, found.records, found.complete) == (2, 4, False)


def test_without_the_bucket_the_ledger_is_unavailable_and_not_incomplete(call: Call, platforms: MotoPlatforms) -> None:
    with platforms.outages.of("s3"):
        answer = call("GET", "/ingest/ledger")

    assert answer.status == 503


def _store(batches: DiscardedBatches, name: str, body: bytes) -> None:
    batches.s3.put_object(Bucket=batches.bucket, Key=f"{DAY}/{name}", Body=body)


def test_all_errors_of_a_query_are_reported_together(call: Call) -> None:
    query = {"data_type": ["sales"], "deliveries": ["perhaps"], "page": ["x"], "hour": ["12"]}

    answer = call("GET", "/ingest/ledger", query=query)

    assert (answer.status, sorted(answer.fields)) == (400, ["data_type", "deliveries", "hour", "page"])


def test_deliveries_are_filtered_by_source(call: Call) -> None:
    answer = call("GET", "/ingest/ledger", query={"deliveries": ["true"]})

    assert (answer.status, list(answer.fields)) == (400, ["source_id"])


def test_lines_of_a_day_add_up_its_hours_and_days_add_up_all_lines(wired: Wiring, call: Call) -> None:
    for number, hours in enumerate((1, 3, 25)):
        rows = [sale(number), {}]
        wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=f"batch-{number}", at=NOW - hours * HOUR))
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(9)], origin="batch-9", source_id="till"))

    told = _ledger(call, interval="day", size=2)

    lines = [(each["hour"], each["source_id"], each["received"], each["quarantined"]) for each in told["content"]]
    assert lines == [
        ("2025-02-28T00:00:00Z", "web-shop", 2, 1),
        ("2025-03-01T00:00:00Z", "till", 1, 0),
    ]
    assert (told["totalElements"], told["totals"]) == (3, _ledger(call)["totals"])
    days = [(each["day"], each["received"], each["in_flight"], each["balanced"]) for each in told["days"]]
    assert days == [("2025-02-28", 2, 1, True), ("2025-03-01", 5, 3, True)]
    assert "days" not in _ledger(call)


def test_deliveries_have_no_interval(call: Call) -> None:
    query = {"deliveries": ["true"], "source_id": ["till"], "interval": ["day"]}

    answer = call("GET", "/ingest/ledger", query=query)

    assert (answer.status, list(answer.fields)) == (400, ["interval"])
