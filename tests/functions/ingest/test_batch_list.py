"""GET /ingest/batches: batches and files, newest first, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.records import AT, NOW, good, sale
from tests.fakes.state_dump import merge_all
from tests.functions.file_loader.files import loader
from tests.functions.ingest.conftest import Call


def _batches(call: Call, **query: object) -> Any:
    return call("GET", "/ingest/batches", query={name: [str(value)] for name, value in query.items()}).data


def _ids(call: Call, **query: object) -> list[str]:
    return [each["batch_id"] for each in _batches(call, **query)["content"]]


def _announce(call: Call, **fields: Any) -> str:
    body = {"source_id": "till-7", "data_type": "transactions", "format": "json", **fields}
    batch_id: str = call("POST", "/ingest/uploads", body=body).data["batch_id"]
    return batch_id


def _load(wired: Wiring, batch_id: str, body: bytes) -> None:
    upload = wired.uploads.store.get(batch_id)
    assert upload is not None
    wired.lake.put(upload.key, body)
    loader(wired).run(batch_id, lambda: True)


def test_batches_are_listed_newest_first_with_their_status(
    wired: Wiring, call: Call, submit: Call, clock: Clock
) -> None:
    first = submit([sale(1)]).data["batch_id"]
    merge_all(wired)
    clock.pass_by(timedelta(hours=1))
    second = submit([good(DataType.PRODUCTS)], "products", source_id="till-7").data["batch_id"]

    listed = _batches(call)

    assert [(each["batch_id"], each["source_id"], each["data_type"], each["status"]) for each in listed["content"]] == [
        (second, "till-7", "products", "processing"),
        (first, "web-shop", "transactions", "completed"),
    ]
    assert (listed["totalElements"], listed["first"], listed["last"]) == (2, True, True)
    status = call("GET", f"/ingest/batches/{first}/status").data
    assert {name: listed["content"][1][name] for name in status} == status


def test_filters_select_batches(wired: Wiring, call: Call, submit: Call, clock: Clock) -> None:
    old = submit([sale(1)]).data["batch_id"]
    merge_all(wired)
    clock.pass_by(timedelta(days=2))
    new = submit([sale(2)], source_id="till-7").data["batch_id"]
    products = submit([good(DataType.PRODUCTS)], "products").data["batch_id"]

    assert _ids(call, source_id="till-7") == [new]
    assert _ids(call, data_type="products") == [products]
    assert _ids(call, status="completed") == [old]
    assert sorted(_ids(call, status="processing")) == sorted([new, products])
    middle = (NOW + timedelta(days=1)).isoformat()
    assert _ids(call, **{"time_range.end": middle}) == [old]
    assert sorted(_ids(call, **{"time_range.start": middle})) == sorted([new, products])


def test_batches_are_sorted_by_a_field(wired: Wiring, call: Call, submit: Call, clock: Clock) -> None:
    first = submit([sale(1)], source_id="till-7").data["batch_id"]
    merge_all(wired)
    clock.pass_by(timedelta(seconds=1))
    second = submit([sale(2)], source_id="app").data["batch_id"]

    assert _ids(call, sort="started_at") == [first, second]
    assert _ids(call, sort="source_id,desc") == [first, second]
    assert _ids(call, sort="completed_at,desc") == [first, second]  # those without a value come last
    assert _ids(call, sort="status,asc") == [first, second]


def test_pages_contain_every_batch_once(call: Call, submit: Call, clock: Clock) -> None:
    sent = []
    for number in range(5):
        sent.append(submit([sale(number)]).data["batch_id"])
        clock.pass_by(timedelta(seconds=1))

    pages = [_ids(call, page=number, size=2) for number in range(4)]

    assert [batch_id for page in pages for batch_id in page] == sent[::-1]
    assert [len(page) for page in pages] == [2, 2, 1, 0]


def test_a_file_is_one_batch_whether_or_not_a_row_of_it_was_read(wired: Wiring, call: Call) -> None:
    loaded, failed, expected = (_announce(call) for _ in range(3))
    _load(wired, loaded, b'{"transaction_id": "t-1"}\n' * 3)
    _load(wired, failed, b'[{"transaction_id": ')

    listed = {each["batch_id"]: each for each in _batches(call)["content"]}

    assert {name: each["status"] for name, each in listed.items()} == {
        loaded: "failed",
        failed: "failed",
        expected: "processing",
    }
    assert listed[loaded]["progress"]["total_records"] == 3
    assert listed[failed]["errors"][0]["stage"] == "parse"
    assert _ids(call, source_id="web-shop") == []


def test_stream_deliveries_are_no_batches(wired: Wiring, call: Call) -> None:
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
    consume_batch(kinesis_event([record])["Records"], wired.loader)

    assert _ids(call) == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"status": "done"}, "status"),
        ({"size": 101}, "size"),
        ({"data_type": "sales"}, "data_type"),
        ({"sort": "size"}, "sort"),
        ({"x": 1}, "x"),
    ],
)
def test_wrong_parameters_are_named(call: Call, query: dict[str, Any], named: str) -> None:
    answer = call("GET", "/ingest/batches", query={name: [str(value)] for name, value in query.items()})

    assert (answer.status, list(answer.fields)) == (400, [named])
