"""More markers and damaged objects than a pass takes: they are taken by and by, and hold up nothing else."""

from dataclasses import replace

from shared.app.wiring import Wiring
from shared.lake.merge.damaged import DamagedObjects
from shared.lake.merge.limits import PassLimits
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.merging.merger import Merger
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import sale
from tests.fakes.state_dump import dump_state, keys, table_rows

SALES = DataType.TRANSACTIONS
LIMITS = PassLimits(objects=2, markers=2)


def _load(wired: Wiring, number: int) -> None:
    """Load a row of a day of its own, so that it does not matter which deliveries are merged first."""
    rows = [sale(number, timestamp=f"2025-02-{number + 10}T08:00:00Z")]
    wired.loader.load(delivery(SALES, rows, origin=f"batch-{number}"))


def _damage(wired: Wiring, number: int) -> str:
    _load(wired, number)
    key = incoming_key(SALES, f"batch-{number}")
    wired.lake.put(key, b"PK\x03\x04 a spreadsheet")
    return key


def _limited(wired: Wiring) -> Merger:
    """The merger of a new process, with small passes."""
    cycle = replace(wired.merger.cycle, limits=LIMITS, damaged=DamagedObjects())
    return replace(wired.merger, cycle=cycle)


def _cancel(wired: Wiring, *names: str) -> None:
    for name in names:
        wired.lake.put(cancellation_key(SALES, name), b"")


def _given(settings: Settings) -> Wiring:
    """Damaged objects around healthy ones, of which some are cancelled, and markers of unknown deliveries."""
    wired = Wiring(settings, Clock())
    for number in range(12):
        (_load if number in (5, 6, 7) else _damage)(wired, number)
    _cancel(wired, "batch-1", "batch-6", "gone-1", "gone-2", "gone-3")
    return wired


def test_healthy_rows_between_damaged_objects_are_merged_and_cancelled_ones_are_not(wired: Wiring) -> None:
    wired = _given(wired.settings)

    left = _limited(wired).merge({SALES}, has_time=lambda: True)

    assert left == set()
    assert {row["transaction_id"] for row in table_rows(wired.settings, SALES)} == {"t-5", "t-7"}
    damaged = [incoming_key(SALES, f"batch-{number}") for number in range(12) if number not in (5, 6, 7)]
    assert set(keys(wired.settings, "incoming/")) == {*damaged, cancellation_key(SALES, "batch-1")}


def test_each_pass_looks_up_so_many_markers(wired: Wiring) -> None:
    _cancel(wired, *(f"gone-{number}" for number in range(5)))
    merger = _limited(wired)

    left = list[int]()
    for _ in range(3):
        merger.merge({SALES}, has_time=lambda: True)
        left.append(len(keys(wired.settings, "incoming/")))

    assert left == [3, 1, 0]


def test_passes_of_damaged_objects_alone_end(wired: Wiring) -> None:
    damaged = [_damage(wired, number) for number in range(5)]

    assert _limited(wired).merge({SALES}, has_time=lambda: True) == set()

    assert keys(wired.settings, "incoming/") == damaged


def test_a_merger_killed_around_any_write_and_followed_by_another_process_ends_the_same(
    platforms: MotoPlatforms,
) -> None:
    with platforms.fresh() as settings:
        wired = _given(settings)
        writes = platforms.fault_injector.count(lambda: _limited(wired).merge({SALES}, has_time=lambda: True))
        expected = dump_state(settings)

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _given(settings)

            with platforms.fault_injector.killing(step, moment):
                _limited(wired).merge({SALES}, has_time=lambda: True)
            _limited(wired).merge({SALES}, has_time=lambda: True)
            _limited(wired).merge({SALES}, has_time=lambda: True)

            assert dump_state(settings) == expected, f"killed {moment} write {step} of {writes}"
