"""The sweeper finishes work interrupted by a crash, and changes nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import orjson

from functions.sweeper.handler import handler
from shared.app.wiring import Wiring
from shared.ingestion.models import BatchIngestionRequest
from shared.lake.storage.paths import cancellation_key, incoming_key, incoming_prefix
from shared.ledger.entry import BatchStatus
from shared.merging.queue import MERGE_QUEUE
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.events.api_gateway import context
from tests.events.schedule import schedule_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint, deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.recording_lake import RecordingLake
from tests.fakes.records import good, sale
from tests.fakes.state_dump import dump_state, merge_all

LATE = timedelta(minutes=3)
SENT = {
    "source_id": "web-shop",
    "data_type": "transactions",
    "format": "json",
    "data": [
        sale(1),
        sale(2, timestamp="2025-02-20T08:00:00Z"),
        {"quantity": "many"},
        sale(1),
        *map(sale, range(3, 7)),
    ],
}


def _submit(wired: Wiring) -> None:
    wired.batches.submit(BatchIngestionRequest.model_validate(SENT), orjson.dumps(SENT).decode())


def _messages(settings: Settings) -> list[dict[str, Any]]:
    queue = settings.name_of(MERGE_QUEUE)
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [orjson.loads(message["Body"]) for message in found]


def _requeued(settings: Settings) -> list[str]:
    return [message["Records"][0]["s3"]["object"]["key"] for message in _messages(settings)]


def test_a_batch_killed_around_any_write_completes_when_resumed_or_repeated(
    platforms: MotoPlatforms,
) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        writes = platforms.fault_injector.count(lambda: _submit(wired))
        merge_all(wired)
        expected = dump_state(settings)
    assert writes.count("PutObject") == 3  # as received, the quarantine, the rows of both days
    assert sum(map(len, expected.base.values())) == 6
    assert all("open" not in item for item in expected.ledger)

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            clock = Clock()
            wired = Wiring(settings, clock)

            with platforms.fault_injector.killing(step, moment):
                _submit(wired)
            clock.pass_by(LATE)
            wired.sweeper.sweep()
            if not dump_state(settings).ledger:
                _submit(wired)  # nobody knows of it: the client, who has no answer, sends it again
            merge_all(wired)

            held = dump_state(settings)
            case = f"killed {moment} write {step} of {writes}"
            assert held.without() == expected.without(), case
            assert held.incoming == [], case


def test_a_cancelled_batch_whose_resume_was_interrupted_anywhere_is_finished(
    platforms: MotoPlatforms,
) -> None:
    def cancelled(wired: Wiring) -> str:
        _submit(wired)
        (entry,) = dump_state(wired.settings).ledger
        wired.lifecycle.cancel(entry["origin"])
        merge_all(wired)
        return str(entry["origin"])

    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        batch_id = cancelled(wired)
        writes = platforms.fault_injector.count(lambda: wired.lifecycle.resume(batch_id))
        merge_all(wired)
        expected = dump_state(settings).without()
    assert writes.count("PutObject") == 1  # the rows of both days

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = Wiring(settings, clock := Clock())
            batch_id = cancelled(wired)

            with platforms.fault_injector.killing(step, moment):
                wired.lifecycle.resume(batch_id)
            clock.pass_by(LATE)
            wired.sweeper.sweep()
            if wired.lifecycle.status(batch_id).status is BatchStatus.CANCELLED:
                wired.lifecycle.resume(batch_id)  # it was not begun: the client, who has no answer, asks again
            merge_all(wired)

            assert dump_state(settings).without() == expected, f"killed {moment} write {step} of {writes}"


def test_a_recent_batch_is_left_alone(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        clock = Clock()
        wired = Wiring(settings, clock)
        with platforms.fault_injector.killing(2, CrashPoint.AFTER):
            _submit(wired)

        clock.pass_by(timedelta(minutes=1))
        swept = wired.sweeper.sweep()

        assert (swept.resumed, swept.stuck, swept.requeued) == (0, 0, 0)


def test_each_data_type_with_a_late_delivery_is_requeued_once(wired: Wiring, clock: Clock) -> None:
    for number in range(3):
        wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(number)], origin=f"batch-{number}"))
    wired.loader.load(delivery(DataType.ORDERS, [good(DataType.ORDERS)], origin="batch-3"))
    clock.pass_by(LATE)
    wired.loader.load(delivery(DataType.PRODUCTS, [good(DataType.PRODUCTS)], origin="batch-4", at=clock()))

    swept = wired.sweeper.sweep()

    assert (swept.resumed, swept.stuck, swept.requeued) == (0, 4, 2)
    assert sorted(_requeued(wired.settings)) == [
        incoming_key(DataType.ORDERS, "batch-3"),
        incoming_key(DataType.TRANSACTIONS, "batch-0"),
    ]


def test_old_objects_are_requeued_though_no_delivery_is_late(wired: Wiring, clock: Clock) -> None:
    marker = cancellation_key(DataType.TRANSACTIONS, "batch-1")
    unknown = f"{incoming_prefix(DataType.ORDERS)}dt=2025-02-27/batch-2.parquet"
    wired.lake.put_all((key, b"") for key in (marker, unknown, f"{incoming_prefix(DataType.EVENTS)}notes.txt"))

    early = wired.sweeper.sweep()
    clock.pass_by(datetime.now(UTC) - clock() + LATE)
    late = wired.sweeper.sweep()

    assert (early.requeued, late.requeued) == (0, 2)
    assert sorted(_requeued(wired.settings)) == [unknown, marker]


def test_a_backlog_is_requeued_after_two_pages_of_its_list(wired: Wiring) -> None:
    lake = RecordingLake()
    lake.put_all((incoming_key(DataType.EVENTS, f"batch-{number:05d}"), b"") for number in range(2_500))

    swept = replace(wired.sweeper, lake=lake).sweep()

    assert (swept.requeued, lake.names_read) == (1, 2_000)


def test_a_sweep_without_unfinished_work_does_nothing(wired: Wiring, clock: Clock) -> None:
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1"))
    merge_all(wired)

    clock.pass_by(LATE)
    swept = wired.sweeper.sweep()

    assert (swept.resumed, swept.stuck, swept.requeued) == (0, 0, 0)
    assert _messages(wired.settings) == []


def test_a_batch_whose_archive_was_deleted_stays_in_flight(wired: Wiring, clock: Clock) -> None:
    gone = delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1")
    wired.ledger.update("batch-1", lambda _: wired.loader._open_entry(gone, wired.loader.validator.validate(gone)))

    clock.pass_by(LATE)
    swept = wired.sweeper.sweep()

    entry = wired.ledger.get("batch-1")
    assert (swept.resumed, swept.stuck) == (0, 1)
    assert entry is not None
    assert entry.status is BatchStatus.PROCESSING


def test_the_function_sweeps_on_schedule(deployed: Wiring) -> None:
    deployed.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1"))

    handler(schedule_event(), context())

    assert len(_messages(deployed.settings)) == 1


def test_a_resumed_batch_keeps_the_number_of_dropped_personal_fields(platforms: MotoPlatforms) -> None:
    customers = {
        "source_id": "crm-central",
        "data_type": "customers",
        "format": "json",
        "data": [{"customer_id": "c-1", "email": "a@example.org", "phone": "1"}],
    }
    with platforms.fresh() as settings:
        clock = Clock()
        wired = Wiring(settings, clock)
        request = BatchIngestionRequest.model_validate(customers)
        with platforms.fault_injector.killing(1, CrashPoint.AFTER):  # kept and opened, nothing else
            wired.batches.submit(request, orjson.dumps(customers).decode())
        clock.pass_by(LATE)

        swept = wired.sweeper.sweep()

        (entry,) = dump_state(settings).ledger
        assert (swept.resumed, entry["written"], entry["dropped_fields"]) == (1, True, 2)
