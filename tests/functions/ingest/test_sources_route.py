"""GET /ingest/sources: who delivers what, page by page, by the ledger's own totals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import AT, GOOD, NOW, sale
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call


def _deliver(wired: Wiring, *source_ids: str, at: Any = NOW) -> None:
    for source_id in source_ids:
        wired.loader.load(
            delivery(DataType.TRANSACTIONS, [sale(1), {}], origin=f"batch-{source_id}", source_id=source_id, at=at)
        )


def _sources(call: Call, **query: object) -> Any:
    return call("GET", "/ingest/sources", query={name: [str(value)] for name, value in query.items()}).data


def test_a_source_has_totals_per_type(wired: Wiring, call: Call) -> None:
    _deliver(wired, "web-shop")
    wired.loader.load(delivery(DataType.PRODUCTS, [GOOD[DataType.PRODUCTS]], origin="batch-p"))
    merge_all(wired)

    (source,) = _sources(call)["content"]

    assert {name: source[name] for name in ("source_id", "name", "type", "status", "total_records")} == {
        "source_id": "web-shop",
        "name": "Web Shop",
        "type": "api",
        "status": "active",
        "total_records": 3,
    }
    assert source["last_ingestion"] == "2025-03-01T12:00:00Z"
    assert source["configuration"]["data_types"]["transactions"] == {
        "received": 2,
        "loaded": 1,
        "duplicate": 0,
        "conflict": 0,
        "quarantined": 1,
        "dropped": 0,
        "superseded": 0,
        "in_flight": 0,
        "watermark": "2025-02-27T10:15:00.000Z",
    }


def test_rows_not_merged_yet_are_in_flight(wired: Wiring, call: Call) -> None:
    _deliver(wired, "web-shop")

    (source,) = _sources(call)["content"]

    assert source["configuration"]["data_types"]["transactions"]["in_flight"] == 1


def test_pages_contain_every_source_once(wired: Wiring, call: Call) -> None:
    _deliver(wired, "src-c", "src-a", "src-e", "src-b", "src-d")

    pages = [_sources(call, page=number, size=2) for number in range(4)]

    ids = [[source["source_id"] for source in page["content"]] for page in pages]
    assert [len(page) for page in ids] == [2, 2, 1, 0]
    assert sorted(source_id for page in ids for source_id in page) == ["src-a", "src-b", "src-c", "src-d", "src-e"]
    assert [(page["first"], page["last"]) for page in pages] == [
        (True, False),
        (False, False),
        (False, True),
        (False, True),
    ]
    assert {(page["totalElements"], page["totalPages"], page["size"]) for page in pages} == {(5, 3, 2)}


def test_sources_are_sorted_by_a_field(wired: Wiring, call: Call) -> None:
    _deliver(wired, "src-c", "src-a", "src-b")

    found = [[each["source_id"] for each in _sources(call, sort=f"source_id{way}")["content"]] for way in ("", ",desc")]

    assert found == [["src-a", "src-b", "src-c"], ["src-c", "src-b", "src-a"]]
    assert call("GET", "/ingest/sources", query={"sort": ["type"]}).status == 400


def test_without_deliveries_there_is_one_empty_page(call: Call) -> None:
    assert _sources(call) == {
        "content": [],
        "totalElements": 0,
        "totalPages": 0,
        "size": 20,
        "number": 0,
        "first": True,
        "last": True,
    }


def test_sources_silent_for_a_week_are_listed_only_on_request(wired: Wiring, call: Call, clock: Clock) -> None:
    _deliver(wired, "old-till")
    clock.pass_by(timedelta(days=8))
    _deliver(wired, "new-till", at=clock())

    active, every = _sources(call), _sources(call, active_only="false")

    assert [source["source_id"] for source in active["content"]] == ["new-till"]
    assert {source["source_id"]: source["status"] for source in every["content"]} == {
        "new-till": "active",
        "old-till": "inactive",
    }


def test_a_source_on_the_stream_has_type_stream_and_malformed_records_have_no_source(wired: Wiring, call: Call) -> None:
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
    consume_batch(kinesis_event([record, b"broken"])["Records"], wired.loader)

    (source,) = _sources(call)["content"]

    assert (source["source_id"], source["type"]) == ("till-7", "stream")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"size": 0}, "size"),
        ({"size": 101}, "size"),
        ({"size": "x"}, "size"),
        ({"page": -1}, "page"),
        ({"page": 1.5}, "page"),
        ({"active_only": "perhaps"}, "active_only"),
    ],
)
def test_paging_has_bounds(call: Call, query: dict[str, Any], named: str) -> None:
    answer = call("GET", "/ingest/sources", query={name: [str(value)] for name, value in query.items()})

    assert (answer.status, list(answer.fields)) == (400, [named])


def test_one_source_is_read_by_its_id(wired: Wiring, call: Call) -> None:
    _deliver(wired, "web-shop", "till-7")

    answer = call("GET", "/ingest/sources/till-7")

    assert answer.data == next(each for each in _sources(call)["content"] if each["source_id"] == "till-7")
    assert call("GET", "/ingest/sources/till-8").status == 404


def test_the_type_is_that_of_the_first_delivery_whatever_follows(wired: Wiring, call: Call, clock: Clock) -> None:
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
    consume_batch(kinesis_event([record])["Records"], wired.loader)
    seen = []

    for number, data_type in enumerate((DataType.ORDERS, DataType.TRANSACTIONS, DataType.PRODUCTS)):
        clock.pass_by(timedelta(hours=1))
        rows = [GOOD[data_type]]
        wired.loader.load(delivery(data_type, rows, origin=f"batch-{number}", source_id="till-7", at=clock()))
        seen.append(call("GET", "/ingest/sources/till-7").data["type"])

    assert seen == ["stream"] * 3


def test_a_source_that_uploads_files_has_type_file(wired: Wiring, call: Call) -> None:
    part = delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1~p00001", source_id="till-7")
    wired.loader.load(replace(part, batch_id="batch-1"))

    assert call("GET", "/ingest/sources/till-7").data["type"] == "file"


def test_a_successful_redrive_ends_the_status_error(wired: Wiring, call: Call, clock: Clock) -> None:
    early = sale(1, timestamp="2025-03-01T12:06:00Z")
    wired.loader.load(delivery(DataType.TRANSACTIONS, [early], origin="batch-1"))
    before = call("GET", "/ingest/sources/web-shop").data["status"]
    clock.pass_by(timedelta(minutes=5))

    assert call("POST", "/ingest/quarantine/redrive", body={"source_id": "web-shop"}).data["accepted"] == 1

    assert (before, call("GET", "/ingest/sources/web-shop").data["status"]) == ("error", "active")


def test_a_deleted_source_keeps_its_data_and_its_ledger(wired: Wiring, call: Call) -> None:
    call("PUT", "/ingest/sources/web-shop", body={"name": "Shop", "type": "database", "namespace": "shop-a"})
    _deliver(wired, "web-shop")
    merge_all(wired)

    answers = [call("DELETE", "/ingest/sources/web-shop").status for _ in range(2)]

    source = call("GET", "/ingest/sources/web-shop").data
    assert answers == [204, 204]
    assert (source["name"], source["type"], source["total_records"]) == ("Web Shop", "api", 2)
    assert source["configuration"]["namespace"] == "default"
    assert [row["transaction_id"] for row in table_rows(wired.settings, "transactions")] == ["shop-a:t-1"]
    assert [each["source_id"] for each in _sources(call)["content"]] == ["web-shop"]


def test_a_deleted_source_that_never_delivered_is_gone(call: Call) -> None:
    call("PUT", "/ingest/sources/web-shop", body={"name": "Shop"})

    answers = [call("DELETE", "/ingest/sources/web-shop").status for _ in range(2)]

    assert answers == [204, 404]
    assert _sources(call, active_only="false")["content"] == []
    assert call("DELETE", "/ingest/sources/nobody").status == 404
