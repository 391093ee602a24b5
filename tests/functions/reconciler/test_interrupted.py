"""A reconciliation that is killed, repeated or overtaken at any point ends as if nothing had happened."""

from dataclasses import replace

from shared.app.wiring import Wiring
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint, deaths
from tests.fakes.interrupted_glue import InterruptedGlue
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import sale
from tests.fakes.state_dump import StateDump, dump_state, table_rows
from tests.functions.reconciler.horizon import LATE, SALES, deliver, fates, looking_back, reconcile, reconciler


def _given(known: Settings) -> Wiring:
    """Two lines, one of which arrives again beyond the horizon, in two deliveries."""
    clock = Clock()
    wired = looking_back(known, clock)
    deliver(wired, SALES, [sale(1), sale(2)], origin="batch-1")
    clock.pass_by(LATE)
    deliver(wired, SALES, [sale(1), sale(3)], origin="batch-2")
    deliver(wired, SALES, [sale(2)], origin="batch-3")
    return wired


def _exact(wired: Wiring, *more: str) -> None:
    state = wired.table_states.get(SALES)
    assert sorted(row["transaction_id"] for row in table_rows(wired.settings, SALES)) == ["t-1", "t-2", "t-3", *more]
    assert [fates(wired, f"batch-{number}")[:2] for number in (1, 2, 3)] == [(2, 0), (1, 1), (0, 1)]
    assert state.is_reconciled("0001-01-01", "9999-12-31")
    assert state.dirty_days


def _without_names(state: StateDump) -> StateDump:
    """A state without the random names of reconciliations."""
    ledger = [{**item, "partitions": sorted(item["partitions"].values())} for item in state.ledger]
    return replace(state, ledger=ledger)


def test_a_reconciliation_killed_around_any_write_and_repeated_gives_the_same_state(platforms: MotoPlatforms) -> None:
    def run(wired: Wiring) -> None:
        reconciler(wired).run(SALES, has_time=lambda: True)

    with platforms.fresh() as known:
        wired = _given(known)
        writes = platforms.fault_injector.count(lambda: run(wired))
        expected = _without_names(dump_state(known))
        _exact(wired)
    assert {"PutObject", "UpdateTable", "PutItem", "TransactWriteItems", "SendMessage", "PutEvents"} <= set(writes)

    for step, moment in deaths(writes):
        with platforms.fresh() as known:
            wired = _given(known)

            with platforms.fault_injector.killing(step, moment):
                run(wired)
            run(wired)

            assert _without_names(dump_state(known)) == expected, f"killed {moment} write {step} of {writes}"


def test_a_killed_reconciliation_is_completed_after_merges_that_came_between(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as known:
        wired = _given(known)
        writes = platforms.fault_injector.count(lambda: reconcile(wired))
    committed = writes.index("UpdateTable")

    for moment in CrashPoint:
        with platforms.fresh() as known:
            wired = _given(known)
            with platforms.fault_injector.killing(committed, moment):
                reconciler(wired).run(SALES, has_time=lambda: True)
            deliver(wired, SALES, [sale(4)], origin="batch-4")

            reconcile(wired)

            assert fates(wired, "batch-4")[:2] == (1, 0)
            _exact(wired, "t-4")
            days = wired.table_states.get(SALES).days
            assert days["2025-02-27"] > 3


def test_a_merge_that_comes_first_makes_the_reconciliation_start_again(wired: Wiring) -> None:
    late = _given(wired.settings)
    glue = InterruptedGlue(wired.settings)
    glue.before("UpdateTable", lambda: deliver(late, SALES, [sale(4)], origin="batch-4"))

    reconcile(late, glue.tables)
    assert not late.table_states.get(SALES).is_reconciled("0001-01-01", "9999-12-31"), "more has arrived"
    reconcile(late)

    _exact(late, "t-4")
    assert fates(late, "batch-4")[:2] == (1, 0)


def test_two_reconciliations_at_once_count_nothing_twice(wired: Wiring) -> None:
    late = _given(wired.settings)
    glue = InterruptedGlue(wired.settings)
    glue.before("UpdateTable", lambda: reconcile(late))

    reconcile(late, glue.tables)

    _exact(late)
