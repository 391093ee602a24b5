"""The loader, killed before and after each of its writes, is taken up by the next run as if nothing had been."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.fault_injection import CrashPoint, steps
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.state_dump import NAMES_AND_TIMES, dump_state, merge_all
from tests.functions.file_loader.files import announce, for_one_part, load, loader, put, sales_csv, status

LATE = timedelta(minutes=10)
# Two parts over two days, one of which both have, and a bad row.
FILE = sales_csv(range(8), bad=[1]) + sales_csv(range(8, 10), day="2025-02-20").partition(b"\n")[2]


def _as_left(settings: Settings) -> list[Any]:
    """The state without the batch's own name, its times, and anything that depends on the number of merges."""
    return dump_state(settings).without(NAMES_AND_TIMES | {"batch_id", "hour", "restated"})


def _try_every_crash(
    platforms: MotoPlatforms, prepare: Callable[[Wiring], str], *, loaded: int, quarantined: int
) -> None:
    """Prepare an upload about which the loader has something to do, and kill it around each write of that."""
    with platforms.fresh() as settings:
        wired = Wiring(settings, Clock())
        batch_id = prepare(wired)
        writes = platforms.fault_injector.count(
            lambda: loader(wired, rows_per_part=5).run(batch_id, has_time=lambda: True)
        )
        merge_all(wired)
        expected = _as_left(settings)
        outcome = status(wired, batch_id).outcome
    assert (outcome.loaded, outcome.quarantined, outcome.in_flight) == (loaded, quarantined, 0)

    # A merge in between tells them apart only where the write before it was of rows or of their line in the ledger.
    after = [step for step in steps(writes) if writes[step] != "PutItem"]
    for step, moment in [(step, CrashPoint.BEFORE) for step in steps(writes)] + [
        (step, CrashPoint.AFTER) for step in after
    ]:
        with platforms.fresh() as settings:
            wired = Wiring(settings, clock := Clock())
            batch_id = prepare(wired)

            with platforms.fault_injector.killing(step, moment):
                loader(wired, rows_per_part=5).run(batch_id, has_time=lambda: True)
            if moment is CrashPoint.AFTER:
                merge_all(wired)
            clock.pass_by(LATE)  # the dead run's lease ends
            wired.sweeper.sweep()
            load(wired, rows_per_part=5)
            merge_all(wired)

            assert _as_left(settings) == expected, f"killed {moment} write {step} of {writes}"
            assert status(wired, batch_id).outcome == outcome


def test_a_run_killed_around_any_write_is_continued(platforms: MotoPlatforms) -> None:
    def arrived(wired: Wiring) -> str:
        batch_id = announce(wired)
        put(wired, batch_id, FILE)
        return batch_id

    _try_every_crash(platforms, arrived, loaded=9, quarantined=1)


def test_a_cancelled_file_is_accounted_for_after_a_kill_at_any_write(platforms: MotoPlatforms) -> None:
    def cancelled(wired: Wiring) -> str:
        batch_id = announce(wired)
        put(wired, batch_id, FILE)
        for _ in range(4):  # both parts are checked, the first is loaded
            loader(wired, rows_per_part=5).run(batch_id, has_time=for_one_part())
        merge_all(wired)
        wired.lifecycle.cancel(batch_id)
        return batch_id

    _try_every_crash(platforms, cancelled, loaded=4, quarantined=6)
