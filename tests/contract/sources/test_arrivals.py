"""How fresh data are follows from what the ledger has written about the sources."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.records.schema import DataType
from shared.sources.freshness import Freshness, PendingRange
from shared.sources.models import SourceConfiguration
from tests.fakes.records import NOW

ORDERS = DataType.ORDERS
_numbers = count()


def _accept(wired: Wiring, source_id: str = "shop", **changes: Any) -> LedgerEntry:
    """Write a delivery of ten rows that waits for its merge."""
    usual: dict[str, Any] = {"earliest_event": NOW - timedelta(hours=2), "latest_event": NOW - timedelta(hours=1)}
    entry = LedgerEntry(
        delivery_id=f"batch-{next(_numbers)}",
        kind=DeliveryKind.BATCH,
        source_id=source_id,
        data_type=ORDERS,
        **{"received_at": NOW, "received": 10, **usual, **changes},
    )
    return wired.ledger.update(entry.delivery_id, lambda _: entry.with_written(NOW))


def _merge(wired: Wiring, entry: LedgerEntry) -> None:
    wired.ledger.update(
        entry.delivery_id, lambda current: (current or entry).with_merged("all", Outcomes(loaded=entry.received), NOW)
    )


def _freshness(wired: Wiring, now: datetime = NOW) -> Freshness:
    return wired.source_arrivals.freshness((ORDERS,), now)[ORDERS]


def test_rows_are_pending_at_their_event_times_until_they_are_merged(wired: Wiring) -> None:
    _merge(wired, _accept(wired))
    waiting = _accept(wired, earliest_event=NOW - timedelta(days=40), latest_event=NOW - timedelta(days=30))

    before = _freshness(wired)
    _merge(wired, waiting)
    after = _freshness(wired)

    assert before.pending == (PendingRange(NOW - timedelta(days=40), NOW - timedelta(days=30)),)
    assert before.is_provisional(NOW - timedelta(days=31), NOW - timedelta(days=20))
    assert not before.is_provisional(NOW - timedelta(days=29), NOW - timedelta(days=20))
    assert after.pending == ()


def test_rows_of_unknown_times_are_pending_at_any_time(wired: Wiring) -> None:
    _accept(wired, earliest_event=None)

    assert _freshness(wired).pending == (PendingRange(),)


def test_a_backlog_longer_than_is_looked_at_is_pending_at_any_time(wired: Wiring) -> None:
    for minutes in range(60):
        _accept(wired, received_at=NOW + timedelta(minutes=minutes))

    assert _freshness(wired).pending == (PendingRange(),)


def test_rows_in_quarantine_are_not_pending(wired: Wiring) -> None:
    _accept(wired, rejected=10, latest_event=None, earliest_event=None)

    assert _freshness(wired).pending == ()


def test_redriven_rows_are_pending_again(wired: Wiring) -> None:
    entry = _accept(wired, rejected=10, latest_event=None, earliest_event=None)
    day = NOW - timedelta(days=5)

    wired.ledger.update(
        entry.delivery_id, lambda current: (current or entry).with_redrive("1", 4).with_events(day, day)
    )

    assert _freshness(wired).pending == (PendingRange(day, day),)


def test_a_delivery_of_old_records_does_not_hold_the_freshness_of_others_back(wired: Wiring) -> None:
    _merge(wired, _accept(wired))
    year = datetime(1991, 5, 1, tzinfo=NOW.tzinfo)
    _merge(wired, _accept(wired, "archive", earliest_event=year, latest_event=year))

    assert _freshness(wired).watermark == NOW - timedelta(hours=1)


def test_the_usual_lag_counts_not_a_single_late_delivery(wired: Wiring) -> None:
    old = NOW - timedelta(days=900)
    for hours in range(30):
        _merge(
            wired, _accept(wired, received_at=NOW + timedelta(hours=hours), latest_event=NOW + timedelta(hours=hours))
        )
    _merge(wired, _accept(wired, received_at=NOW + timedelta(hours=30), earliest_event=old, latest_event=old))

    found = _freshness(wired, NOW + timedelta(hours=30))

    assert (found.live, found.stale_sources) == (NOW + timedelta(hours=29), ())


@pytest.fixture
def configured(wired: Wiring) -> Wiring:
    """A source that is expected to deliver every 30 days."""
    wired.source_configs.put("monthly", SourceConfiguration.model_validate({"cadence": "P30D"}))
    return wired


def test_the_configured_cadence_says_when_a_source_is_overdue(configured: Wiring) -> None:
    for source_id in ("monthly", "daily"):
        _merge(configured, _accept(configured, source_id))

    after_10_days, after_50_days = (_freshness(configured, NOW + timedelta(days=days)) for days in (10, 50))

    assert after_10_days.stale_sources == ("daily",)
    assert after_50_days.stale_sources == ("daily", "monthly")


def test_a_repeated_change_counts_a_delivery_once(wired: Wiring) -> None:
    entry = _accept(wired)
    for _ in range(3):
        wired.ledger.update(entry.delivery_id, lambda current: replace(current or entry, dropped_fields=1))
    _merge(wired, entry)

    days_later = NOW + timedelta(days=2)

    assert _freshness(wired, days_later).stale_sources == ("shop",)
