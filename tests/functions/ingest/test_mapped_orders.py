"""Orders of several lines, with shared discounts and refunds: loaded whole, and every record counted once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import LedgerEntry
from shared.records.malformed import MalformedRecord
from shared.records.schema import DataType
from shared.records.validation import Form
from tests.events.kinesis import kinesis_event
from tests.fakes.deliveries import delivery
from tests.fakes.mapped_orders import LOADED, MAPPING, ORDERS, loaded_lines
from tests.functions.ingest.conftest import Call


def _configure(call: Call, **changes: Any) -> None:
    answer = call("PUT", "/ingest/sources/web-shop", body={"mappings": {"transactions": MAPPING | changes}})
    assert answer.status == 200, answer.data


def _entry(wired: Wiring, origin: str) -> LedgerEntry:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry


def _counted(wired: Wiring, origin: str) -> tuple[int, int, int, int]:
    """Return the numbers of received, loaded and quarantined records, and of those in flight."""
    entry = _entry(wired, origin)
    return entry.received, entry.outcomes.loaded, entry.quarantined, entry.in_flight


def _deliver(wired: Wiring, origin: str, rows: Sequence[Any]) -> None:
    wired.loader.load(replace(delivery(DataType.TRANSACTIONS, rows, origin=origin), form=Form.TEXT))


def _redrive(call: Call, **request: Any) -> Any:
    return call("POST", "/ingest/quarantine/redrive", body=request).data


@pytest.mark.parametrize("data_format", ["csv", "json"])
def test_a_batch_of_orders_is_loaded_with_shares_and_returns(
    wired: Wiring, call: Call, submit: Call, data_format: str
) -> None:
    _configure(call)

    answer = submit(ORDERS, format=data_format)

    assert answer.data["records_received"] == 5
    assert loaded_lines(wired) == LOADED
    assert _counted(wired, answer.data["batch_id"]) == (6, 6, 0, 0)


def test_orders_within_one_record_of_the_stream_are_loaded_alike(wired: Wiring, call: Call) -> None:
    _configure(call)
    body = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}
    first, second = body | {"data": ORDERS[:3]}, body | {"data": ORDERS[3:]}

    (entry,) = consume_batch(kinesis_event([first, second])["Records"], wired.loader)

    assert loaded_lines(wired) == LOADED
    assert _counted(wired, entry.delivery_id) == (6, 6, 0, 0)


def test_lines_of_one_order_in_two_records_of_the_stream_are_two_groups(wired: Wiring, call: Call) -> None:
    _configure(call)
    body = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}

    consume_batch(kinesis_event([body | {"data": ORDERS[:1]}, body | {"data": ORDERS[1:3]}])["Records"], wired.loader)

    assert loaded_lines(wired) == {"#1-a": (1, 10, "EUR", "completed")}


def test_a_repeated_delivery_counts_derived_records_once(wired: Wiring, call: Call) -> None:
    _configure(call)

    _deliver(wired, "batch-1", ORDERS)
    _deliver(wired, "batch-1", ORDERS)

    assert loaded_lines(wired) == LOADED
    assert _counted(wired, "batch-1") == (6, 6, 0, 0)


def test_the_same_orders_in_another_delivery_are_duplicates(wired: Wiring, call: Call) -> None:
    _configure(call)
    _deliver(wired, "batch-1", ORDERS)
    _deliver(wired, "batch-2", ORDERS)

    assert loaded_lines(wired) == LOADED
    entry = _entry(wired, "batch-2")
    assert (entry.received, entry.outcomes.duplicate, entry.in_flight) == (6, 6, 0)


def test_an_order_with_a_wrong_line_is_quarantined_whole(wired: Wiring, call: Call) -> None:
    _configure(call)
    wrong = [*ORDERS[:2], ORDERS[2] | {"Qty": "many"}, *ORDERS[3:]]

    _deliver(wired, "batch-1", wrong)

    rows = call("GET", "/ingest/quarantine", query={"size": ["10"]}).data["content"]
    assert [row["id"] for row in rows] == ["batch-1:0", "batch-1:1", "batch-1:2"]
    assert [[error["code"] for error in row["errors"]] for row in rows] == [
        ["group_rejected"],
        ["group_rejected"],
        ["allocation", "type"],
    ]
    assert set(loaded_lines(wired)) == {"#2-a", "#2-b"}
    assert _counted(wired, "batch-1") == (5, 2, 3, 0)


@pytest.mark.parametrize("times", [1, 2])
def test_redriving_one_line_redrives_its_order_and_derives_its_return_once(
    wired: Wiring, call: Call, times: int
) -> None:
    _configure(call, values={"status": {"voided": "cancelled"}})
    _deliver(wired, "batch-1", ORDERS)
    assert _counted(wired, "batch-1") == (5, 0, 3, 2)
    _configure(call)

    for _ in range(times):
        told = _redrive(call, ids=["batch-1:2"])

    assert (told["rows"], told["accepted"]) == ((3, 3) if times == 1 else (0, 0))
    assert loaded_lines(wired) == LOADED
    assert _counted(wired, "batch-1") == (6, 6, 0, 0)


def test_an_order_beside_a_line_that_cannot_be_read_is_not_redriven_without_it(wired: Wiring, call: Call) -> None:
    _configure(call)
    sent = delivery(DataType.TRANSACTIONS, ORDERS[1:], origin="batch-1")
    first = MalformedRecord(0, "#1|2025-01-31T10:00:00Z|EUR|paid", "ragged", "has 4 fields instead of 10")
    wired.loader.load(replace(sent, form=Form.TEXT, places=range(1, 5), malformed=[first]))
    _configure(call, defaults={"timestamp": "2025-01-31T10:00:00Z", "currency": "EUR", "status": "completed"})

    told = _redrive(call, source_id="web-shop")

    assert (told["accepted"], told["reasons"]) == (0, {"group_unknown": 2, "ragged": 1})
    assert set(loaded_lines(wired)) == {"#2-a", "#2-b"}
    assert _counted(wired, "batch-1") == (5, 2, 3, 0)


def test_a_batch_received_before_its_mapping_is_redriven_as_a_whole_only(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", ORDERS)
    _configure(call)

    one = _redrive(call, ids=["batch-1:4"])
    every = _redrive(call, source_id="web-shop")

    assert (one["accepted"], one["reasons"]) == (0, {"group_unknown": 1})
    assert every["accepted"] == 5
    assert loaded_lines(wired) == LOADED
    assert _counted(wired, "batch-1") == (6, 6, 0, 0)


def test_a_batch_that_the_gate_rejects_derives_its_records_when_it_is_redriven(
    wired: Wiring, call: Call, submit: Call
) -> None:
    _configure(call, values={"status": {"voided": "cancelled"}})
    assert submit(ORDERS, format="csv").status == 422
    _configure(call)

    told = _redrive(call, source_id="web-shop")

    assert told["accepted"] == 5
    assert loaded_lines(wired) == LOADED


def test_a_single_record_is_validated_with_what_is_derived_from_it(call: Call) -> None:
    _configure(call)
    envelope = {"source_id": "web-shop", "data_type": "transactions", "timestamp": "2025-01-31T12:00:00Z"}
    line = ORDERS[0] | {"Refunded": "50", "Refunded at": "2025-02-01T10:00:00Z"}

    good = call("POST", "/ingest/stream", body=envelope | {"data": line})
    bad = call("POST", "/ingest/stream", body=envelope | {"data": line | {"Refunded at": "later", "Status": "odd"}})

    assert good.status == 202
    assert (bad.status, sorted(bad.fields)) == (400, ["data.status", "data.timestamp"])
