"""GET /ingest/quarantine and /ingest/batches/{id}/errors: every rejection is found and explained, page by page."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.records.malformed import MalformedRecord
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import AT, NOW, good, sale
from tests.fakes.state_dump import keys
from tests.functions.ingest.conftest import Call

BAD = sale(9, quantity="many", unit_price=-1)


def _deliver(wired: Wiring, origin: str, rows: Sequence[Any], *, source_id: str = "web-shop", at: Any = NOW) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=origin, source_id=source_id, at=at))


def _browse(call: Call, **query: object) -> Any:
    return call("GET", "/ingest/quarantine", query={name: [str(value)] for name, value in query.items()}).data


def _found(call: Call, **query: object) -> list[str]:
    return [row["id"] for row in _browse(call, **query)["content"]]


def test_a_rejected_row_is_returned_unchanged_with_all_errors(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [sale(1), BAD])

    page = _browse(call)

    (row,) = page["content"]
    assert (page["totalElements"], row.pop("raw")) == (1, orjson.dumps(BAD).decode())
    errors = row.pop("errors")
    assert {(each["row"], each["field"], each["code"]) for each in errors} == {
        (1, "/quantity", "type"),
        (1, "/unit_price", "money"),
    }
    assert row == {
        "id": "batch-1:1",
        "origin": "batch-1",
        "source_id": "web-shop",
        "data_type": "transactions",
        "row": 1,
        "received_at": "2025-03-01T12:00:00Z",
        "raw_is_cut": False,
    }


def test_rows_are_filtered_by_source_type_time_and_error_code(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [BAD, {}], at=NOW - timedelta(days=3))
    _deliver(wired, "batch-2", [sale(1, quantity="many")], source_id="till", at=NOW - timedelta(hours=1))
    wired.loader.load(delivery(DataType.ORDERS, [{}], origin="batch-3"))

    assert _found(call) == ["batch-1:0", "batch-1:1", "batch-2:0", "batch-3:0"]
    assert _found(call, source_id="till") == ["batch-2:0"]
    assert _found(call, data_type="orders") == ["batch-3:0"]
    assert _found(call, code="required") == ["batch-1:1", "batch-3:0"]
    assert _found(call, code="type", source_id="web-shop") == ["batch-1:0"]
    assert _found(call, code="choice") == []
    assert _found(call, **{"time_range[start]": "2025-03-01"}) == ["batch-2:0", "batch-3:0"]
    assert _found(call, **{"time_range.end": "2025-03-01T11:00:00Z"}) == ["batch-1:0", "batch-1:1"]
    assert _found(call, time_range='{"start": "2025-03-01T11:00:00Z", "end": "2025-03-01T12:00:00Z"}') == ["batch-2:0"]


def test_rows_are_sorted_by_a_field_of_their_delivery(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [BAD, {}], at=NOW - timedelta(days=3))
    _deliver(wired, "batch-2", [{}], source_id="till", at=NOW - timedelta(hours=1))
    wired.loader.load(delivery(DataType.ORDERS, [{}], origin="batch-3"))

    assert _found(call, sort="received_at,desc") == ["batch-3:0", "batch-2:0", "batch-1:0", "batch-1:1"]
    assert _found(call, sort="source_id") == ["batch-2:0", "batch-1:0", "batch-1:1", "batch-3:0"]
    assert _found(call, sort="data_type,asc", page=1, size=2) == ["batch-1:1", "batch-2:0"]
    assert _found(call, sort="received_at,desc", code="type") == ["batch-1:0"]
    assert call("GET", "/ingest/quarantine", query={"sort": ["row"]}).fields.keys() == {"sort"}


def test_errors_of_a_batch_are_sorted_by_a_field(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [sale(1, quantity="x", currency="?"), sale(2), sale(3, unit_price=-1)])

    def errors(**query: str) -> list[tuple[int, str]]:
        asked = {name: [value] for name, value in query.items()}
        found = call("GET", "/ingest/batches/batch-1/errors", query=asked).data["content"]
        return [(each["row"], each["field"]) for each in found]

    price, currency, quantity = (2, "/unit_price"), (0, "/currency"), (0, "/quantity")
    assert sorted(errors()[:2]) == [currency, quantity]
    assert errors(sort="row,desc") == [price, *errors()[:2]]
    assert errors(sort="field") == [currency, quantity, price]
    assert errors(sort="field,desc", size="2", page="1") == [currency]
    assert [each["code"] for each in _sorted_by_code(call)] == sorted(each["code"] for each in _sorted_by_code(call))
    assert call("GET", "/ingest/batches/batch-1/errors", query={"sort": ["message"]}).fields.keys() == {"sort"}


def test_too_many_errors_are_sorted_by_row_only(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [BAD])
    (found,) = wired.quarantine.index.list_by_day([NOW.date()])
    wired.quarantine.index.put(replace(found, reasons=100_001))

    by_code = call("GET", "/ingest/batches/batch-1/errors", query={"sort": ["code"]})
    by_row = call("GET", "/ingest/batches/batch-1/errors", query={"sort": ["row,desc"]})

    assert (by_code.status, by_row.status) == (422, 200)


def _sorted_by_code(call: Call) -> Any:
    return call("GET", "/ingest/batches/batch-1/errors", query={"sort": ["code"]}).data["content"]


def test_the_default_range_is_the_last_seven_days(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [{}], at=NOW - timedelta(days=8))
    _deliver(wired, "batch-2", [{}], at=NOW - timedelta(days=7))

    assert _found(call) == ["batch-2:0"]


@pytest.mark.parametrize("code", [None, "type"])
def test_pages_contain_every_row_once_across_deliveries_and_days(wired: Wiring, call: Call, code: str | None) -> None:
    bad: dict[str, Any] = sale(1, quantity="many")
    other: dict[str, Any] = {}
    for number, day in enumerate((2, 1, 1, 0)):
        _deliver(wired, f"batch-{number}", [bad, other, sale(2), bad][: 4 - number], at=NOW - timedelta(days=day))

    every = _found(call, size=100, **({"code": code} if code else {}))
    pages = [_browse(call, page=number, size=2, **({"code": code} if code else {})) for number in range(5)]

    assert [row["id"] for page in pages for row in page["content"]] == every
    assert len(every) == len(set(every)) == pages[0]["totalElements"]
    assert every[0] == "batch-0:0"


def test_only_objects_of_the_page_are_read(wired: Wiring, call: Call) -> None:
    for number in range(4):
        _deliver(wired, f"batch-{number}", [{}, {}], at=NOW - timedelta(minutes=9 - number))
    wired.lake.delete(filter(None, map(wired.lake.get, keys(wired.settings, "quarantine/")[:2])))

    assert _found(call, page=0, size=4) == []
    assert _found(call, page=2, size=2) == ["batch-2:0", "batch-2:1"]


def test_an_unreadable_record_is_returned_as_received(wired: Wiring, call: Call) -> None:
    consume_batch(kinesis_event([b"broken", b"\xff\x00"])["Records"], wired.loader)

    rows = _browse(call, source_id="unattributed", data_type="unknown", **{"time_range.start": "2025-01-01"})["content"]

    assert [row["raw"] for row in rows] == ["broken", "/wA="]
    assert {row["errors"][0]["code"] for row in rows} == {"json"}


def test_personal_customer_fields_are_omitted(wired: Wiring, call: Call) -> None:
    wired.loader.load(delivery(DataType.CUSTOMERS, [{"email": "a@example.org", "segment": 5}], origin="batch-1"))

    (row,) = _browse(call)["content"]

    assert row["raw"] == '{"segment":5}'


def test_a_row_larger_than_a_page_is_truncated(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [{"note": "x" * 50_000}])

    (row,) = _browse(call)["content"]

    assert (len(row["raw"]), row["raw_is_cut"]) == (20_000, True)


def test_all_errors_of_a_query_are_reported_together(call: Call) -> None:
    query = {"source_id": ["../x"], "data_type": ["sales"], "code": ["A B"], "page": ["-1"], "size": ["101"]}
    query |= {"time_range[start]": ["soon"], "colour": ["red"]}

    answer = call("GET", "/ingest/quarantine", query=query)

    assert answer.status == 400
    assert sorted(answer.fields) == ["code", "colour", "data_type", "page", "size", "source_id", "time_range.start"]


@pytest.mark.parametrize(
    "query",
    [{"time_range.end": ["1990-01-01"], "time_range.start": ["1991-01-01"]}, {"time_range.start": ["2020-01-01"]}],
)
def test_a_range_is_ordered_and_bounded(call: Call, query: dict[str, list[str]]) -> None:
    answer = call("GET", "/ingest/quarantine", query=query)

    assert (answer.status, list(answer.fields)) == (400, ["time_range"])


def _errors(call: Call, batch_id: str, **query: object) -> Any:
    return call(
        "GET", f"/ingest/batches/{batch_id}/errors", query={name: [str(value)] for name, value in query.items()}
    )


def test_batch_errors_are_paged_in_row_order(call: Call, submit: Call) -> None:
    rows = [sale(number) if number % 2 else sale(number, quantity="many", product_id=7) for number in range(40)]
    batch_id = (
        submit(rows, source_id="lenient").data["batch_id"]
        if call("PUT", "/ingest/sources/lenient", body={"thresholds": {"transactions": 0}}).data
        else ""
    )

    pages = [_errors(call, batch_id, page=number, size=15).data for number in range(3)]

    errors = [error for page in pages for error in page["content"]]
    assert [page["totalElements"] for page in pages] == [40, 40, 40]
    assert [error["row"] for error in errors] == [row for row in range(0, 40, 2) for _ in range(2)]
    assert {(error["field"], error["code"]) for error in errors} == {("/quantity", "type"), ("/product_id", "type")}
    assert {error["rejected_value"] for error in errors} == {"many", 7}


def test_errors_of_file_parts_have_row_numbers_of_the_file(wired: Wiring, call: Call, clock: Clock) -> None:
    for number, places in ((1, [2, 3, 5]), (2, [6, 7, 9])):
        part = delivery(DataType.ORDERS, [{}, good(DataType.ORDERS), {}], origin=f"batch-f~p{number:05d}", at=clock())
        malformed = [MalformedRecord(places[-1] - 1, '"open', "quote", "is never closed")] if number == 1 else []
        wired.loader.load(
            replace(part, batch_id="batch-f", places=places, form=Form.TEXT, malformed=malformed, received_at=clock())
        )

    page = _errors(call, "batch-f", size=100).data

    assert list(dict.fromkeys(error["row"] for error in page["content"])) == [2, 4, 5, 6, 9]
    assert [error["code"] for error in page["content"] if error["row"] == 4] == ["quote"]


def test_a_batch_without_errors_has_an_empty_page_and_an_unknown_one_is_404(call: Call, submit: Call) -> None:
    batch_id = submit([sale(1)]).data["batch_id"]

    assert _errors(call, batch_id).data["content"] == []
    assert _errors(call, "batch-unknown").status == 404


def test_a_stream_delivery_is_not_a_batch(wired: Wiring, call: Call) -> None:
    record = {"source_id": "till-7", "data_type": "transactions", "timestamp": AT, "data": {"x": 1}}
    (entry,) = consume_batch(kinesis_event([record])["Records"], wired.loader)

    assert _errors(call, entry.delivery_id).status == 404
