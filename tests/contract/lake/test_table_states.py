"""The published states of tables: what readers pin, and what changed since roll-ups were computed."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.catalog.state import TableState
from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.runtime.errors import Unavailable
from shared.runtime.settings import Settings
from tests.fakes.serialized_calls import atomic_dynamodb

Change = Callable[[TableState], TableState]


@pytest.fixture
def client(aws: Settings) -> Any:  # noqa: ARG001 # moto must be there first
    return atomic_dynamodb()


@pytest.fixture
def table(aws: Settings) -> str:
    return aws.name_of(TABLE_STATES)


@pytest.fixture
def states(client: Any, table: str) -> TableStates:
    return TableStates(client, table)


def commit(snapshot: int, sequence: int, *days: str) -> Change:
    return lambda state: state.with_commit(snapshot, sequence, days)


def test_each_table_has_its_own_state_and_an_empty_one_before_its_first_commit(states: TableStates) -> None:
    states.update("orders", commit(11, 1, "2025-01-01"))

    found = states.get_many(["sales", "orders"])

    assert found["sales"] == TableState(name="sales")
    assert (found["orders"].snapshot, found["orders"].sequence) == (11, 1)


def test_a_state_is_read_as_it_was_published(states: TableStates) -> None:
    states.update("orders", commit(2**63 - 1, 3, "2025-01-31", "2024-12-31"))
    published = states.update("orders", lambda state: state.with_derived({"sales_hourly": 7}, 3))

    found = states.get("orders")

    assert (found.days, found.derived, found.rolled_up) == (published.days, published.derived, published.rolled_up)
    assert found.snapshots == {"orders": 2**63 - 1, "sales_hourly": 7}
    assert (found.first_day, found.dirty_days) == ("2024-12-31", ())


def test_marks_of_single_days_are_read_as_they_were_published(states: TableStates) -> None:
    states.update("orders", commit(9, 3, "2025-01-31", "2024-12-31"))
    states.update("orders", lambda state: state.with_rolled_days({"sales_hourly": 7}, 3, ["2025-01-31"]))

    found = states.get("orders")

    assert (found.rolled_days, found.dirty_days) == ({"2025-01-31": 3}, ("2024-12-31",))


def _commit_at(minute: int, sequence: int) -> Change:
    at = datetime(2025, 3, 1, 12, minute, tzinfo=UTC)
    return lambda state: state.with_commit(sequence, sequence, ["2025-01-31"]).with_commit_time(at)


def test_roll_ups_are_behind_since_the_first_commit_that_they_do_not_include(states: TableStates) -> None:
    states.update("transactions", _commit_at(1, 1))
    states.update("transactions", _commit_at(2, 1))  # repeated
    states.update("transactions", _commit_at(3, 3))
    assert states.get("transactions").rollups_behind_since == datetime(2025, 3, 1, 12, 1, tzinfo=UTC)

    states.update("transactions", lambda state: state.with_rolled_days({"sales_hourly": 7}, 1, ["2025-01-31"]))
    assert states.get("transactions").rollups_behind_since == datetime(2025, 3, 1, 12, 3, tzinfo=UTC)

    states.update("transactions", lambda state: state.with_rolled_days({"sales_hourly": 8}, 3, ["2025-01-31"]))
    assert states.get("transactions").rollups_behind_since is None


def test_the_first_of_very_many_commits_is_kept() -> None:
    state = TableState(name="transactions")
    for number in range(1, 1000):
        at = datetime(2025, 3, 1, number // 60, number % 60, tzinfo=UTC)
        state = state.with_commit(number, number, ["2025-01-31"]).with_commit_time(at)

    assert state.rollups_behind_since == datetime(2025, 3, 1, 0, 1, tzinfo=UTC)
    assert len(state.commits) <= 100


def test_the_version_before_can_read_and_write_a_state(client: Any, table: str, states: TableStates) -> None:
    states.update("transactions", commit(9, 3, "2025-01-31"))
    states.update("transactions", lambda state: state.with_rolled_days({"sales_hourly": 7}, 3, ["2025-01-31"]))
    assert states.get("transactions").dirty_days == ()

    item = client.get_item(TableName=table, Key={"table_name": {"S": "transactions"}})["Item"]
    assert orjson.loads(zlib.decompress(item["body"]["B"])).keys() == {
        "days",
        "derived",
        "rolled_up",
        "cost_days",
        "tags",
    }
    known = ("table_name", "snapshot", "sequence", "revision", "body")
    client.put_item(TableName=table, Item={name: item[name] for name in known})

    assert states.get("transactions").dirty_days == ("2025-01-31",)


def test_a_table_may_be_named_twice(states: TableStates) -> None:
    states.update("orders", commit(11, 1, "2025-01-01"))

    assert [*states.get_many(["orders", "sales", "orders"])] == ["orders", "sales"]


def test_all_are_read_in_one_call(client: Any, states: TableStates) -> None:
    calls: list[str] = []
    client.meta.events.register_first("before-call", lambda model, **_: calls.append(model.name))

    states.get_many(["orders", "inventory", "sales"])

    assert calls == ["BatchGetItem"]


def test_a_change_overtaken_by_another_is_made_to_the_newer_state(states: TableStates) -> None:
    overtaking = iter([commit(12, 2, "2025-01-02")])

    def change(state: TableState) -> TableState:
        for each in overtaking:
            states.update("orders", each)
        return state.with_commit(13, 3, ["2025-01-03"])

    states.update("orders", change)

    found = states.get("orders")
    assert (found.snapshot, dict(found.days)) == (13, {"2025-01-02": 2, "2025-01-03": 3})


def test_a_change_that_changes_nothing_writes_nothing(client: Any, states: TableStates) -> None:
    states.update("orders", commit(11, 1, "2025-01-01"))
    calls: list[str] = []
    client.meta.events.register_first("before-call", lambda model, **_: calls.append(model.name))

    states.update("orders", commit(11, 1, "2025-01-01"))

    assert "PutItem" not in calls


def left_out(client: Any, table: str, times: int) -> None:
    """Have DynamoDB leave out everything, so many times."""
    left = [None] * times

    def leave(parsed: dict[str, Any], **_: Any) -> None:
        if left:
            left.pop()
            keys = [{"table_name": {"S": item["table_name"]["S"]}} for item in parsed["Responses"].pop(table)]
            parsed["UnprocessedKeys"] = {table: {"Keys": keys, "ConsistentRead": True}}

    client.meta.events.register_first("after-call.dynamodb.BatchGetItem", leave)


def test_unprocessed_keys_are_requested_again(client: Any, table: str, states: TableStates) -> None:
    states.update("orders", commit(11, 1, "2025-01-01"))
    left_out(client, table, 2)

    assert states.get("orders").snapshot == 11


def test_permanently_unprocessed_keys_are_not_read_as_uncommitted(client: Any, table: str, states: TableStates) -> None:
    states.update("orders", commit(11, 1, "2025-01-01"))
    left_out(client, table, 9)

    with pytest.raises(Unavailable):
        states.get("orders")


DAYS = st.dates().map(str)
COMMITS = st.lists(st.sets(DAYS, max_size=4), max_size=6)


def published(commits: list[tuple[int, set[str]]]) -> TableState:
    state = TableState(name="orders")
    for sequence, days in commits:
        state = state.with_commit(100 + sequence, sequence, sorted(days))
    return state


@given(commits=COMMITS, order=st.randoms(use_true_random=False))
def test_commits_published_in_any_order_and_repeatedly_give_one_state(commits: list[set[str]], order: Any) -> None:
    numbered = list(enumerate(commits, start=1))
    shuffled = numbered * 2
    order.shuffle(shuffled)

    assert published(shuffled) == published(numbered)


@given(commits=COMMITS, rolled_up=st.integers(0, 7))
def test_days_are_dirty_if_a_commit_after_the_roll_up_changed_them(commits: list[set[str]], rolled_up: int) -> None:
    state = published(list(enumerate(commits, start=1))).with_derived({}, rolled_up)

    changed = {day for sequence, days in enumerate(commits, start=1) if sequence > rolled_up for day in days}
    assert state.dirty_days == tuple(sorted(changed))


ROLLED = st.lists(st.tuples(st.sets(DAYS, max_size=4), st.integers(0, 7)), max_size=4)


@given(commits=COMMITS, rolled=ROLLED, order=st.randoms(use_true_random=False))
def test_days_are_dirty_unless_a_part_of_the_roll_ups_includes_their_last_commit(
    commits: list[set[str]], rolled: list[tuple[set[str], int]], order: Any
) -> None:
    state, includes = published(list(enumerate(commits, start=1))), dict[str, int]()
    for more, sequence in rolled:
        days = sorted(more | set(order.sample(sorted(state.days), len(state.days) // 2)))
        state = state.with_rolled_days({}, sequence, days)
        includes |= {day: max(sequence, includes.get(day, 0)) for day in days}

    last = {day: sequence for sequence, days in enumerate(commits, start=1) for day in days}
    assert state.dirty_days == tuple(sorted(day for day in last if last[day] > includes.get(day, 0)))


TODAY = "2025-01-31"
HOURS = st.lists(st.none() | st.integers(0, 23), max_size=70)
"""The first hour that each of some commits changed; None if it is unknown."""


@given(hours=HOURS, rolled=st.lists(st.integers(0, 70), max_size=3))
def test_a_day_differs_from_its_roll_ups_from_the_first_hour_that_later_commits_changed(
    hours: list[int | None], rolled: list[int]
) -> None:
    state, included = TableState(name="orders"), 0
    for sequence, hour in enumerate(hours, start=1):
        state = state.with_commit(100 + sequence, sequence, [TODAY], {} if hour is None else {TODAY: hour})
        if sequence in rolled:
            state, included = state.with_rolled_days({}, sequence, [TODAY]), sequence

    later = [hour or 0 for hour in hours[included:]]
    assert state.dirty_hours == ({TODAY: min(later)} if later else {})


@given(
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=20),
    rolled=st.integers(0, 21),
    order=st.randoms(use_true_random=False),
)
def test_no_changed_hour_is_missed_in_whatever_order_commits_are_published(
    hours: list[int], rolled: int, order: Any
) -> None:
    commits = list(enumerate(hours, start=1)) * 2
    order.shuffle(commits)
    state = TableState(name="orders")
    for sequence, hour in commits:
        state = state.with_commit(100 + sequence, sequence, [TODAY], {TODAY: hour})
    state = state.with_rolled_days({}, rolled, [TODAY])

    later = hours[rolled:]
    assert state.dirty_hours.get(TODAY, 24) <= min(later, default=24)


def test_an_earlier_version_that_publishes_a_commit_makes_the_whole_day_differ(states: TableStates) -> None:
    states.update("orders", lambda state: state.with_commit(1, 1, [TODAY], {TODAY: 9}))
    known = states.get("orders").dirty_hours
    states.update("orders", lambda state: replace(state.with_commit(2, 2, [TODAY]), hours={}))
    states.update("orders", lambda state: state.with_commit(3, 3, [TODAY], {TODAY: 15}))

    assert (known, states.get("orders").dirty_hours) == ({TODAY: 9}, {TODAY: 0})


def test_restated_days_and_days_of_another_definition_differ_as_a_whole() -> None:
    state = TableState(name="transactions").with_commit(1, 1, [TODAY], {TODAY: 9})

    restated = state.with_catalogue({}, 1, [TODAY])
    redefined = replace(state, definition=-1)

    assert (state.dirty_hours, restated.dirty_hours, redefined.dirty_hours) == ({TODAY: 9}, {TODAY: 0}, {TODAY: 0})


def test_changed_hours_are_kept_of_a_few_days_and_commits_only(states: TableStates) -> None:
    for sequence in range(1, 200):
        day = f"2025-01-{1 + sequence % 28:02}"
        states.update(
            "orders", partial(TableState.with_commit, snapshot=1, sequence=sequence, days=[day], first_hours={day: 9})
        )
    for sequence in range(200, 400):
        states.update(
            "orders",
            partial(TableState.with_commit, snapshot=1, sequence=sequence, days=[TODAY], first_hours={TODAY: 9}),
        )

    hours = states.get("orders").hours
    assert (len(hours), max(map(len, hours.values()))) == (8, 50)


def test_the_last_part_of_the_roll_ups_leaves_no_marks_of_days() -> None:
    state = published([(1, {"2025-01-01"}), (2, {"2025-01-02"})])

    half = state.with_rolled_days({"sales_hourly": 8}, 2, ["2025-01-01"])
    whole = half.with_commit(103, 3, ["2025-01-01"]).with_rolled_days({"sales_hourly": 9}, 2, ["2025-01-02"])

    assert (half.rolled_up, half.rolled_days, half.dirty_days) == (0, {"2025-01-01": 2}, ("2025-01-02",))
    assert (whole.rolled_up, whole.rolled_days, whole.dirty_days) == (2, {}, ("2025-01-01",))
    assert whole.derived == {"sales_hourly": 9}


def test_without_roll_ups_every_day_is_dirty() -> None:
    state = published([(1, {"2025-01-01"}), (2, {"2025-01-02"})]).with_rolled_days({}, 2, ["2025-01-01"])

    assert state.without_rollups().dirty_days == ("2025-01-01", "2025-01-02")


def test_roll_ups_of_an_earlier_commit_replace_none_of_a_later_one() -> None:
    state = TableState(name="orders").with_derived({"sales_hourly": 9}, 5)

    assert state.with_derived({"sales_hourly": 8}, 4) == state


@pytest.mark.parametrize(
    ("first_day", "last_day", "changed"),
    [
        ("2025-02-01", "2025-02-28", 2),
        ("2025-02-28", "2025-02-28", 2),
        ("2025-01-31", "2025-02-01", 3),
        ("2025-03-01", "2025-12-31", 0),
        ("0001-01-01", "9999-12-31", 3),
    ],
)
def test_the_last_change_of_days_is_that_of_their_months(first_day: str, last_day: str, changed: int) -> None:
    state = published([(1, {"2025-02-03"}), (2, {"2025-02-10"}), (3, {"2025-01-01"})])

    assert state.last_change(first_day, last_day) == changed


def test_a_table_without_days_changes_as_a_whole() -> None:
    state = TableState(name="products").with_commit(11, 4, ["all"])

    assert state.last_change("2025-01-01", "2025-01-01") == 4


_FIRST, _SECOND = (datetime(2025, 1, day, tzinfo=UTC).replace(tzinfo=None) for day in (1, 2))


def test_days_changed_under_a_horizon_are_open_until_what_arrived_is_reconciled() -> None:
    old = published([(1, {"2024-01-01"})])
    state = old.with_arrivals(_SECOND).with_commit(102, 2, ["2025-01-01"])
    state = state.with_arrivals(_FIRST).with_commit(103, 3, ["2025-01-02"])
    assert (state.arrivals, state.is_reconciled("2024-01-01", "2024-12-31")) == ("2025-01-01T00:00:00.000", True)
    assert not state.is_reconciled("2025-01-01", "2025-01-01")

    begun = state.with_reconciliation_begun()
    meanwhile = begun.with_arrivals(_SECOND).with_commit(104, 4, ["2025-01-02"])
    assert (begun.reconciling, meanwhile.arrivals) == ("2025-01-01T00:00:00.000", "2025-01-02T00:00:00.000")
    assert meanwhile.with_reconciliation_begun().reconciling == begun.reconciling, "the first did not end"

    done = meanwhile.with_reconciled(begun.sequence)
    assert [done.is_reconciled(day, day) for day in ("2025-01-01", "2025-01-02")] == [True, False]
    assert done.with_reconciliation_begun().with_reconciled(4).is_reconciled("0001-01-01", "9999-12-31")


def test_what_is_not_reconciled_is_read_as_it_was_published(states: TableStates) -> None:
    made = states.update("orders", lambda state: state.with_arrivals(_FIRST).with_commit(9, 3, ["2025-01-01"]))

    found = states.get("orders")

    assert (found.arrivals, found.reconciled, found.days) == (made.arrivals, made.reconciled, made.days)


def test_a_table_without_days_is_reconciled_as_a_whole() -> None:
    state = TableState(name="products").with_arrivals(_FIRST).with_commit(11, 4, ["all"])

    assert not state.is_reconciled("2025-01-01", "2025-01-01")
