"""The roll-up job computes the days that changed, and nothing older than what is there replaces it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.athena.pinned_queries import LakeView
from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.parquet.columns import arrow_schema
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.lake.rollups.job import MOST_ROWS
from shared.lake.table.port import CommitConflict
from shared.merging.merger import Merger
from shared.merging.queue import ROLLUP_QUEUE
from shared.merging.requests import RollupRequests
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import DAY, NOW, good
from tests.fakes.state_dump import dump_state, merge_all, roll_up_all, table_rows
from tests.functions.model.checks import assert_rolled_up
from tests.tiers import one_in

Rows = list[dict[str, Any]]
SALES, EVENTS = DataType.TRANSACTIONS, DataType.EVENTS
OTHER = "2025-02-26"
EARLIER = NOW - timedelta(hours=1)
_VIEW = {"event_type": "product_view", "product_id": "p-1"}
_CORRECTED: Mapping[DataType, Mapping[str, Any]] = {
    SALES: {"quantity": 7, "customer_id": "c-1"},
    DataType.INVENTORY: {"quantity_on_hand": 9},
    EVENTS: {"event_type": "purchase", "product_id": "p-1"},
    DataType.DECISIONS: {
        "outcome": "decline",
        "latency_ms": 7,
        "timestamp": f"{DAY}T09:01:00Z",
        "score": 0.75,
        "features": {"age": 5, "channel": "web"},
    },
}
OF_LABELS = {"label_delays_by_one", "fraud_cases"}
"""Roll-ups that are empty without labels."""


def _bring(wired: Wiring, data_type: DataType, *rows: Mapping[str, Any], origin: str = "batch-1", **when: Any) -> None:
    wired.loader.load(delivery(data_type, [good(data_type, **row) for row in rows], origin=origin, **when))
    merge_all(wired)


def _stored(wired: Wiring, data_type: DataType) -> dict[str, Rows]:
    """The published roll-ups."""
    return {table.name: table_rows(wired.settings, table.name) for table in ROLLUPS[data_type]}


def _computed(wired: Wiring, data_type: DataType) -> dict[str, Rows]:
    """The roll-ups of the published base."""
    schema, table = arrow_schema(data_type), BASE_TABLES[data_type]
    state = wired.table_states.get(data_type)
    base = wired.lake_tables.rows(table, wired.lake_tables.snapshot(table, state.snapshot or 0), schema.names)
    tables = roll_up(data_type, base.select(schema.names))
    return {name: sorted(rows.to_pylist(), key=repr) for name, rows in tables.items()}


@pytest.mark.parametrize("data_type", ROLLUPS)
def test_a_correction_restates_every_roll_up(wired: Wiring, data_type: DataType) -> None:
    _bring(wired, data_type, {}, at=EARLIER)
    wired.rollups.run(data_type)
    before = _stored(wired, data_type)
    assert before == _computed(wired, data_type)

    _bring(wired, data_type, _CORRECTED[data_type], origin="batch-2")
    assert wired.table_states.get(data_type).dirty_days == (DAY,)
    wired.rollups.run(data_type)

    after = _stored(wired, data_type)
    assert after == _computed(wired, data_type)
    assert all(after[name] != before[name] for name in after.keys() - OF_LABELS)
    assert wired.table_states.get(data_type).dirty_days == ()


@pytest.mark.parametrize("data_type", [SALES, EVENTS])
def test_a_day_losing_its_only_record_has_no_rows_in_roll_ups(wired: Wiring, data_type: DataType) -> None:
    said = {"customer_id": "c-1"} | (_VIEW if data_type is EVENTS else {})
    _bring(wired, data_type, said, at=EARLIER)
    wired.rollups.run(data_type)

    _bring(wired, data_type, {**said, "timestamp": f"{OTHER}T08:00:00Z"}, origin="batch-2")
    wired.rollups.run(data_type)

    for table in ROLLUPS[data_type]:
        days = {_day(row) for row in table_rows(wired.settings, table.name)}
        assert days == {OTHER}


def _day(row: Mapping[str, Any]) -> str:
    return str(row.get("dt") or f"{row['hour']:%Y-%m-%d}")


def test_only_days_that_changed_are_read_and_replaced(wired: Wiring) -> None:
    _bring(wired, SALES, *({"transaction_id": f"t-{n}", "timestamp": f"2025-02-0{n}T08:00:00Z"} for n in range(1, 9)))
    assert wired.rollups.run(SALES).rows == 8
    before = wired.table_states.get(SALES).derived

    _bring(wired, SALES, {"transaction_id": "t-3", "timestamp": "2025-02-03T09:00:00Z"}, origin="batch-2")
    done = wired.rollups.run(SALES)

    assert (done.days, done.rows) == (("2025-02-03",), 1)
    hourly = next(table for table in ROLLUPS[SALES] if table.name == "sales_hourly")
    head = wired.lake_tables.head(hourly)
    assert before.keys() == wired.table_states.get(SALES).derived.keys()
    assert [(each.rows, each.deleted) for each in head.files] == [(8, 1), (1, 0)]


def _bring_days(wired: Wiring, *days: int, quantity: int, origin: str) -> None:
    """Bring a line of each of some days of January."""
    lines = (
        {"transaction_id": f"t-{n}", "customer_id": "c-1", "timestamp": f"2025-01-0{n}T08:00:00Z", "quantity": quantity}
        for n in days
    )
    at = NOW if origin != "batch-1" else EARLIER
    _bring(wired, SALES, *lines, origin=origin, at=at)


def test_each_part_of_the_days_is_published_before_the_next_is_computed(wired: Wiring) -> None:
    _bring_days(wired, 1, 2, quantity=1, origin="batch-1")
    wired.rollups.run(SALES)
    before = _stored(wired, SALES)
    _bring_days(wired, 1, 2, quantity=5, origin="batch-2")
    seen = list[tuple[object, ...]]()
    glue = InterruptedGlue(wired.settings)
    glue.before(
        "UpdateTable",
        lambda: seen.append((wired.table_states.get(SALES).dirty_days, _stored(wired, SALES))),
        skipping=len(ROLLUPS[SALES]),
    )

    replace(wired.rollups, tables=glue.tables, most_rows=1).run(SALES)

    after = _computed(wired, SALES)
    half = {
        name: sorted(
            [row for row in rows if _day(row) == "2025-01-01"]
            + [row for row in before[name] if _day(row) == "2025-01-02"],
            key=repr,
        )
        for name, rows in after.items()
    }
    assert seen == [(("2025-01-02",), half)]
    assert wired.table_states.get(SALES).dirty_days == ()
    assert _stored(wired, SALES) == after
    assert {name: rows for name, rows in dump_state(wired.settings).heads.items() if name != SALES} == after


def test_a_run_without_time_publishes_one_part_and_the_next_runs_the_others(wired: Wiring) -> None:
    _bring_days(wired, 1, 2, 3, quantity=1, origin="batch-1")
    job = replace(wired.rollups, most_rows=1)

    runs = [job.run(SALES, has_time=lambda: False) for _ in range(4)]

    days = ("2025-01-01", "2025-01-02", "2025-01-03")
    assert [tuple(each.days) for each in runs] == [*((day,) for day in days), ()]
    assert [tuple(each.left) for each in runs] == [days[1:], days[2:], (), ()]
    assert _stored(wired, SALES) == _computed(wired, SALES)
    assert wired.table_states.get(SALES).rolled_up == wired.table_states.get(SALES).sequence


@pytest.mark.parametrize("data_type", ROLLUPS)
def test_a_day_that_does_not_fit_into_memory_is_computed_a_portion_at_a_time(
    wired: Wiring, data_type: DataType
) -> None:
    for number in range(4):
        rows = ({**_CORRECTED[data_type], **_line(data_type, number, hour)} for hour in range(3))
        _bring(wired, data_type, *rows, origin=f"batch-{number}")

    done = replace(wired.rollups, most_rows=2).run(data_type)

    assert (done.days, done.rows) == ((DAY,), 12)
    assert _stored(wired, data_type) == _computed(wired, data_type)


def _line(data_type: DataType, number: int, hour: int) -> dict[str, Any]:
    moment = {"timestamp": f"{DAY}T{hour:02}:0{number}:00Z"}
    if data_type is SALES:
        return {**moment, "transaction_id": f"t-{number}-{hour}", "order_id": f"o-{hour}", "customer_id": f"c-{hour}"}
    if data_type is DataType.DECISIONS:
        return {**moment, "decision_id": f"d-{number}-{hour}"}
    return moment | ({"event_id": f"e-{number}-{hour}", "session_id": f"s-{hour}"} if data_type is EVENTS else {})


def test_a_job_without_changed_days_commits_nothing(wired: Wiring) -> None:
    _bring(wired, EVENTS, _VIEW)
    wired.rollups.run(EVENTS)
    before = wired.table_states.get(EVENTS)

    assert wired.rollups.run(EVENTS).days == ()
    assert wired.table_states.get(EVENTS) == before


def test_all_days_are_computed_again_on_request(wired: Wiring) -> None:
    _bring(wired, EVENTS, _VIEW, {**_VIEW, "event_id": "e-2", "timestamp": f"{OTHER}T08:00:00Z"})
    wired.rollups.run(EVENTS)

    assert wired.rollups.run(EVENTS, all_days=True).days == (OTHER, DAY)
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


def test_a_roll_up_that_a_new_version_declares_is_computed_for_all_days(wired: Wiring) -> None:
    _bring(wired, EVENTS, _VIEW, {**_VIEW, "event_id": "e-2", "timestamp": f"{OTHER}T08:00:00Z"})
    wired.rollups.run(EVENTS)
    wired.table_states.update(EVENTS, lambda state: replace(state, derived=_without(state.derived, "sessions_daily")))
    _bring(wired, EVENTS, {**_VIEW, "event_id": "e-3"}, origin="batch-2")

    assert wired.rollups.run(EVENTS).days == (OTHER, DAY)
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


def test_a_roll_up_that_a_new_version_declares_is_computed_before_anything_changes(wired: Wiring) -> None:
    _bring(wired, EVENTS, _VIEW)
    wired.rollups.run(EVENTS)
    wired.table_states.update(EVENTS, lambda state: replace(state, derived=_without(state.derived, "sessions_daily")))

    assert wired.rollups.run(EVENTS).days == (DAY,)
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


def _without(snapshots: Mapping[str, int], name: str) -> Mapping[str, int]:
    return {each: snapshot for each, snapshot in snapshots.items() if each != name}


@pytest.mark.parametrize("data_type", sorted(set(DataType) - set(ROLLUPS)))
def test_types_without_roll_ups_have_nothing_to_compute(wired: Wiring, data_type: DataType) -> None:
    assert wired.rollups.run(data_type, all_days=True).days == ()


_GLUE_CALLS = [("UpdateTable", 0), ("UpdateTable", 1), *(("GetTable", calls) for calls in range(6))]


@pytest.mark.parametrize("call", one_in(3, _GLUE_CALLS))
@pytest.mark.parametrize("most_rows", [MOST_ROWS, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_job_never_replaces_roll_ups_of_a_newer_base(wired: Wiring, call: tuple[str, int], most_rows: int) -> None:
    def overtake() -> None:
        _bring(wired, EVENTS, _CORRECTED[EVENTS], {**_VIEW, "event_id": "e-2"}, origin="batch-2")
        wired.rollups.run(EVENTS)

    _bring(wired, EVENTS, _VIEW, at=EARLIER)
    wired.rollups.run(EVENTS)
    _bring(wired, EVENTS, {**_VIEW, "event_id": "e-3"}, origin="batch-3", at=EARLIER)
    glue = InterruptedGlue(wired.settings)
    glue.before(call[0], overtake, skipping=call[1])

    replace(wired.rollups, tables=glue.tables, most_rows=most_rows).run(EVENTS)

    assert wired.table_states.get(EVENTS).dirty_days == ()
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)
    assert {name: rows for name, rows in dump_state(wired.settings).heads.items() if name != EVENTS} == _stored(
        wired, EVENTS
    )


_PART = len(ROLLUPS[EVENTS])


@pytest.mark.parametrize("call", [*range(3 * _PART)])
def test_two_jobs_at_once_publish_every_part_exactly(wired: Wiring, call: int) -> None:
    """One job runs to its end before a commit of the other, whose later parts it has published by then."""
    days = [{**_VIEW, "event_id": f"e-{n}", "timestamp": f"2025-02-1{n}T08:00:00Z"} for n in range(3)]
    _bring(wired, EVENTS, *days, at=EARLIER)
    glue = InterruptedGlue(wired.settings)
    glue.before("UpdateTable", lambda: replace(wired.rollups, most_rows=1).run(EVENTS), skipping=call)

    replace(wired.rollups, tables=glue.tables, most_rows=1).run(EVENTS)

    assert wired.table_states.get(EVENTS).dirty_days == ()
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


def test_a_job_overtaken_before_it_publishes_hides_no_part_of_the_other(wired: Wiring) -> None:
    days = [{**_VIEW, "event_id": f"e-{n}", "timestamp": f"2025-02-1{n}T08:00:00Z"} for n in range(3)]
    _bring(wired, EVENTS, *days, at=EARLIER)
    other = replace(wired.rollups, most_rows=1)
    states = OvertakenStates(wired, lambda: other.run(EVENTS), updates=1)

    replace(wired.rollups, states=states, most_rows=1).run(EVENTS)

    assert wired.table_states.get(EVENTS).dirty_days == ()
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


class OvertakenStates(TableStates):
    """Something else happens before one of the updates."""

    def __init__(self, wired: Wiring, overtake: Callable[[], object], *, updates: int) -> None:
        super().__init__(wired.clients.dynamodb, wired.settings.name_of(TABLE_STATES))
        self._left, self._overtake = updates, overtake

    def update(self, name: str, change: Callable[[TableState], TableState]) -> TableState:
        """Replace a state."""
        if not self._left:
            self._overtake()
        self._left -= 1
        return super().update(name, change)


def test_a_merge_during_the_job_leaves_its_days_to_the_next(wired: Wiring) -> None:
    _bring(wired, EVENTS, _VIEW, at=EARLIER)
    glue = InterruptedGlue(wired.settings)
    glue.before("UpdateTable", lambda: _bring(wired, EVENTS, _CORRECTED[EVENTS], origin="batch-2"))

    replace(wired.rollups, tables=glue.tables).run(EVENTS)

    assert wired.table_states.get(EVENTS).dirty_days == (DAY,)
    assert [row["purchases"] for row in table_rows(wired.settings, "sessions_daily")] == [0]
    wired.rollups.run(EVENTS)
    assert _stored(wired, EVENTS) == _computed(wired, EVENTS)


@pytest.mark.parametrize("most_rows", [MOST_ROWS, pytest.param(1, marks=pytest.mark.thorough)])
def test_a_job_killed_around_any_write_and_repeated_gives_the_same_state(
    platforms: MotoPlatforms, most_rows: int
) -> None:
    def given(settings: Settings) -> Wiring:
        wired = Wiring(settings, Clock())
        _bring(wired, EVENTS, _VIEW, {**_VIEW, "event_id": "e-2", "timestamp": f"{OTHER}T08:00:00Z"}, at=EARLIER)
        roll_up_all(wired)
        _bring(wired, EVENTS, _CORRECTED[EVENTS], {**_VIEW, "event_id": "e-3"}, origin="batch-2")
        return wired

    def run(wired: Wiring) -> None:
        replace(wired.rollups, most_rows=most_rows).run(EVENTS)

    with platforms.fresh() as settings:
        wired = given(settings)
        writes = platforms.fault_injector.count(lambda: run(wired))
        expected = dump_state(settings)
        assert _stored(wired, EVENTS) == _computed(wired, EVENTS)
    assert {"PutObject", "UpdateTable", "PutItem"} == set(writes)

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = given(settings)

            with platforms.fault_injector.killing(step, moment):
                run(wired)
            case = f"killed {moment} write {step} of {writes}"
            assert_rolled_up(dump_state(settings))
            run(wired)

            assert dump_state(settings) == expected, case


def test_a_killed_job_does_not_hinder_that_of_a_newer_base(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        _bring(wired, EVENTS, _VIEW, at=EARLIER)
        writes = platforms.fault_injector.count(lambda: wired.rollups.run(EVENTS))

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = Wiring(settings, Clock())
            _bring(wired, EVENTS, _VIEW, at=EARLIER)
            with platforms.fault_injector.killing(step, moment):
                wired.rollups.run(EVENTS)
            _bring(wired, EVENTS, _CORRECTED[EVENTS], {**_VIEW, "event_id": "e-2"}, origin="batch-2")

            wired.rollups.run(EVENTS)

            assert _stored(wired, EVENTS) == _computed(wired, EVENTS), f"killed {moment} write {step} of {writes}"


def test_a_cost_change_within_a_day_is_published_with_the_costs(wired: Wiring) -> None:
    prices = [{"cost": cost, "updated_at": f"{OTHER}T{hour}:00:00Z"} for cost, hour in ((2, "00"), (3, "12"))]
    _bring(wired, DataType.PRODUCTS, prices[1], at=EARLIER)

    _bring(wired, DataType.PRODUCTS, prices[0], origin="batch-2")

    costs = table_rows(wired.settings, "product_costs")
    assert sorted((int(row["cost"]), f"{row['valid_from']:%H}", row["valid_before"].year) for row in costs) == [
        (2, "00", 2025),
        (3, "12", 9999),
    ]
    state = wired.table_states.get(DataType.PRODUCTS)
    assert state.cost_days == (OTHER,)
    assert set(state.derived) == {"product_versions", "product_costs"}


def _noting_requests(wired: Wiring) -> tuple[Merger, list[str]]:
    """A merger, and the roll-ups that it requests."""
    sqs, requested = boto3.Session().client("sqs"), list[str]()
    sqs.meta.events.register(
        "provide-client-params.sqs.SendMessage", lambda params, **_: requested.append(params["MessageBody"])
    )
    return replace(wired.merger, rollups=RollupRequests(sqs, wired.settings.name_of(ROLLUP_QUEUE))), requested


def test_an_old_version_of_a_product_requests_the_roll_ups_of_sales(wired: Wiring) -> None:
    merger, requested = _noting_requests(wired)
    for version in (2, 1):
        row = good(DataType.PRODUCTS, category=f"shelf {version}", updated_at=f"2025-01-0{version}T12:00:00Z")
        wired.loader.load(delivery(DataType.PRODUCTS, [row], origin=f"batch-{version}"))
        merger.merge({DataType.PRODUCTS}, has_time=lambda: True)

    assert requested == ['{"data_type":"transactions"}'] * 2


def test_merges_request_the_roll_ups_of_types_that_have_any(wired: Wiring) -> None:
    merger, requested = _noting_requests(wired)
    merged = (EVENTS, DataType.ORDERS, DataType.PRODUCTS)
    for number, data_type in enumerate(merged):
        wired.loader.load(delivery(data_type, [good(data_type)], origin=f"batch-{number}"))

    merger.merge(set(merged), has_time=lambda: True)

    assert sorted(requested) == ['{"data_type":"events"}', '{"data_type":"transactions"}']


def test_only_types_with_roll_ups_remember_changed_hours(wired: Wiring) -> None:
    for data_type in (EVENTS, DataType.ORDERS):
        wired.loader.load(delivery(data_type, [good(data_type)], origin=f"batch-{data_type}"))

    wired.merger.merge({EVENTS, DataType.ORDERS}, has_time=lambda: True)

    states = wired.table_states.get_many([EVENTS, DataType.ORDERS])
    assert (len(states[EVENTS].hours), states[DataType.ORDERS].hours) == (1, {})


def test_roll_ups_of_another_definition_are_not_read_and_computed_again(wired: Wiring) -> None:
    _bring(wired, SALES, {}, {"transaction_id": "t-2", "timestamp": f"{OTHER}T10:00:00Z"})
    wired.rollups.run(SALES)
    assert wired.table_states.get(SALES).dirty_days == ()

    wired.table_states.update(SALES, lambda state: replace(state, definition=1))

    view = LakeView({SALES: wired.table_states.get(SALES)})
    assert view.dirty_days(SALES, "sales_daily") == {OTHER: 0, DAY: 0}
    assert wired.rollups.run(SALES).days == (OTHER, DAY)
    assert wired.table_states.get(SALES).dirty_days == ()


def test_a_job_with_earlier_categories_publishes_nothing(wired: Wiring) -> None:
    _bring(wired, SALES, {})
    wired.rollups.run(SALES)
    seen = wired.table_states.get(SALES)
    _bring(wired, DataType.PRODUCTS, {"category": "tea"}, origin="batch-2")
    _bring(wired, SALES, {"transaction_id": "t-2"}, origin="batch-3")
    wired.rollups.run(SALES)
    current = wired.table_states.get(SALES)
    base = wired.lake_tables.snapshot(BASE_TABLES[SALES], current.snapshot or 0)

    with pytest.raises(CommitConflict):
        wired.rollups._compute(SALES, replace(seen, sequence=current.sequence), base, [DAY])

    assert wired.table_states.get(SALES) == current
    assert {row["product_category"] for row in table_rows(wired.settings, "sales_daily")} == {"tea"}
