"""POST /ingest/quarantine/redrive: after a fix rejected rows are loaded, seen first if wanted, and counted once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import LedgerEntry
from shared.records.schema import DataType
from shared.recovery.models import RedriveRequest
from shared.runtime.paging import Window
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import NOW, sale
from tests.fakes.state_dump import dump_state, keys, merge_all, table_rows
from tests.functions.ingest.conftest import Call

MAPPING = {"columns": {"qty": "quantity"}}


def _old(number: int, **fields: Any) -> dict[str, Any]:
    """A sale as an old till writes it."""
    line = sale(number, **fields)
    return {"qty" if name == "quantity" else name: value for name, value in line.items()}


def _deliver(wired: Wiring, origin: str, rows: Sequence[Any], **parts: Any) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=origin, **parts))


def _fix(call: Call, source_id: str = "web-shop", **configuration: Any) -> None:
    call("PUT", f"/ingest/sources/{source_id}", body={"mappings": {"transactions": MAPPING}} | configuration)


def _redrive(call: Call, **request: Any) -> Any:
    return call("POST", "/ingest/quarantine/redrive", body=request).data


def _entry(wired: Wiring, origin: str) -> LedgerEntry:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry


def _outcome(wired: Wiring, origin: str) -> tuple[int, int, int, int, int]:
    entry = _entry(wired, origin)
    return entry.received, entry.outcomes.loaded, entry.outcomes.duplicate, entry.quarantined, entry.in_flight


def _loaded(wired: Wiring) -> dict[str, int]:
    merge_all(wired)
    return {row["transaction_id"]: int(row["quantity"]) for row in table_rows(wired.settings, "transactions")}


def _left(call: Call) -> list[str]:
    return [row["id"] for row in call("GET", "/ingest/quarantine", query={"size": ["100"]}).data["content"]]


def test_rows_that_a_mapping_repairs_are_loaded_and_counted_once(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [sale(1), _old(2), _old(3, timestamp="2025-02-20T08:00:00Z"), {"nothing": 1}])
    _fix(call)

    told = _redrive(call)

    in_flight = _outcome(wired, "batch-1")
    assert (told["rows"], told["accepted"], told["rejected"], told["complete"]) == (3, 2, 1, True)
    assert in_flight == (4, 0, 0, 1, 3)
    assert _loaded(wired) == {"t-1": 2, "t-2": 2, "t-3": 2}
    assert (_outcome(wired, "batch-1"), _left(call)) == ((4, 3, 0, 1, 0), ["batch-1:3"])
    assert _entry(wired, "batch-1").is_complete
    assert keys(wired.settings, "redrives/") == []


def test_redriven_rows_of_several_days_wait_as_one_object(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [_old(1), _old(2, timestamp="2025-02-20T08:00:00Z")])
    _fix(call)

    _redrive(call)

    assert keys(wired.settings, "incoming/") == ["incoming/transactions/batch-1~r1.parquet"]


def test_a_dry_run_reports_the_result_and_changes_nothing(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [sale(1), _old(2), {"nothing": 1}])
    _fix(call)
    before = dump_state(wired.settings)

    told = _redrive(call, dry_run=True)

    assert dump_state(wired.settings) == before
    assert (told["accepted"], told["rejected"]) == (1, 1)
    assert told["reasons"] == {"required": 1}
    (again,) = told["rejected_rows"]
    assert again["id"] == "batch-1:2"
    assert {"row": 2, "field": "/quantity", "code": "required", "message": "is required", "rejected_value": None} in [
        {"rejected_value": None, **each} for each in again["errors"]
    ]


def test_a_redrive_has_the_result_of_its_dry_run(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [_old(number) for number in range(3)] + [{}, _old(9, unit_price=-1)])
    _fix(call)

    dry, real = _redrive(call, dry_run=True), _redrive(call)

    assert {**dry, "dry_run": False} == real


@pytest.mark.parametrize(
    ("request_", "driven"),
    [
        ({"ids": ["batch-1:0", "batch-2:1", "batch-2:7", "batch-9:0"]}, ["t-1", "t-4"]),
        ({"source_id": "till"}, ["t-3", "t-4"]),
        ({"code": "range"}, []),
        ({"data_type": "orders"}, []),
        ({"time_range": {"start": "2025-03-01T00:00:00Z", "end": "2025-03-01T12:00:00Z"}}, ["t-1", "t-2"]),
        ({"code": "required", "source_id": "web-shop"}, ["t-1", "t-2"]),
    ],
)
def test_only_selected_rows_are_redriven(
    wired: Wiring, call: Call, request_: dict[str, Any], driven: list[str]
) -> None:
    _deliver(wired, "batch-1", [_old(1), _old(2)], at=NOW - timedelta(hours=1))
    _deliver(wired, "batch-2", [_old(3), _old(4)], source_id="till")
    _fix(call)
    _fix(call, "till")

    told = _redrive(call, **request_)

    assert (told["accepted"], sorted(_loaded(wired))) == (len(driven), driven)


def test_rows_are_redriven_in_several_requests_and_counted_once(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [_old(1), _old(2), _old(2), {}])
    _fix(call)

    for number in range(4):
        _redrive(call, ids=[f"batch-1:{number}"])
        if number % 2:
            merge_all(wired)

    assert _outcome(wired, "batch-1") == (4, 2, 1, 1, 0)
    assert _entry(wired, "batch-1").parts.keys() == {f"all~r{number}" for number in (1, 2, 3)}


def test_a_redriven_row_keeps_its_arrival_time_so_that_later_corrections_win(
    wired: Wiring, call: Call, clock: Clock
) -> None:
    _deliver(wired, "batch-1", [_old(1)])
    clock.pass_by(timedelta(hours=1))
    _deliver(wired, "batch-2", [sale(1, quantity=7)], at=clock())
    merge_all(wired)
    _fix(call)

    _redrive(call)

    assert _loaded(wired) == {"t-1": 7}
    assert _entry(wired, "batch-1").outcomes.superseded == 1


def test_a_row_whose_event_time_has_passed_is_valid(wired: Wiring, call: Call, clock: Clock) -> None:
    _deliver(wired, "batch-1", [sale(1, timestamp="2025-03-01T13:00:00Z")])
    early = _redrive(call)
    clock.pass_by(timedelta(hours=1))

    told = _redrive(call)

    assert (early["accepted"], told["accepted"], _loaded(wired)) == (0, 1, {"t-1": 2})


def test_a_refused_batch_loads_when_the_threshold_allows_it(wired: Wiring, call: Call, submit: Call) -> None:
    refused = submit([sale(1), {}, {}])
    still = _redrive(call)
    _fix(call, thresholds={"transactions": 10})

    told = _redrive(call)

    assert (refused.status, still["accepted"], still["skipped"], told["accepted"]) == (422, 0, 1, 1)
    assert "quality" in still["skipped_deliveries"][0]["reason"]
    assert _loaded(wired) == {"t-1": 2}


def test_rows_that_cannot_be_redriven_now_are_skipped_with_the_reason(wired: Wiring, call: Call) -> None:
    for number in range(3):
        _deliver(wired, f"batch-{number}", [_old(number)])
    wired.ledger.update("batch-0", lambda entry: replace(_some(entry), written=False))
    wired.ledger.update("batch-1", lambda entry: replace(_some(entry), cancelled=True))
    wired.ledger.update("batch-2", lambda entry: _some(entry).with_redrive("1", 0))
    _fix(call)

    told = _redrive(call)

    assert (told["rows"], told["skipped"]) == (0, 3)
    assert [each["origin"] for each in told["skipped_deliveries"]] == ["batch-0", "batch-1", "batch-2"]
    assert [each["reason"].split()[-1] for each in told["skipped_deliveries"]] == ["loaded", "it", "progress"]


def _some(entry: LedgerEntry | None) -> LedgerEntry:
    assert entry is not None
    return entry


def test_a_delivery_repeated_after_its_redrive_changes_nothing(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [sale(1), _old(2), {}])
    _fix(call)
    _redrive(call)
    merge_all(wired)
    before = dump_state(wired.settings)

    _deliver(wired, "batch-1", [sale(1), _old(2), {}])
    merge_all(wired)

    assert dump_state(wired.settings) == before


def test_unreadable_records_keep_their_errors_and_can_be_redriven_when_they_parse(wired: Wiring, call: Call) -> None:
    (entry,) = consume_batch(kinesis_event([b"broken", b"[1]"])["Records"], wired.loader)
    when = {"start": "2025-02-01T00:00:00Z", "end": "2025-04-01T00:00:00Z"}

    told = _redrive(call, time_range=when)

    assert (told["accepted"], told["rejected"], told["reasons"]) == (0, 2, {"json": 1, "envelope": 1})
    assert _outcome(wired, entry.delivery_id) == (2, 0, 0, 2, 0)


def test_a_streamed_record_that_parses_now_loads_under_its_source(wired: Wiring) -> None:
    (entry,) = consume_batch(kinesis_event([b"broken"])["Records"], wired.loader)
    (kept,) = wired.quarantine.index.get_many([(entry.received_at, entry.delivery_id)])
    (row,) = wired.quarantine.rows(kept)
    envelope = {"source_id": "till-7", "data_type": "transactions", "timestamp": "2025-01-01T00:00:00Z"}
    repaired = replace(row, raw=json.dumps(envelope | {"data": sale(1)}))

    tried = wired.redriver.run(kept, [repaired])

    assert (tried.accepted, _loaded(wired)) == (1, {"t-1": 2})
    assert _outcome(wired, entry.delivery_id) == (1, 1, 0, 0, 0)
    (stored,) = table_rows(wired.settings, "transactions")
    assert stored["source_id"] == "till-7"


def test_a_request_out_of_time_is_continued_where_it_stopped(wired: Wiring, call: Call) -> None:
    for number in range(3):
        _deliver(wired, f"batch-{number}", [_old(number)], at=NOW - timedelta(minutes=9 - number))
    _fix(call)
    hasty = replace(wired.redrive_service, time_limit_seconds=-1)

    first = hasty.redrive(RedriveRequest())
    second = hasty.redrive(RedriveRequest(after=first.after))
    third = hasty.redrive(RedriveRequest(after=second.after))

    assert [each.accepted for each in (first, second, third)] == [1, 1, 1]
    assert [each.complete for each in (first, second, third)] == [False, False, True]
    assert sorted(_loaded(wired)) == ["t-0", "t-1", "t-2"]


def test_a_redrive_is_audited_with_its_result(wired: Wiring, call: Call) -> None:
    _deliver(wired, "batch-1", [_old(1)])
    _redrive(call, source_id="web-shop")

    (entry,) = (json.loads(each.body) for each in wired.audit_trail.find(Asked(), Window(0, 9)).items)

    assert entry["action"] == "POST /api/v1/ingest/quarantine/redrive"
    assert entry["after"]["request"] == {"source_id": "web-shop", "dry_run": False}
    assert entry["after"]["result"]["rejected"] == 1


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"ids": []}, ["ids"]),
        ({"ids": ["batch-1"], "dry_run": "perhaps"}, ["dry_run", "ids.0"]),
        ({"ids": ["batch-1:0"], "code": "range"}, ["body"]),
        ({"source_id": "x", "data_type": "sales", "code": "A B"}, ["code", "data_type", "source_id"]),
        ({"time_range": {"start": "2025-01-02", "end": "2025-01-01"}}, ["time_range"]),
        ({"time_range": {"start": "2020-01-02", "end": "2025-01-01"}}, ["time_range"]),
        ({"everything": True}, ["everything"]),
    ],
)
def test_an_invalid_request_is_refused(call: Call, request_: dict[str, Any], named: list[str]) -> None:
    answer = call("POST", "/ingest/quarantine/redrive", body=request_)

    assert (answer.status, sorted(answer.fields)) == (400, named)
