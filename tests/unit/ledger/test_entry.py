"""A ledger entry balances at any time, whatever becomes of its rows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.entry import BatchStatus, DeliveryKind, LedgerEntry, Outcomes
from tests.fakes.records import NOW

COUNTS = st.integers(0, 50)
FATES = st.builds(
    lambda *counts: Outcomes(**dict(zip(("loaded", "duplicate", "conflict", "cancelled"), counts, strict=True))),
    *[COUNTS] * 4,
)
PARTS = st.just("all") | st.integers(1, 99).map("all~r{}".format) | st.dates().map(str)


def _entry(received: int, rejected: int = 0) -> LedgerEntry:
    return LedgerEntry(
        delivery_id="batch-1",
        kind=DeliveryKind.BATCH,
        source_id="web-shop",
        data_type="orders",
        received_at=NOW,
        received=received,
        rejected=rejected,
    )


def _accounted(entry: LedgerEntry) -> int:
    return sum(entry.counters[name] for name in ("loaded", "duplicate", "conflict", "quarantined")) + entry.in_flight


@given(merged=st.dictionaries(PARTS, FATES, max_size=5), rejected=COUNTS, again=st.booleans())
def test_received_is_always_the_sum_of_all_outcomes_and_rows_in_flight(
    merged: dict[str, Outcomes], rejected: int, *, again: bool
) -> None:
    received = sum(fates.total for fates in merged.values()) + rejected
    entry = _entry(received, rejected).with_written(NOW)

    for part, fates in (*merged.items(), *(merged.items() if again else ())):
        entry = entry.with_merged(part, fates, NOW)
        assert entry.received == _accounted(entry)
        assert entry.in_flight >= 0

    assert entry.in_flight == 0
    assert entry.completed_at == NOW


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (_entry(3), BatchStatus.PROCESSING),
        (_entry(3).with_written(NOW), BatchStatus.PROCESSING),
        (_entry(3).with_merged("all", Outcomes(loaded=3), NOW), BatchStatus.PROCESSING),
        (_entry(3).with_merged("all", Outcomes(loaded=3), NOW).with_written(NOW), BatchStatus.COMPLETED),
        (_entry(3, 2).with_written(NOW).with_merged("all", Outcomes(duplicate=1), NOW), BatchStatus.COMPLETED),
        (_entry(3, 3), BatchStatus.PROCESSING),
        (_entry(3, 3).with_written(NOW), BatchStatus.FAILED),
    ],
)
def test_a_delivery_is_complete_when_written_and_every_row_has_an_outcome(
    entry: LedgerEntry, status: BatchStatus
) -> None:
    assert entry.status is status
    assert (entry.completed_at is None) is (status is BatchStatus.PROCESSING)


def test_the_completion_time_of_a_delivery_is_its_first() -> None:
    entry = _entry(1).with_written(NOW).with_merged("all", Outcomes(loaded=1), NOW)

    assert entry.with_merged("all", Outcomes(loaded=1), NOW + timedelta(hours=1)).completed_at == NOW


def test_a_repeated_delivery_keeps_merged_outcomes_and_replaces_the_rest() -> None:
    entry = _entry(3).with_written(NOW).with_merged("all", Outcomes(loaded=3), NOW)

    again = entry.merge_redelivery(_entry(5, 1))

    assert (again.received, again.quarantined, again.outcomes.loaded, again.in_flight) == (5, 1, 3, 1)
    assert (again.written, again.completed_at) == (False, None)


def test_redriven_rows_leave_the_quarantine_and_are_counted_once() -> None:
    entry = _entry(5, 3).with_written(NOW).with_merged("all", Outcomes(loaded=2), NOW)

    driven = entry.with_redrive("1", 2)
    placed = driven.with_redriven("1", 0, NOW)
    merged = placed.with_merged("all~r1", Outcomes(loaded=2), NOW)

    assert [(each.quarantined, each.in_flight, each.is_complete) for each in (entry, driven, placed, merged)] == [
        (3, 0, True),
        (1, 2, False),
        (1, 2, False),
        (1, 0, True),
    ]
    assert {_accounted(each) for each in (entry, driven, placed, merged)} == {5}


def test_rows_that_are_rejected_again_go_back_into_quarantine() -> None:
    entry = _entry(5, 3).with_written(NOW).with_merged("all", Outcomes(loaded=2), NOW).with_redrive("1", 3)

    again = entry.with_redriven("1", 2, NOW)

    assert (again.quarantined, again.in_flight, again.is_complete) == (2, 1, False)


def test_a_redrive_has_at_most_the_quarantined_rows_and_runs_alone() -> None:
    entry = _entry(5, 3).with_written(NOW)

    with pytest.raises(ValueError, match="3 rows in quarantine"):
        entry.with_redrive("1", 4)
    with pytest.raises(ValueError, match="in progress"):
        entry.with_redrive("1", 2).with_redrive("2", 1)
    assert entry.with_redrive("1", 2).with_redrive("1", 2) == entry.with_redrive("1", 2)


def test_rows_cancelled_before_their_merge_are_counted_separately() -> None:
    entry = replace(_entry(5, 1).with_written(NOW), cancelled=True).with_merged(
        "all", Outcomes(loaded=1, cancelled=3), NOW
    )

    assert (entry.quarantined, entry.in_flight, entry.status) == (4, 0, BatchStatus.CANCELLED)


@pytest.mark.parametrize("parts", [("all",), ("2025-02-26", "2025-02-27")], ids=["whole", "by day"])
def test_restored_rows_are_cancelled_no_more_until_they_are_cancelled_again(parts: tuple[str, ...]) -> None:
    entry = replace(_entry(2 * len(parts)).with_written(NOW), cancelled=True)
    for part in parts:
        entry = entry.with_merged(part, Outcomes(cancelled=2), NOW)

    opened = entry.with_restored_rows()
    restored = opened.with_redriven(opened.redriving, 0, NOW)
    again = restored.with_merged(f"{parts[-1]}~r1", Outcomes(cancelled=2), NOW)

    assert entry.cancelled_parts == dict.fromkeys(parts, 2)
    assert opened.cancelled_parts == dict.fromkeys(parts, 2)  # the restoration is in progress
    assert (restored.cancelled_parts, restored.in_flight) == ({}, entry.received)
    assert again.cancelled_parts == {parts[-1]: 2}
    assert {_accounted(each) for each in (entry, opened, restored, again)} == {entry.received}


def test_a_redrive_of_rejected_rows_restores_no_cancelled_rows() -> None:
    entry = _entry(3, 1).with_written(NOW).with_merged("all", Outcomes(cancelled=2), NOW)

    driven = entry.with_redrive("1", 1).with_redriven("1", 0, NOW).with_merged("all~r1", Outcomes(loaded=1), NOW)

    assert driven.cancelled_parts == {"all": 2}
    assert (driven.outcomes.loaded, driven.quarantined, driven.in_flight) == (1, 2, 0)


def test_replaced_rows_count_once_however_often_and_late_a_merge_is_published() -> None:
    entry = _entry(9).with_written(NOW).with_merged("all", Outcomes(loaded=9), NOW)

    published = entry.with_superseded("orders", {4: 2})
    next_merge = published.with_superseded("orders", {4: 2, 7: 1})
    slow_merge = next_merge.with_superseded("orders", {4: 2})
    other_type = slow_merge.with_superseded("products", {3: 1})

    assert [each.counters["superseded"] for each in (published, next_merge, slow_merge, other_type)] == [2, 3, 3, 4]
    assert slow_merge is next_merge
    assert (other_type.outcomes.loaded, other_type.in_flight, other_type.completed_at) == (9, 0, NOW)


def test_a_repeated_delivery_keeps_what_merges_replaced() -> None:
    shared = Outcomes(loaded=1, conflict=1, shared_ids=1)
    entry = _entry(2).with_written(NOW).with_merged("all", shared, NOW, samples=["order_id=x-9"])

    again = entry.with_superseded("orders", {4: 2}).merge_redelivery(_entry(3))

    assert (again.counters["superseded"], again.shared_samples) == (2, ("order_id=x-9",))
    assert again.with_superseded("orders", {4: 2}) == again
    assert again.all_quality.of("id_shared_between_sources").failed == 1
