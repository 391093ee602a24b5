"""Quarantined rows are corrected in a redrive, or dropped: counted once, and never lost by a crash or a repetition."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.ingestion.stream.consumer import consume_batch
from shared.records.schema import DataType
from shared.recovery.models import DropRequest
from shared.runtime.paging import Window
from tests.events.kinesis import kinesis_event
from tests.fakes.deliveries import delivery
from tests.fakes.records import NOW, sale
from tests.fakes.state_dump import dump_state, keys, merge_all, table_rows
from tests.functions.file_loader.files import sales_csv, upload
from tests.functions.ingest.conftest import Call

LATE = timedelta(minutes=3)


def _deliver(wired: Wiring, rows: Sequence[Any], origin: str = "batch-1", **parts: Any) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=origin, **parts))


def _redrive(call: Call, **request: Any) -> Any:
    return call("POST", "/ingest/quarantine/redrive", body=request).data


def _drop(call: Call, **request: Any) -> Any:
    return call("POST", "/ingest/quarantine/drop", body=request).data


def _outcome(call: Call) -> dict[str, int]:
    merged = call("GET", "/ingest/ledger").data["totals"]
    return {name: count for name, count in merged.items() if count}


def _loaded(wired: Wiring) -> dict[str, int]:
    merge_all(wired)
    return {row["transaction_id"]: int(row["quantity"]) for row in table_rows(wired.settings, "transactions")}


def _left(call: Call) -> list[str]:
    return [row["id"] for row in call("GET", "/ingest/quarantine").data["content"]]


def test_a_corrected_row_is_loaded_and_counted_once(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1), sale(2, quantity="two"), sale(3, quantity="three")])

    told = _redrive(call, ids=["batch-1:1"], corrections={"batch-1:1": {"quantity": 2}})

    assert (told["accepted"], told["rejected"]) == (1, 0)
    assert _loaded(wired) == {"t-1": 2, "t-2": 2}
    assert _outcome(call) == {"received": 3, "loaded": 2, "quarantined": 1, "balanced": True}
    assert _left(call) == ["batch-1:2"]


def test_a_correction_that_does_not_help_leaves_the_row_as_received(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1, quantity="one")])
    before = dump_state(wired.settings)

    told = _redrive(call, ids=["batch-1:0"], corrections={"batch-1:0": {"quantity": "a", "unit_price": -1}})

    assert dump_state(wired.settings) == before
    (rejected,) = told["rejected_rows"]
    assert sorted(each["field"] for each in rejected["errors"]) == ["/quantity", "/unit_price"]


def test_a_dry_run_tries_corrections_and_changes_nothing(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1, quantity="one")])
    before = dump_state(wired.settings)

    told = _redrive(call, ids=["batch-1:0"], corrections={"batch-1:0": {"quantity": 1}}, dry_run=True)

    assert (told["accepted"], dump_state(wired.settings) == before) == (1, True)


def test_values_of_rows_of_a_text_file_are_read_as_in_the_file(wired: Wiring, call: Call) -> None:
    upload(wired, sales_csv(range(20), bad=[3, 7]))
    first, second = _left(call)

    corrections = {first: {"quantity": 5}, second: {"quantity": "6", "region": None}}
    told = _redrive(call, ids=[first, second], corrections=corrections)

    loaded = _loaded(wired)
    assert (told["accepted"], loaded["t-3"], loaded["t-7"]) == (2, 5, 6)


def test_corrections_name_columns_as_received_not_fields(wired: Wiring, call: Call) -> None:
    mapping = {"columns": {"qty": "quantity"}}
    call("PUT", "/ingest/sources/web-shop", body={"mappings": {"transactions": mapping}})
    line = {name: value for name, value in sale(1).items() if name != "quantity"}
    _deliver(wired, [{**line, "qty": "none"}])

    _redrive(call, ids=["batch-1:0"], corrections={"batch-1:0": {"qty": 3}})

    assert _loaded(wired) == {"t-1": 3}


def test_a_row_is_redriven_with_its_group_and_its_correction(wired: Wiring, call: Call) -> None:
    share = {"within": "order_id", "column": "shipping_of_order", "to": "shipping"}
    call("PUT", "/ingest/sources/web-shop", body={"mappings": {"transactions": {"allocate": [share]}}})
    first = sale(1, order_id="o-1", shipping_of_order=3)
    _deliver(wired, [first, sale(2, order_id="o-1", quantity="two"), sale(3, order_id="o-2")])

    told = _redrive(call, ids=["batch-1:1"], corrections={"batch-1:1": {"quantity": 1}})

    assert (told["rows"], told["accepted"], _loaded(wired)) == (2, 2, {"t-1": 2, "t-2": 1, "t-3": 2})


def test_what_is_not_a_record_cannot_be_corrected(wired: Wiring, call: Call) -> None:
    (entry,) = consume_batch(kinesis_event([b"broken"])["Records"], wired.loader)
    name = f"{entry.delivery_id}:0"

    told = _redrive(call, ids=[name], corrections={name: {"source_id": "till"}})

    assert (told["accepted"], told["rejected"]) == (0, 1)


def test_a_streamed_record_can_be_given_its_source(wired: Wiring, call: Call) -> None:
    envelope = {"data_type": "transactions", "timestamp": "2025-01-01T00:00:00Z", "data": sale(1)}
    (entry,) = consume_batch(kinesis_event([json.dumps(envelope).encode()])["Records"], wired.loader)
    name = f"{entry.delivery_id}:0"

    _redrive(call, ids=[name], corrections={name: {"source_id": "till"}})

    assert _loaded(wired) == {"t-1": 2}


def test_the_audit_log_has_the_columns_of_a_correction_but_no_value(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1, quantity="one")])

    _redrive(call, ids=["batch-1:0"], corrections={"batch-1:0": {"quantity": 77, "customer_id": "somebody"}})

    (entry,) = (each.body for each in wired.audit_trail.find(Asked(), Window(0, 9)).items)
    assert json.loads(entry)["after"]["request"]["corrected"] == {"batch-1:0": ["customer_id", "quantity"]}
    assert "somebody" not in entry


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"corrections": {"batch-1:0": {"a": 1}}}, "body"),
        ({"ids": ["batch-1:1"], "corrections": {"batch-1:0": {"a": 1}}}, "body"),
        ({"ids": ["batch-1:0"], "corrections": {"batch-1:0": {"": 1}}}, "corrections.batch-1:0"),
        ({"ids": ["batch-1:0"], "corrections": {"batch-1": {"a": 1}}}, "corrections.batch-1"),
    ],
)
def test_corrections_must_be_of_columns_of_named_rows(call: Call, request_: dict[str, Any], field: str) -> None:
    answer = call("POST", "/ingest/quarantine/redrive", body=request_)

    assert answer.status == 400
    assert any(each.startswith(field) for each in answer.fields), answer.fields


def test_dropped_rows_leave_the_quarantine_and_are_still_accounted_for(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1), {}, {}, sale(4, quantity="x")])

    told = _drop(call, ids=["batch-1:1", "batch-1:2", "batch-1:9"])

    assert told == {"dropped": 2, "skipped": 0, "skipped_deliveries": [], "complete": True}
    assert (_left(call), _loaded(wired)) == (["batch-1:3"], {"t-1": 2})
    assert _outcome(call) == {"received": 4, "loaded": 1, "quarantined": 3, "dropped": 2, "balanced": True}
    assert keys(wired.settings, "redrives/") == keys(wired.settings, "incoming/") == []
    (entry,) = (each for each in [wired.ledger.get("batch-1")] if each)
    assert (entry.is_complete, entry.redriving) == (True, "")


def test_rows_of_a_source_are_dropped_by_filters(wired: Wiring, call: Call) -> None:
    _deliver(wired, [sale(1, quantity="x"), sale(2, unit_price=-1)])
    _deliver(wired, [{}], origin="batch-2", source_id="till")

    told = _drop(call, source_id="web-shop", code="type")

    assert (told["dropped"], _left(call)) == (1, ["batch-1:1", "batch-2:0"])


def test_rows_of_a_group_are_dropped_together(wired: Wiring, call: Call) -> None:
    share = {"within": "order_id", "column": "shipping_of_order", "to": "shipping"}
    call("PUT", "/ingest/sources/web-shop", body={"mappings": {"transactions": {"allocate": [share]}}})
    _deliver(wired, [sale(1, order_id="o-1"), sale(2, order_id="o-1", quantity="x"), sale(3, order_id="o-2")])

    assert _drop(call, ids=["batch-1:1"])["dropped"] == 2

    assert (_left(call), _loaded(wired)) == ([], {"t-3": 2})


def test_a_delivery_repeated_after_a_drop_brings_nothing_back(wired: Wiring, call: Call) -> None:
    for origin, rows in (("batch-1", [sale(1), {}]), ("batch-2", [{}, {}])):
        _deliver(wired, rows, origin=origin)
    _drop(call, source_id="web-shop")
    merge_all(wired)
    before = dump_state(wired.settings)

    for origin, rows in (("batch-1", [sale(1), {}]), ("batch-2", [{}, {}])):
        _deliver(wired, rows, origin=origin)
    merge_all(wired)

    assert dump_state(wired.settings) == before


def test_rows_that_cannot_be_dropped_now_are_skipped_with_the_reason(wired: Wiring, call: Call) -> None:
    _deliver(wired, [{}])
    wired.ledger.update("batch-1", lambda entry: replace(entry, written=False) if entry else pytest.fail("no entry"))

    told = _drop(call, ids=["batch-1:0"])

    assert (told["dropped"], told["skipped"], _left(call)) == (0, 1, ["batch-1:0"])
    assert told["skipped_deliveries"] == [
        {"origin": "batch-1", "rows": 1, "reason": "the delivery is still being loaded"}
    ]


def test_a_drop_out_of_time_is_continued_where_it_stopped(wired: Wiring) -> None:
    for number in range(2):
        _deliver(wired, [{}], origin=f"batch-{number}", at=NOW - timedelta(minutes=9 - number))
    hasty = replace(wired.redrive_service, time_limit_seconds=-1)

    first = hasty.drop(DropRequest(source_id="web-shop"))
    second = hasty.drop(DropRequest(source_id="web-shop", after=first.after))

    assert [(each.dropped, each.complete) for each in (first, second)] == [(1, False), (1, True)]


def test_all_rows_of_all_sources_cannot_be_dropped_at_once(wired: Wiring, call: Call) -> None:
    _deliver(wired, [{}])

    assert call("POST", "/ingest/quarantine/drop", body={"data_type": "transactions"}).status == 400
    assert _left(call) == ["batch-1:0"]
