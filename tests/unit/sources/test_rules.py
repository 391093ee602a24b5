"""A source's status follows from when and how it delivered."""

from datetime import datetime, timedelta

import pytest

from shared.ledger.entry import DeliveryKind, LedgerEntry
from shared.sources.rules import is_failing, is_overdue
from tests.fakes.records import NOW

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "cadence", "overdue"),
    [
        (None, None, True),
        (None, HOUR, True),
        (NOW - WEEK, None, False),
        (NOW - WEEK - HOUR, None, True),
        (NOW - 3 * HOUR, HOUR, False),
        (NOW - 3 * HOUR - timedelta(seconds=1), HOUR, True),
        (NOW - 2 * WEEK, WEEK, False),
    ],
)
def test_a_source_is_overdue_after_three_missed_cadences_or_a_week(
    last: datetime | None, cadence: timedelta | None, *, overdue: bool
) -> None:
    assert is_overdue(last, NOW, cadence=cadence, otherwise=WEEK) is overdue


def _entry(rejected: int, *, received: int = 2, refused: bool = False, cancelled: bool = False) -> LedgerEntry:
    return LedgerEntry(
        delivery_id="batch-1",
        kind=DeliveryKind.BATCH,
        source_id="till",
        data_type="orders",
        received_at=NOW,
        received=received,
        rejected=rejected,
        refused=refused,
        cancelled=cancelled,
    )


GOOD, BAD, REFUSED = _entry(1), _entry(2), _entry(2, refused=True)


@pytest.mark.parametrize(
    ("latest", "failing"),
    [
        ([], False),
        ([BAD], True),
        ([GOOD], False),
        ([BAD, REFUSED, BAD], True),
        ([BAD, REFUSED, GOOD], False),
        ([GOOD, BAD, BAD], False),
        ([_entry(2, cancelled=True)], False),
        ([_entry(2, cancelled=True), BAD], True),
    ],
)
def test_a_source_is_in_error_when_its_last_deliveries_had_no_valid_row(
    latest: list[LedgerEntry], *, failing: bool
) -> None:
    assert is_failing(latest) is failing
