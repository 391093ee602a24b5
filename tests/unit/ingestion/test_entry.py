"""A ledger entry balances at any time, whatever becomes of its rows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ingestion.entry import BatchStatus, Entry, Fates, Kind
from tests.fakes.records import NOW

COUNTS = st.integers(0, 50)
FATES = st.builds(
    lambda loaded, duplicate, conflict: Fates(loaded=loaded, duplicate=duplicate, conflict=conflict),
    COUNTS,
    COUNTS,
    COUNTS,
)


def _entry(received: int, quarantined: int = 0) -> Entry:
    return Entry(
        origin="batch-1",
        kind=Kind.BATCH,
        source_id="web-shop",
        data_type="orders",
        received_at=NOW,
        received=received,
        quarantined=quarantined,
    )


@given(merged=st.dictionaries(st.dates().map(str), FATES, max_size=5), quarantined=COUNTS, again=st.booleans())
def test_received_is_always_the_sum_of_all_fates_and_what_is_in_flight(
    merged: dict[str, Fates], quarantined: int, *, again: bool
) -> None:
    received = sum(fates.total for fates in merged.values()) + quarantined
    entry = _entry(received, quarantined).with_written(NOW)

    for day, fates in (*merged.items(), *(merged.items() if again else ())):
        entry = entry.with_merged(day, fates, NOW)
        assert entry.received == entry.fates.total + entry.quarantined + entry.in_flight
        assert entry.in_flight >= 0

    assert entry.in_flight == 0
    assert entry.completed_at == NOW


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (_entry(3), BatchStatus.PROCESSING),
        (_entry(3).with_written(NOW), BatchStatus.PROCESSING),
        (_entry(3).with_merged("d", Fates(loaded=3), NOW), BatchStatus.PROCESSING),
        (_entry(3).with_merged("d", Fates(loaded=3), NOW).with_written(NOW), BatchStatus.COMPLETED),
        (_entry(3, 2).with_written(NOW).with_merged("d", Fates(duplicate=1), NOW), BatchStatus.COMPLETED),
        (_entry(3, 3), BatchStatus.PROCESSING),
        (_entry(3, 3).with_written(NOW), BatchStatus.FAILED),
    ],
)
def test_a_delivery_is_complete_when_all_is_written_and_every_row_has_its_fate(
    entry: Entry, status: BatchStatus
) -> None:
    assert entry.status is status
    assert (entry.completed_at is None) is (status is BatchStatus.PROCESSING)


def test_a_delivery_is_complete_when_it_first_was() -> None:
    entry = _entry(1).with_written(NOW).with_merged("d", Fates(loaded=1), NOW)

    assert entry.with_merged("d", Fates(loaded=1), NOW + timedelta(hours=1)).completed_at == NOW


def test_a_delivery_that_comes_again_keeps_what_is_merged_and_says_the_rest_anew() -> None:
    entry = _entry(3).with_written(NOW).with_merged("d", Fates(loaded=3), NOW)

    again = entry.redelivered(_entry(5, 1))

    assert (again.received, again.quarantined, again.fates.loaded, again.in_flight) == (5, 1, 3, 1)
    assert (again.written, again.completed_at) == (False, None)
