"""A label lies on the day of its decision, also if it was delivered with another time or its decision moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import boto3
import pytest

from functions.merger.messages import data_types_of
from shared.app.wiring import Wiring
from shared.decisions.index import DECISIONS_TABLE
from shared.lake.catalog.tables import BASE_TABLES
from shared.merging.queue import MERGE_QUEUE
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.former_labels import make_former
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import dump_state, merge_all, table_rows
from tests.tiers import sized

D, L = DataType.DECISIONS, DataType.LABELS


def _decide(wired: Wiring, day: str, *numbers: int, hours: int = 0) -> None:
    rows = [good(D, decision_id=f"d-{number}", timestamp=f"2025-02-{day}T10:15:00Z") for number in numbers]
    origin = f"decisions-{day}-{hours}"
    wired.loader.load(delivery(D, rows, origin=origin, at=NOW + timedelta(hours=hours - 10)))


def _label(wired: Wiring, origin: str, *numbers: int, day: str | None = "10", hours: int = 0) -> None:
    at = None if day is None else f"2025-02-{day}T00:00:00Z"
    rows = [good(L, decision_id=f"d-{number}", decision_timestamp=at) for number in numbers]
    wired.loader.load(delivery(L, rows, origin=origin, at=NOW + timedelta(hours=hours - 10)))


def _days(wired: Wiring) -> dict[str, str]:
    rows = table_rows(wired.settings, "labels")
    assert len({row["decision_id"] for row in rows}) == len(rows)
    return {row["decision_id"]: f"{row['decision_timestamp']:%d}" for row in rows}


def _outcome(wired: Wiring, origin: str) -> tuple[int, int, int, int]:
    entry = wired.ledger.get(origin)
    assert entry is not None
    assert entry.in_flight == 0
    return entry.received, entry.outcomes.loaded, entry.outcomes.duplicate, entry.outcomes.superseded + entry.replaced


def _merge(wired: Wiring) -> None:
    wired.merger.merge([L], has_time=lambda: True)


def test_a_wrong_time_is_corrected_if_the_decision_is_known(wired: Wiring) -> None:
    _decide(wired, "20", 1)
    _label(wired, "labels-1", 1, 2)
    merge_all(wired)

    assert _days(wired) == {"d-1": "20", "d-2": "10"}
    assert _outcome(wired, "labels-1") == (2, 2, 0, 0)


def test_a_wrong_time_is_corrected_when_the_decision_arrives(wired: Wiring) -> None:
    _label(wired, "labels-1", 1, 2)
    merge_all(wired)
    before = _days(wired)
    _decide(wired, "20", 1)

    _merge(wired)

    assert (before, _days(wired)) == ({"d-1": "10", "d-2": "10"}, {"d-1": "20", "d-2": "10"})
    assert list(wired.decisions.moved()) == []
    assert _outcome(wired, "labels-1") == (2, 2, 0, 0)


def test_labels_follow_a_decision_to_another_day(wired: Wiring) -> None:
    _decide(wired, "20", 1, 2)
    _label(wired, "labels-1", 1, 2, day=None)
    merge_all(wired)
    before = wired.table_states.get(L)
    _decide(wired, "22", 1, hours=1)

    _merge(wired)

    state = wired.table_states.get(L)
    changed = {day for day, sequence in state.days.items() if sequence > before.sequence}
    assert _days(wired) == {"d-1": "22", "d-2": "20"}
    assert changed == {"2025-02-20", "2025-02-22"}
    assert state.snapshot == wired.lake_tables.head(BASE_TABLES[L]).id
    assert _outcome(wired, "labels-1") == (2, 2, 0, 0)


def test_an_older_version_of_a_decision_moves_nothing(wired: Wiring) -> None:
    _decide(wired, "20", 1, hours=1)
    _label(wired, "labels-1", 1, day=None)
    merge_all(wired)

    _decide(wired, "22", 1)
    _decide(wired, "20", 1, hours=2)
    _merge(wired)

    assert _days(wired) == {"d-1": "20"}
    assert list(wired.decisions.moved()) == []


def test_a_label_that_waits_for_its_merge_takes_the_latest_time(wired: Wiring) -> None:
    _decide(wired, "20", 1)
    _label(wired, "labels-1", 1, day=None)
    _decide(wired, "22", 1, hours=1)
    _merge(wired)

    assert _days(wired) == {"d-1": "22"}
    assert _outcome(wired, "labels-1") == (1, 1, 0, 0)


def test_a_label_delivered_again_after_a_move_is_a_duplicate(wired: Wiring) -> None:
    _decide(wired, "20", 1)
    _label(wired, "labels-1", 1, day=None)
    merge_all(wired)
    _decide(wired, "22", 1, hours=1)
    _label(wired, "labels-2", 1, day="20", hours=2)

    merge_all(wired)

    assert _days(wired) == {"d-1": "22"}
    assert (_outcome(wired, "labels-1"), _outcome(wired, "labels-2")) == ((1, 1, 0, 0), (1, 0, 1, 0))


class _Rival:
    """The decision moves, and another merger lets its labels follow, after this one has read the times."""

    def __init__(self, wired: Wiring, rival: Wiring) -> None:
        self._wired, self._rival, self.done = wired, rival, False

    def times(self, references: Any) -> Any:
        found = self._wired.decisions.times_of_labels(references)
        if not self.done:
            self.done = True
            _decide(self._rival, "22", 1, hours=1)
            self._rival.merger.relocation.run(L, {"d-1"}, self._rival.table_states.get(L))
            self._rival.decisions.clear_moved(list(self._rival.decisions.moved()))
        return found


def test_a_merge_that_read_the_time_before_a_move_reads_it_again(wired: Wiring) -> None:
    _decide(wired, "20", 1)
    _label(wired, "labels-1", 1, day=None)
    rival = _Rival(wired, Wiring(wired.settings, Clock()))
    merger = replace(wired.merger, cycle=replace(wired.merger.cycle, times_of=rival.times))

    merger.merge([L], has_time=lambda: True)

    assert rival.done
    assert _days(wired) == {"d-1": "22"}
    assert list(wired.decisions.moved()) == []


def test_the_sweeper_starts_the_merge_of_labels_for_moved_decisions(wired: Wiring) -> None:
    _decide(wired, "20", 1)
    _label(wired, "labels-1", 1, day=None)
    merge_all(wired)
    nothing = wired.sweeper.sweep().requeued
    _decide(wired, "22", 1, hours=1)
    wired.sweeper.sweep()

    queue, sqs = wired.settings.name_of(MERGE_QUEUE), boto3.client("sqs")
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    records = [{"messageId": each["MessageId"], "body": each["Body"]} for each in messages]
    assert nothing == 0
    assert L in set().union(*data_types_of(records).values())


def _given(settings: Settings) -> Wiring:
    wired = Wiring(settings, Clock())
    _decide(wired, "20", 1, 2)
    _label(wired, "labels-1", 1, 2, 3, day="20")
    merge_all(wired)
    return wired


def _history(wired: Wiring) -> None:
    _decide(wired, "22", 1, hours=1)
    _decide(wired, "23", 3, hours=1)
    _label(wired, "labels-2", 2, day="24", hours=2)
    _merge(wired)


def test_moves_killed_around_any_write_and_repeated_end_as_if_nothing_had_happened(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = _given(settings)
        writes = platforms.fault_injector.count(lambda: _history(wired))
        merge_all(wired)
        expected = dump_state(settings)
        assert _days(wired) == {"d-1": "22", "d-2": "20", "d-3": "23"}

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _given(settings)
            with platforms.fault_injector.killing(step, moment):
                _history(wired)
            _history(wired)
            merge_all(wired)

            case = f"killed {moment} write {step} of {writes}"
            assert dump_state(settings) == expected, case
            assert list(wired.decisions.moved()) == [], case


def _act(wired: Wiring, dice: Random, step: int) -> None:
    """Do something at random: decide, label with any time or none, merge, or sweep."""
    number, day = dice.randint(1, 3), str(dice.randint(20, 26))
    match dice.choice(("decide", "decide", "label", "label", "merge", "sweep")):
        case "decide":
            rows = [good(D, decision_id=f"d-{number}", timestamp=f"2025-02-{day}T10:15:00Z")]
            wired.loader.load(delivery(D, rows, origin=f"decisions-{step}", at=_moment(dice)))
        case "label":
            at = dice.choice((None, f"2025-02-{day}T00:00:00Z"))
            source = dice.choice(("chargeback", "manual_review"))
            rows = [good(L, decision_id=f"d-{number}", source=source, decision_timestamp=at)]
            wired.loader.load(delivery(L, rows, origin=f"labels-{step}", at=_moment(dice)))
        case "merge":
            _merge(wired)
        case _:
            wired.sweeper.sweep()


def _moment(dice: Random) -> datetime:
    return NOW - timedelta(minutes=dice.randint(1, 600))


@pytest.mark.parametrize("seed", range(sized(quick=4, thorough=60)))
def test_in_any_order_every_label_ends_on_the_day_of_its_decision(wired: Wiring, seed: int) -> None:
    dice, steps = Random(seed), 14  # noqa: S311 # no secret

    for step in range(steps):
        _act(wired, dice, step)
    wired.sweeper.sweep()
    merge_all(wired)
    _merge(wired)

    rows = table_rows(wired.settings, "labels")
    times = wired.decisions.times(["d-1", "d-2", "d-3"])
    entries = [entry for step in range(steps) if (entry := wired.ledger.get(f"labels-{step}"))]
    assert entries
    assert all(times.get(row["decision_id"]) in {None, row["decision_timestamp"].replace(tzinfo=UTC)} for row in rows)
    assert len({(row["decision_id"], row["source"]) for row in rows}) == len(rows)
    assert [entry.in_flight for entry in entries] == [0] * len(entries)
    loaded = sum(entry.outcomes.loaded - entry.outcomes.superseded - entry.replaced for entry in entries)
    assert loaded == len(rows)
    assert list(wired.decisions.moved()) == []


def _forget(wired: Wiring, *numbers: int) -> None:
    """Leave the index as versions did that did not register labels."""
    for number in numbers:
        boto3.client("dynamodb").delete_item(
            TableName=wired.settings.name_of(DECISIONS_TABLE), Key={"decision_id": {"S": f"d-{number}"}}
        )


def test_labels_of_an_earlier_version_get_the_times_of_their_decisions_too(wired: Wiring) -> None:
    _label(wired, "labels-1", 1, 2, 3)
    merge_all(wired)
    _forget(wired, 1, 2, 3)
    _decide(wired, "20", 2)
    make_former(wired)

    _merge(wired)
    converted = _days(wired), wired.lake_tables.head(BASE_TABLES[L]).sequence
    _merge(wired)
    again = _days(wired), wired.lake_tables.head(BASE_TABLES[L]).sequence
    _decide(wired, "22", 1)
    _merge(wired)

    assert converted[0] == {"d-1": "10", "d-2": "20", "d-3": "10"}
    assert again == converted
    assert _days(wired) == {"d-1": "22", "d-2": "20", "d-3": "10"}
    assert _outcome(wired, "labels-1") == (3, 3, 0, 0)
