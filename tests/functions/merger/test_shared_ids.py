"""Rows that others replace count on the delivery that brought them, at any distance in time, and once."""

from datetime import timedelta
from typing import Any

import boto3

from shared.app.wiring import Wiring
from shared.ledger.entry import LedgerEntry
from shared.ledger.store import LEDGER_TABLE
from shared.quality.question import QualityQuestion
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import NOW, good, sale
from tests.fakes.state_dump import merge_all, table_rows

SALES = DataType.TRANSACTIONS
DAYS = timedelta(days=1)


def _bring(wired: Wiring, origin: str, *rows: Any, source_id: str = "web-shop", days: int = 0) -> None:
    at = NOW + days * DAYS
    wired.loader.load(delivery(SALES, rows, origin=origin, source_id=source_id, at=at))
    merge_all(wired)


def _entry(wired: Wiring, origin: str) -> LedgerEntry:
    entry = wired.ledger.get(origin)
    assert entry is not None
    assert entry.is_complete
    return entry


def _counts(wired: Wiring, origin: str) -> dict[str, int]:
    counters = _entry(wired, origin).counters
    return {name: counters[name] for name in ("loaded", "duplicate", "conflict", "superseded")}


def test_an_update_years_later_supersedes_the_row_of_the_first_delivery(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1), sale(2), sale(3))
    _bring(wired, "batch-2", sale(1, quantity=9), days=900)
    _bring(wired, "batch-3", sale(2, quantity=9), sale(1, quantity=8), days=1800)

    assert _counts(wired, "batch-1") == {"loaded": 3, "duplicate": 0, "conflict": 0, "superseded": 2}
    assert _counts(wired, "batch-2") == {"loaded": 1, "duplicate": 0, "conflict": 0, "superseded": 1}
    assert _counts(wired, "batch-3") == {"loaded": 2, "duplicate": 0, "conflict": 0, "superseded": 0}
    totals = wired.sources.get("web-shop", NOW).configuration["data_types"]["transactions"]
    assert (totals["loaded"], totals["superseded"]) == (6, 3)


def test_a_copy_supersedes_nothing_and_takes_the_place_of_what_it_copies(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1))
    _bring(wired, "batch-2", sale(1), source_id="till", days=1)
    assert (_counts(wired, "batch-1")["superseded"], _counts(wired, "batch-2")["duplicate"]) == (0, 1)

    _bring(wired, "batch-3", sale(1, quantity=9), source_id="till", days=2)

    assert _counts(wired, "batch-2") == {"loaded": 0, "duplicate": 1, "conflict": 0, "superseded": 1}
    assert _counts(wired, "batch-3")["loaded"] == 1


def test_a_redriven_row_that_is_replaced_counts_on_its_delivery(wired: Wiring, clock: Clock) -> None:
    early = sale(1, timestamp=(NOW + timedelta(minutes=6)).isoformat())
    _bring(wired, "batch-1", early)
    clock.pass_by(timedelta(minutes=10))
    (quarantined,) = wired.quarantine.index.get_many([(NOW, "batch-1")])
    wired.redriver.run(quarantined, list(wired.quarantine.rows(quarantined)))
    merge_all(wired)

    _bring(wired, "batch-2", {**early, "quantity": 9}, days=1)

    assert _counts(wired, "batch-1") == {"loaded": 1, "duplicate": 0, "conflict": 0, "superseded": 1}


def test_an_older_export_of_versioned_rows_overwrites_nothing(wired: Wiring) -> None:
    def versioned(quantity: int, hour: int) -> dict[str, Any]:
        return sale(1, quantity=quantity, updated_at=f"2025-02-28T{hour:02}:00:00Z")

    _bring(wired, "batch-new", versioned(5, 12))
    _bring(wired, "batch-old", versioned(1, 9), days=1)

    (row,) = table_rows(wired.settings, SALES)
    assert row["quantity"] == 5
    assert _counts(wired, "batch-old") == {"loaded": 1, "duplicate": 0, "conflict": 0, "superseded": 1}
    assert _counts(wired, "batch-new")["superseded"] == 0


def test_events_have_versions_too(wired: Wiring) -> None:
    for number, hour in enumerate((12, 9)):
        row = good(DataType.EVENTS, device=f"phone-{hour}", updated_at=f"2025-02-28T{hour:02}:00:00Z")
        wired.loader.load(delivery(DataType.EVENTS, [row], origin=f"batch-{number}", at=NOW + number * DAYS))
        merge_all(wired)

    (row,) = table_rows(wired.settings, "events")
    assert row["device"] == "phone-12"


def test_the_same_content_under_a_later_version_is_a_version(wired: Wiring) -> None:
    for number, hour in enumerate((9, 9, 12)):
        _bring(wired, f"batch-{number}", sale(1, updated_at=f"2025-02-28T{hour:02}:00:00Z"), days=number)

    assert [_counts(wired, f"batch-{number}") for number in range(3)] == [
        {"loaded": 1, "duplicate": 0, "conflict": 0, "superseded": 0},
        {"loaded": 0, "duplicate": 1, "conflict": 0, "superseded": 1},
        {"loaded": 1, "duplicate": 0, "conflict": 0, "superseded": 0},
    ]


def test_an_id_that_two_sources_use_shows_in_ledger_status_and_quality_report(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1), sale(2))
    _bring(wired, "batch-2", sale(1, quantity=9), sale(3), source_id="till", days=1)

    assert _counts(wired, "batch-1") == {"loaded": 2, "duplicate": 0, "conflict": 0, "superseded": 1}
    assert _counts(wired, "batch-2") == {"loaded": 1, "duplicate": 0, "conflict": 1, "superseded": 0}
    first, second = (wired.lifecycle.status(f"batch-{number}") for number in (1, 2))
    assert (first.errors, first.outcome.superseded) == (None, 1)
    assert second.errors is not None
    (warning,) = second.errors
    assert (warning.code, warning.stage, warning.count) == ("id_shared_between_sources", "merge", 1)
    assert (warning.sample, "namespace" in warning.message) == ("transaction_id=x-9", True)
    (issue,) = _issues(wired, "till")
    assert (issue.issue_type, issue.severity, issue.count) == ("id_shared_between_sources", "high", 1)
    assert (issue.sample_records, "namespace" in issue.suggested_action) == (["batch-2 transaction_id=x-9"], True)
    assert _issues(wired, "web-shop") == []


def _issues(wired: Wiring, source_id: str) -> list[Any]:
    asked = QualityQuestion(source_id=source_id, start=NOW - DAYS, end=NOW + 3 * DAYS)
    (report,) = wired.quality_reports.report(asked).reports
    return [issue for issue in report.issues_found if issue.issue_type.startswith("id_")]


def test_an_older_version_of_another_source_is_a_conflict_that_loses(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1, updated_at="2025-02-28T12:00:00Z"))
    _bring(wired, "batch-2", sale(1, quantity=9, updated_at="2025-02-28T09:00:00Z"), source_id="till", days=1)

    assert _counts(wired, "batch-1")["superseded"] == 0
    assert _counts(wired, "batch-2") == {"loaded": 0, "duplicate": 0, "conflict": 1, "superseded": 1}
    assert [row["quantity"] for row in table_rows(wired.settings, SALES)] == [2]


def test_an_unpublished_merge_counts_replaced_rows_once_though_more_follow(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1), sale(2))
    for number in (2, 3):
        rows = [sale(number - 1, quantity=9)]
        wired.loader.load(delivery(SALES, rows, origin=f"batch-{number}", at=NOW + number * DAYS))
        assert wired.merger.cycle.run(SALES, wired.table_states.get(SALES)) is not None  # and dies before it publishes

    merge_all(wired)

    assert _counts(wired, "batch-1")["superseded"] == 2
    assert _entry(wired, "batch-1").replaced == 2


def test_rows_of_a_delivery_that_the_ledger_lost_are_replaced_without_it(wired: Wiring) -> None:
    _bring(wired, "batch-1", sale(1))
    boto3.client("dynamodb").delete_item(TableName=wired.name_of(LEDGER_TABLE), Key={"origin": {"S": "batch-1"}})

    _bring(wired, "batch-2", sale(1, quantity=9), days=1)

    assert wired.ledger.get("batch-1") is None
    assert _counts(wired, "batch-2")["loaded"] == 1
