"""Labels restate the days of their decisions: once, at any time, and whatever else happens meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.merging.events import MergeEvents
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.heard_events import HeardEvents
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import merge_all, table_rows

DECISIONS, LABELS = DataType.DECISIONS, DataType.LABELS
DAYS = ("2025-02-25", "2025-02-26", "2025-02-27")
EARLIER = NOW - timedelta(hours=1)


def _bring(wired: Wiring, data_type: DataType, *rows: Mapping[str, Any], origin: str) -> None:
    wired.loader.load(delivery(data_type, [good(data_type, **row) for row in rows], origin=origin, at=EARLIER))
    merge_all(wired)


def _decide(wired: Wiring) -> None:
    """Bring a decision of each day, and have them rolled up."""
    decisions = ({"decision_id": f"d-{day}", "timestamp": f"{day}T08:00:00Z", "outcome": "approve"} for day in DAYS)
    _bring(wired, DECISIONS, *decisions, origin="decisions")
    wired.rollups.run(DECISIONS)


def _label(wired: Wiring, day: str, label: str = "fraud", *, hours: int = 1, origin: str = "labels") -> None:
    at = f"{day}T{8 + hours:02}:00:00Z"
    told = {"decision_id": f"d-{day}", "label": label, "labelled_at": at, "source": "chargeback"}
    _bring(wired, LABELS, {**told, "decision_timestamp": f"{day}T08:00:00Z"}, origin=origin)


def _truths(wired: Wiring) -> dict[str, str]:
    """What the roll-up says of the decision of each day."""
    rows = table_rows(wired.settings, "decisions_daily_by_one")
    return {row["dt"]: row["truth"] for row in rows if row["dimension"] == "none"}


def test_a_late_label_restates_the_day_of_its_decision_alone(wired: Wiring) -> None:
    _decide(wired)
    _label(wired, DAYS[1])

    done = wired.rollups.run(DECISIONS)

    assert (done.days, done.rows) == ((DAYS[1],), 1)
    assert _truths(wired) == {DAYS[0]: "none", DAYS[1]: "fraud", DAYS[2]: "none"}
    assert [row["decision_id"] for row in table_rows(wired.settings, "fraud_cases")] == [f"d-{DAYS[1]}"]
    assert wired.rollups.run(DECISIONS).days == ()


def test_labels_before_their_decisions_count_as_soon_as_these_are_there(wired: Wiring) -> None:
    _label(wired, DAYS[0])
    _decide(wired)

    assert _truths(wired)[DAYS[0]] == "fraud"
    assert wired.table_states.get(DECISIONS).dirty_days == ()


def test_a_label_that_is_merged_while_the_job_runs_is_not_lost(wired: Wiring) -> None:
    _decide(wired)
    _label(wired, DAYS[0], origin="first")
    glue = InterruptedGlue(wired.settings)

    def another() -> None:
        _label(wired, DAYS[0], "legitimate", hours=2, origin="second")
        wired.rollups.run(DECISIONS)

    glue.before("UpdateTable", another)
    replace(wired.rollups, tables=glue.tables).run(DECISIONS)

    wired.rollups.run(DECISIONS)
    assert _truths(wired)[DAYS[0]] == "legitimate"
    assert wired.table_states.get(DECISIONS).dirty_days == ()


def test_a_merge_of_labels_requests_the_roll_ups_of_decisions(wired: Wiring) -> None:
    _decide(wired)
    _label(wired, DAYS[2])

    assert wired.table_states.get(DECISIONS).dirty_days == ()  # not published yet: answers are those of before
    wired.rollups.run(DECISIONS)
    assert _truths(wired)[DAYS[2]] == "fraud"


def test_the_bus_is_told_when_labels_change_what_decisions_mean(wired: Wiring) -> None:
    events = HeardEvents(wired.settings)
    runs = replace(wired.rollup_runs, events=MergeEvents(events.bus))
    _decide(wired)
    _label(wired, DAYS[0])

    for _ in range(2):
        runs.run(DECISIONS, lambda: True)

    assert events.heard == [("table restated", {"data_type": "decisions"})]


def test_a_run_that_died_before_it_told_the_bus_is_followed_by_one_that_does(wired: Wiring) -> None:
    events = HeardEvents(wired.settings)
    _decide(wired)
    _label(wired, DAYS[0])
    wired.rollups.publish_companion(DECISIONS)

    replace(wired.rollup_runs, events=MergeEvents(events.bus)).run(DECISIONS, lambda: True)

    assert events.details == [{"data_type": "decisions"}]


def test_a_job_killed_around_any_write_and_repeated_has_every_label(platforms: MotoPlatforms) -> None:
    def given(wired: Wiring) -> None:
        _decide(wired)
        _label(wired, DAYS[0], origin="first")
        _label(wired, DAYS[2], "legitimate", origin="second")

    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        given(wired)
        writes = platforms.fault_injector.count(lambda: wired.rollups.run(DECISIONS))
        expected = _truths(wired)

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = Wiring(settings, Clock())
            given(wired)
            with platforms.fault_injector.killing(step, moment):
                wired.rollups.run(DECISIONS)

            wired.rollups.run(DECISIONS)

            case = f"killed {moment} write {step} of {writes}"
            assert _truths(wired) == expected == {DAYS[0]: "fraud", DAYS[1]: "none", DAYS[2]: "legitimate"}, case
            assert wired.table_states.get(DECISIONS).dirty_days == (), case
