"""Batches of a request are cancelled and resumed: what had merged stays, and every row is counted once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.lake.storage.paths import incoming_key
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.records.schema import DataType
from shared.runtime.paging import Window
from shared.sources.models import SourceConfiguration
from tests.fakes.records import DAY, sale
from tests.fakes.state_dump import keys, merge_all, parquet_rows, table_rows
from tests.functions.ingest.conftest import Call

OTHER_DAY = "2025-02-20T08:00:00Z"


def _steer(call: Call, batch_id: str, act: str) -> Any:
    return call("POST", f"/ingest/batches/{batch_id}/{act}")


def _outcome(call: Call, batch_id: str) -> dict[str, int]:
    told = call("GET", f"/ingest/batches/{batch_id}/status").data
    return {name: number for name, number in told["outcome"].items() if number}


def _in_base(wired: Wiring) -> int:
    return len(table_rows(wired.settings, "transactions"))


@pytest.fixture
def batch_id(submit: Call) -> str:
    """Three good sales of two days and a bad one, not merged yet."""
    rows = [sale(1), sale(2), sale(3, timestamp=OTHER_DAY), *(sale(number) for number in range(4, 10)), {"quantity": 1}]
    name: str = submit(rows).data["batch_id"]
    return name


def test_a_cancelled_batch_reports_merged_rows_once_it_is_finished(call: Call, wired: Wiring, batch_id: str) -> None:
    answer = _steer(call, batch_id, "cancel")
    merge_all(wired)

    assert (answer.status, answer.data["status"]) == (200, "cancelled")
    assert call("GET", f"/ingest/batches/{batch_id}/status").data["status"] == "cancelled"
    assert _outcome(call, batch_id) == {"quarantined": 10}
    assert _in_base(wired) == 0


def test_a_cancelled_batch_is_resumed_as_one_object(call: Call, wired: Wiring, batch_id: str) -> None:
    _steer(call, batch_id, "cancel")
    merge_all(wired)

    resumed = _steer(call, batch_id, "resume")
    waiting = keys(wired.settings, "incoming/")
    merge_all(wired)

    assert (resumed.status, resumed.data["status"]) == (200, "processing")
    assert waiting == [incoming_key(DataType.TRANSACTIONS, f"{batch_id}~r1")]
    assert _outcome(call, batch_id) == {"loaded": 9, "quarantined": 1}
    assert call("GET", f"/ingest/batches/{batch_id}/status").data["status"] == "completed"
    assert _in_base(wired) == 9


def test_a_batch_of_which_one_day_was_cancelled_is_resumed_with_that_day(
    call: Call, wired: Wiring, batch_id: str
) -> None:
    """Deliveries were once merged day by day, and their ledger entries still have the outcomes so."""
    by_day = {"2025-02-20": Outcomes(loaded=1), DAY: Outcomes(cancelled=8)}
    wired.ledger.update(batch_id, lambda entry: replace(_some(entry), parts=by_day, cancelled=True))
    wired.lake.delete_any_version(incoming_key(DataType.TRANSACTIONS, batch_id))

    resumed = _steer(call, batch_id, "resume")
    waiting = parquet_rows(wired.settings, "incoming/")
    merge_all(wired)

    assert resumed.status == 200
    assert {key: len(rows) for key, rows in waiting.items()} == {
        f"incoming/transactions/dt={DAY}/{batch_id}~r1.parquet": 8
    }
    entry = _some(wired.ledger.get(batch_id))
    assert entry.parts == by_day | {f"{DAY}~r1": Outcomes(loaded=8)}
    assert (entry.is_complete, entry.quarantined, entry.cancelled_parts) == (True, 1, {})
    assert _outcome(call, batch_id) == {"loaded": 9, "quarantined": 1}


def _some(entry: LedgerEntry | None) -> LedgerEntry:
    assert entry is not None
    return entry


def test_cancelling_a_finished_or_cancelled_batch_is_a_conflict(call: Call, wired: Wiring, batch_id: str) -> None:
    early = _steer(call, batch_id, "resume")
    _steer(call, batch_id, "cancel")
    unsettled = _steer(call, batch_id, "resume")
    merge_all(wired)
    late = _steer(call, batch_id, "cancel")

    assert [answer.status for answer in (early, unsettled, late)] == [409, 409, 409]
    assert unsettled.headers["retry-after"] == "5"
    assert late.error["details"] == {"status": "cancelled"}
    assert _steer(call, "batch-of-nobody", "cancel").status == 404


def test_a_refused_batch_loads_when_the_minimum_is_lowered(call: Call, wired: Wiring, submit: Call) -> None:
    refused = submit([sale(1), {"quantity": 1}])
    recent = wired.ledger.recent(DeliveryKind.BATCH, 5)
    (entry,) = [each for one in recent if (each := wired.ledger.get(one.delivery_id)) and each.refused]
    assert (refused.status, _steer(call, entry.delivery_id, "resume").status) == (422, 422)

    wired.source_configs.put("web-shop", SourceConfiguration(thresholds={"transactions": 10}))
    assert _steer(call, entry.delivery_id, "resume").status == 200
    merge_all(wired)

    assert _outcome(call, entry.delivery_id) == {"loaded": 1, "quarantined": 1}
    (quarantined,) = [row for rows in parquet_rows(wired.settings, "quarantine/").values() for row in rows]
    assert quarantined["row"] == 1


def test_a_cancellation_is_audited_with_the_status_of_the_batch(call: Call, wired: Wiring, batch_id: str) -> None:
    _steer(call, batch_id, "cancel")

    (entry,) = [json.loads(each.body) for each in wired.audit_trail.find(Asked(), Window(0, 10)).items]
    assert entry["action"] == f"POST /api/v1/ingest/batches/{batch_id}/cancel"
    assert (entry["before"]["status"], entry["after"]["status"]) == ("processing", "cancelled")


def test_upload_urls_are_not_in_the_audit_log(call: Call, wired: Wiring) -> None:
    file = {"source_id": "web-shop", "data_type": "transactions", "format": "csv"}
    announced = call("POST", "/ingest/uploads", body=file)

    (entry,) = [json.loads(each.body) for each in wired.audit_trail.find(Asked(), Window(0, 10)).items]
    assert entry["after"]["batch_id"] == announced.data["batch_id"]
    assert "X-Amz-Signature" not in json.dumps(entry)
