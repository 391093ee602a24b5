"""Which deliveries are late, and which share of the rows that are due has an outcome."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.decisions.configuration import FraudConfiguration
from shared.ledger.entry import Channel, DeliveryKind, LedgerEntry
from shared.ledger.items import Completion
from shared.ledger.models import LedgerCounters
from shared.merging.queue import MERGE_QUEUE
from shared.notifications.entries import Backlog
from shared.pipelines.catalogue import BY_ID, PIPELINES
from shared.pipelines.models import PipelineHealth
from shared.pipelines.observation import (
    MOST_UNFINISHED,
    Observation,
    QueueDepth,
    StreamBacklog,
    WaitingFile,
)
from shared.pipelines.services import WATCHED_QUEUES

AT = datetime(2025, 11, 8, 12, 30, tzinfo=UTC)
MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OBJECTIVES = FraudConfiguration.of_stage({}).slos
BATCH = {Channel.BATCH: 15 * MINUTES}


def entry(age: timedelta, rows: int = 1, **fields: Any) -> LedgerEntry:
    """A written batch whose rows wait for the merge."""
    known = {"delivery_id": "b-1", "kind": DeliveryKind.BATCH, "source_id": "shop", "data_type": "orders"}
    return LedgerEntry(**{**known, "received_at": AT - age, "received": rows, "written": True, **fields})


def counted(received: int, loaded: int, **others: int) -> LedgerCounters:
    """Totals of rows."""
    zeros = {"duplicate": 0, "conflict": 0, "quarantined": 0, "superseded": 0, "dropped": 0}
    return LedgerCounters(**{"received": received, "loaded": loaded, **zeros, **others})


def observed(total: LedgerCounters, unfinished: Sequence[LedgerEntry] = (), **others: Any) -> Observation:
    """An observation of batches."""
    empty = counted(0, 0)
    idle = dict.fromkeys(WATCHED_QUEUES, QueueDepth(waiting=0, in_process=0, dead_letters=0))
    known = {
        "at": AT,
        "first_hour": AT - DAYS - 30 * MINUTES,
        "totals": {Channel.BATCH: total, Channel.FILE: empty, Channel.STREAM: empty},
        "unfinished": unfinished,
        "queues": idle,
        "outbox": Backlog(),
        "stream": StreamBacklog(oldest=None, processed_at=None, failures=0),
        "feed_failures": 0,
    }
    return Observation(**{**known, **others})


def health(pipeline_id: str, seen: Observation) -> PipelineHealth:
    """Judge a pipeline by the default objectives."""
    return BY_ID[pipeline_id].health(seen, OBJECTIVES.of)


@pytest.mark.parametrize(
    ("total", "unfinished", "completeness"),
    [
        (counted(0, 0), [], None),
        (counted(10, 7, duplicate=1, conflict=1, quarantined=1), [], 1.0),
        (counted(10, 5), [entry(5 * MINUTES, 5)], 1.0),
        (counted(10, 5), [entry(16 * MINUTES, 5)], 0.5),
        (counted(10, 4), [entry(16 * MINUTES, 1), entry(MINUTES, 5)], 0.8),
        (counted(5, 0), [entry(MINUTES, 5)], None),
        (counted(5, 0), [entry(HOURS, 5)], 0.0),
        (counted(10, 10), [entry(2 * DAYS, 5)], 1.0),  # received before the 24 hours
        (counted(10, 10), [entry(HOURS, 5)], 1.0),  # the index of the unfinished lags behind the totals
        (counted(10, 5), [entry(HOURS, 5, rejected=5, redrives={"1": 5})], 1.0),
    ],
)
def test_completeness_is_over_the_rows_that_are_due(
    total: LedgerCounters, unfinished: list[LedgerEntry], completeness: float | None
) -> None:
    assert observed(total, unfinished).completeness(BATCH) == completeness


def test_behind_more_deliveries_than_are_read_all_rows_in_flight_are_missing() -> None:
    many = [entry(HOURS, 1) for _ in range(MOST_UNFINISHED + 1)]

    assert observed(counted(10_000, 5_000), many).completeness(BATCH) == 0.5


def test_rows_of_files_may_take_as_long_as_files_may_also_in_the_merge() -> None:
    part = {"batch_id": "b-1", "delivery_id": "b-1~p00001"}
    totals = {**observed(counted(0, 0)).totals, Channel.FILE: counted(5, 0)}

    reading = observed(counted(0, 0), [entry(50 * MINUTES, 5, **part)], totals=totals)
    late = observed(counted(0, 0), [entry(70 * MINUTES, 5, **part)], totals=totals)

    assert (health("merge", reading).status, health("merge", reading).completeness) == ("healthy", None)
    assert (health("merge", late).status, health("merge", late).completeness) == ("down", 0)


def test_a_stage_that_still_passes_rows_is_degraded_and_not_down() -> None:
    waiting = entry(20 * MINUTES, 5)
    merged = Completion(
        delivery_id="batch-1",
        channel=Channel.BATCH,
        received_at=AT - 5 * MINUTES,
        completed_at=AT - MINUTES,
        was_merged=True,
    )
    rejected = replace(merged, was_merged=False)

    assert health("merge", observed(counted(10, 5), [waiting], completed=[merged])).status == "degraded"
    assert health("merge", observed(counted(10, 5), [waiting], completed=[rejected])).status == "down"


def test_a_file_that_a_run_is_loading_is_late_and_not_stuck() -> None:
    def loading(*, is_in_process: bool) -> Observation:
        file = WaitingFile(since=AT - 2 * HOURS, is_taken=True, is_in_process=is_in_process, rows=40)
        return observed(counted(0, 0), files=[file])

    assert health("file-ingest", loading(is_in_process=True)).status == "degraded"
    assert health("file-ingest", loading(is_in_process=False)).status == "down"
    assert health("file-ingest", loading(is_in_process=True)).stages[2].waiting == 40


def test_messages_in_dead_letter_queues_are_shown_and_named_once_rows_are_late() -> None:
    depths = {**observed(counted(0, 0)).queues, MERGE_QUEUE: QueueDepth(waiting=0, in_process=0, dead_letters=2)}

    calm = health("merge", observed(counted(5, 5), queues=depths))
    late = health("merge", observed(counted(5, 0), [entry(HOURS, 5)], queues=depths))

    assert (calm.status, calm.stages[1].dead_letters) == ("healthy", 2)
    assert "; 2 messages in the dead-letter queue" in (late.cause or "")


def test_stages_and_pipelines_have_names_of_their_own() -> None:
    assert all(OBJECTIVES.of(each.pipeline_id).freshness_seconds for each in PIPELINES)
    assert len({each.pipeline_id for each in PIPELINES}) == 8
    assert all(len({stage.name for stage in each.stages}) == len(each.stages) for each in PIPELINES)


def test_notifications_are_late_once_nobody_delivers_them_and_lost_once_they_are_given_up() -> None:
    def notifying(**backlog: Any) -> PipelineHealth:
        return health("live-push", observed(counted(0, 0), outbox=Backlog(**backlog)))

    retried = notifying(waiting=1, oldest_due=AT + MINUTES)
    late = notifying(waiting=2, oldest_due=AT - 6 * MINUTES)
    dead = notifying(dead=3, newly_dead=1)
    old = notifying(dead=3)

    assert (retried.status, retried.stages[1].waiting, retried.stages[1].oldest_waiting_seconds) == ("healthy", 1, None)
    assert (late.status, late.cause) == ("degraded", "notify: 2 notifications not delivered, the oldest for 6 minutes")
    assert (dead.status, dead.stages[1].dead_letters) == ("degraded", 3)
    assert dead.cause == "notify: 1 notification given up in the last 24 hours"
    assert (old.status, old.stages[1].dead_letters) == ("idle", 3)
