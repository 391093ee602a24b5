"""The log of events: ids in the order of commits, each event once, and none older than a quarter of an hour."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.app.wiring import Wiring
from shared.live.event_log import KEPT, Claim, EventLog
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms


@pytest.fixture
def log(wired: Wiring) -> EventLog:
    """The log."""
    return wired.event_log


def ids(log: EventLog, after: int = 0) -> list[int]:
    """The ids after one."""
    return [each.id for each in log.after(after, most=10_000).events]


def test_ids_rise_over_all_kinds(log: EventLog) -> None:
    log.append("a", [{"n": 1}, {"n": 2}], common={"all": True})
    log.append("b", [{"n": 3}])

    found = log.after(0, most=10).events

    assert [(each.id, each.kind, each.data) for each in found] == [
        (1, "a", {"n": 1, "all": True}),
        (2, "a", {"n": 2, "all": True}),
        (3, "b", {"n": 3}),
    ]
    assert log.last_id() == 3


def test_events_after_an_id_in_the_midst_of_an_append_are_read(log: EventLog) -> None:
    log.append("a", [{"n": number} for number in range(5)])
    log.append("a", [{"n": 5}])

    assert ids(log, after=3) == [4, 5, 6]
    assert log.after(3, most=10).has_gap is False


def test_appends_at_once_take_ids_of_their_own(log: EventLog) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: log.append("a", [{"n": number}] * 3), range(8)))

    assert ids(log) == list(range(1, 25))
    groups = [each.data["n"] for each in log.after(0, most=100).events]
    assert sorted(groups[0::3]) == list(range(8))


def test_what_was_claimed_is_appended_once(log: EventLog) -> None:
    claim = Claim("run-1", "record-2")

    first = log.append("a", [{"n": 1}, {"n": 2}], claim=claim)
    second = log.append("a", [{"n": 1}, {"n": 2}, {"n": 3}], claim=Claim("run-1", "record-3"))

    assert (first, second) == (claim, claim)
    assert ids(log) == [1, 2]


@pytest.mark.parametrize("moment", CrashPoint)
def test_a_crash_leaves_no_id_without_its_event(log: EventLog, platforms: MotoPlatforms, moment: CrashPoint) -> None:
    claim = Claim("run-1", "record-1")
    with platforms.fault_injector.killing(0, moment):
        log.append("a", [{"n": 1}], claim=claim)

    log.append("a", [{"n": 1}], claim=claim)
    log.append("a", [{"n": 2}])

    assert [(each.id, each.data["n"]) for each in log.after(0, most=10).events] == [(1, 1), (2, 2)]


def test_older_events_are_a_gap(log: EventLog, clock: Clock) -> None:
    log.append("a", [{"n": 1}])
    clock.pass_by(KEPT / 2)
    log.append("a", [{"n": 2}])

    clock.pass_by(KEPT / 2 + timedelta(seconds=1))

    assert (ids(log), log.after(0, most=10).has_gap) == ([2], True)
    assert log.after(1, most=10).has_gap is False


def test_with_all_events_expired_there_is_a_gap_only_after_the_last_id(log: EventLog, clock: Clock) -> None:
    log.append("a", [{"n": 1}, {"n": 2}])

    clock.pass_by(KEPT + timedelta(seconds=1))

    assert [log.after(each, most=10).has_gap for each in (0, 1, 2, 3)] == [True, True, False, True]


def test_an_id_that_was_never_given_is_a_gap(log: EventLog) -> None:
    assert log.after(0, most=10).has_gap is False
    assert log.after(1, most=10).has_gap is True


def test_reading_ends_at_about_the_number_asked_for(log: EventLog) -> None:
    for _ in range(4):
        log.append("a", [{}] * 10)

    assert len(log.after(0, most=15).events) == 20


def test_events_are_unread_until_they_are_handed_out(log: EventLog, clock: Clock) -> None:
    assert log.unread_since() == (0, None)
    log.append("a", [{}] * 3)
    since = clock()
    clock.pass_by(timedelta(seconds=5))
    log.append("a", [{}])

    assert log.unread_since() == (4, since)
    log.mark_read(3)
    assert log.unread_since() == (1, clock())
    log.mark_read(4)
    assert log.unread_since() == (0, None)


def test_what_was_last_said_is_remembered(log: EventLog) -> None:
    assert log.fact("statuses") == {}

    log.put_fact("statuses", {"merge": "down"})

    assert log.fact("statuses") == {"merge": "down"}
