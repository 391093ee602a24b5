"""Only sources that deliver soon and often enough hold the freshness of the data back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.sources.freshness import Arrivals, Freshness, PendingRange

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _source(name: str = "till", **changes: Any) -> Arrivals:
    usual: dict[str, Any] = {
        "watermark": NOW - HOUR,
        "first": NOW - 30 * DAY,
        "last": NOW - HOUR,
        "deliveries": 31,
        "lags": [HOUR],
    }
    return Arrivals(source_id=name, **{**usual, **changes})


def _freshness(*sources: Arrivals) -> Freshness:
    return Freshness.of(sources, (), NOW)


def test_the_slowest_live_source_holds_the_freshness_back() -> None:
    slow = _source("slow", watermark=NOW - 5 * HOUR)

    assert _freshness(_source(), slow).watermark == NOW - 5 * HOUR


def test_an_import_of_old_records_holds_nothing_back() -> None:
    backfill = _source("history", watermark=datetime(1991, 1, 1, tzinfo=UTC), lags=[34 * 365 * DAY], deliveries=1)

    found = _freshness(_source(), backfill)

    assert (found.watermark, found.stale_sources) == (NOW - HOUR, ())


def test_data_of_imports_only_are_as_fresh_as_their_latest_record() -> None:
    years = [datetime(year, 12, 9, tzinfo=UTC) for year in (1991, 2011)]

    found = _freshness(*(_source(str(each.year), watermark=each, lags=[NOW - each]) for each in years))

    assert found.watermark == years[-1]
    assert not found.is_provisional(years[0], years[1])
    assert found.is_provisional(years[0], years[1] + HOUR)


@pytest.mark.parametrize(
    ("cadence", "silent", "is_live"),
    [
        (HOUR, 2 * DAY, False),
        (30 * DAY, 10 * DAY, True),
        (HOUR, 26 * HOUR, True),
        (None, 26 * HOUR, True),
        (None, 2 * DAY, False),
        (7 * DAY, 10 * DAY, True),
        (7 * DAY, 11 * DAY, False),
    ],
)
def test_a_source_is_live_until_it_is_overdue_by_its_cadence(
    cadence: timedelta | None, silent: timedelta, *, is_live: bool
) -> None:
    source = _source("quiet", cadence=cadence, last=NOW - silent, watermark=NOW - silent - HOUR)

    found = _freshness(_source(), source)

    assert source.is_live(NOW) is is_live
    assert found.watermark == (NOW - silent - HOUR if is_live else NOW - HOUR)
    assert found.stale_sources == (() if is_live else ("quiet",))


def test_a_cadence_is_learned_from_past_deliveries() -> None:
    weekly = _source(first=NOW - 30 * DAY, last=NOW - 9 * DAY, deliveries=4)

    assert weekly.expected_cadence == 7 * DAY
    assert weekly.is_live(NOW)


@pytest.mark.parametrize(("lag", "is_live"), [(2 * DAY, True), (2 * DAY + HOUR, False)])
def test_records_of_a_live_source_usually_arrive_within_two_cadences(lag: timedelta, *, is_live: bool) -> None:
    assert _source(lags=[lag, lag, HOUR, 90 * DAY]).is_live(NOW) is is_live


def test_a_source_that_ended_long_ago_is_not_named() -> None:
    ended = _source("ended", first=NOW - 200 * DAY, last=NOW - 91 * DAY, deliveries=110)

    assert _freshness(_source(), ended).stale_sources == ()


def test_without_data_everything_is_provisional() -> None:
    assert _freshness().is_provisional(NOW - DAY, NOW)


@pytest.mark.parametrize(
    ("pending", "is_provisional"),
    [
        (PendingRange(NOW - 3 * DAY, NOW - 2 * DAY), True),
        (PendingRange(NOW - 2 * DAY - HOUR, NOW - 2 * DAY), True),
        (PendingRange(NOW - DAY, NOW), False),
        (PendingRange(NOW - 5 * DAY, NOW - 4 * DAY), False),
        (PendingRange(), True),
    ],
)
def test_a_range_is_provisional_while_rows_for_it_are_pending(pending: PendingRange, *, is_provisional: bool) -> None:
    found = Freshness.of([_source()], [pending], NOW)

    assert found.is_provisional(NOW - 3 * DAY, NOW - 2 * DAY + HOUR / 2) is is_provisional


def test_types_together_are_as_fresh_as_the_slowest_live_one() -> None:
    sales, stock = _freshness(_source()), _freshness(_source(watermark=NOW - 2 * HOUR))
    imported = _freshness(_source("history", watermark=NOW - 900 * DAY, lags=[900 * DAY]))

    assert (sales + stock).watermark == NOW - 2 * HOUR
    assert (sales + imported).watermark == NOW - HOUR
    assert (Freshness() + sales + Freshness()).watermark == NOW - HOUR
