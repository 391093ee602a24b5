"""A delivery waits for its merge as one object, however many days its rows are of, and is cancelled as a whole."""

from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.app.wiring import Wiring
from shared.ingestion.cancellation import Cancellation
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.ledger.entry import LedgerEntry
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.recording_lake import RecordingLake
from tests.fakes.records import NOW, sale

SALES = DataType.TRANSACTIONS


@pytest.fixture
def lake() -> RecordingLake:
    """A lake without objects."""
    return RecordingLake()


@pytest.fixture
def cancellation(wired: Wiring, lake: RecordingLake) -> Cancellation:
    """The cancellation of what waits in that lake."""
    return Cancellation(lake=lake, ledger=wired.ledger)


def _load(wired: Wiring, lake: RecordingLake, *origins: str) -> None:
    for origin in origins:
        replace(wired.loader, lake=lake).load(delivery(SALES, [sale(1)], origin=origin))


def _entry(wired: Wiring, origin: str) -> LedgerEntry:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry


def test_ten_thousand_rows_of_ten_years_of_days_are_one_object(wired: Wiring, lake: RecordingLake) -> None:
    rows = [sale(n, timestamp=(NOW - timedelta(days=1 + n % 3650)).isoformat()) for n in range(10_000)]

    loaded = replace(wired.loader, lake=lake).load(delivery(SALES, rows, origin="batch-1"))

    assert lake.puts == [incoming_key(SALES, "batch-1")]
    assert (loaded.entry.written, loaded.entry.in_flight, loaded.entry.parts) == (True, 10_000, {})


def test_rows_of_a_delivery_keep_their_order_across_days(wired: Wiring, lake: RecordingLake) -> None:
    days = (27, 20, 26, 20, 27)
    rows = [sale(n, timestamp=f"2025-02-{day}T10:00:00Z") for n, day in enumerate(days)]

    replace(wired.loader, lake=lake).load(delivery(SALES, rows, origin="batch-1"))

    (stored,) = lake.objects.values()
    assert pq.read_table(pa.BufferReader(stored.body))["transaction_id"].to_pylist() == [f"t-{n}" for n in range(5)]


def test_a_delivery_without_valid_rows_has_no_object(wired: Wiring, lake: RecordingLake) -> None:
    loaded = replace(wired.loader, lake=lake).load(delivery(SALES, [{"quantity": 1}], origin="batch-1"))

    assert (lake.puts, loaded.entry.is_complete) == ([], True)


def test_a_repeated_delivery_overwrites_its_object(wired: Wiring, lake: RecordingLake) -> None:
    _load(wired, lake, "batch-1")
    wired.ledger.update("batch-1", lambda _: replace(_entry(wired, "batch-1"), written=False))

    _load(wired, lake, "batch-1")

    assert (len(lake.puts), list(lake.objects)) == (2, [incoming_key(SALES, "batch-1")])


def test_a_batch_is_cancelled_with_its_parts_and_no_other_batch(
    wired: Wiring, lake: RecordingLake, cancellation: Cancellation
) -> None:
    own, others = ["batch-1", "batch-1~p00001", "batch-1~p00002"], ["batch-10", "batch-10~p00001", "batch-1.5"]
    _load(wired, lake, *own, *others)

    cancelled = cancellation.cancel_pending(SALES, "batch-1")

    assert cancelled == 3
    assert lake.puts[6:] == [cancellation_key(SALES, origin) for origin in own]
    assert {origin: _entry(wired, origin).cancelled for origin in own + others} == {
        **dict.fromkeys(own, True),
        **dict.fromkeys(others, False),
    }


def test_a_cancellation_lists_only_names_that_start_with_the_batch_id(
    lake: RecordingLake, cancellation: Cancellation
) -> None:
    lake.put_all((incoming_key(SALES, f"batch-{number}"), b"") for number in range(1_000, 2_000))

    cancelled = cancellation.cancel_pending(SALES, "batch-1999")

    assert (cancelled, lake.names_read) == (0, 1)  # it is not in the ledger


def test_redriven_rows_are_not_cancelled_and_restored_ones_are(
    wired: Wiring, lake: RecordingLake, cancellation: Cancellation
) -> None:
    _load(wired, lake, "batch-1")
    wired.ledger.update("batch-1", lambda _: replace(_entry(wired, "batch-1"), resumes=("2",)))
    lake.put_all((incoming_key(SALES, f"batch-1~r{number}"), b"") for number in (1, 2))

    cancelled = cancellation.cancel_pending(SALES, "batch-1")

    assert cancelled == 2
    assert [key for key in lake.objects if key.endswith(".cancelled")] == [
        cancellation_key(SALES, "batch-1"),
        cancellation_key(SALES, "batch-1~r2"),
    ]
