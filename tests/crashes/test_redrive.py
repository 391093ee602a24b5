"""A re-drive, killed before and after each of its writes and swept, ends as if nothing had happened, or done again."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from shared.recovery.models import DropRequest, RedriveRequest
from shared.runtime.settings import Settings
from shared.sources.models import SourceConfiguration
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint, deaths, steps
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, sale
from tests.fakes.state_dump import StateDump, dump_state, keys, merge_all, waiting
from tests.tiers import examples

LATE = timedelta(minutes=3)
RETURN = {"when": "qty > 0", "template": {"transaction_id": "{transaction_id}-x"}, "expressions": {"quantity": "-qty"}}
MAPPING = SourceConfiguration.model_validate(
    {"mappings": {"transactions": {"columns": {"qty": "quantity"}, "derive": [RETURN]}}}
)


def _old(number: int, day: int = 27) -> dict[str, Any]:
    line = sale(number, timestamp=f"2025-02-{day}T10:00:00Z")
    return {"qty" if name == "quantity" else name: value for name, value in line.items()}


def _given(settings: Settings) -> tuple[Wiring, Clock]:
    """Two merged deliveries with rows in quarantine on two days; a mapping repairs most and derives returns."""
    clock = Clock()
    wired = Wiring(settings, clock)
    rows = [sale(1), _old(2), _old(3, day=20), _old(2), {}]
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin="batch-1", at=NOW - timedelta(hours=1)))
    wired.loader.load(delivery(DataType.TRANSACTIONS, [_old(4)], origin="batch-2"))
    merge_all(wired)
    wired.source_configs.put("web-shop", MAPPING)
    return wired, clock


def _redrive(wired: Wiring) -> None:
    wired.redrive_service.redrive(RedriveRequest())


def _drop(wired: Wiring) -> None:
    wired.redrive_service.drop(DropRequest(source_id="web-shop"))


def _without_numbers(held: StateDump) -> list[Any]:
    """The state without the numbers of redrives: an abandoned one has used a number."""
    rows = [row for objects in (held.base, held.rollups, held.quarantine) for each in objects.values() for row in each]
    told = [{name: value for name, value in row.items() if name != "_origin"} for row in rows]
    entries = []
    for item in held.ledger:
        days: Counter[str] = Counter()
        for day, fates in item["partitions"].items():
            days[f"{day.partition('~')[0]} {fates}"] += 1
        driven = sum(int(rows) for rows in item.get("redrives", {}).values())
        derived = sum(int(records) for records in item.get("derived", {}).values())
        dropped = {"redrives", "derived", "partitions", "completed_at"}
        entries.append(
            {name: value for name, value in item.items() if name not in dropped}
            | {"n": driven, "d": days, "m": derived}
        )
    return sorted([*told, *entries, *held.sources, *held.hours], key=repr)


def test_a_redrive_killed_around_any_write_is_swept_or_can_be_repeated(
    platforms: MotoPlatforms,
) -> None:
    with platforms.fresh() as held:
        wired, _ = _given(held)
        writes = platforms.fault_injector.count(lambda: _redrive(wired))
        merge_all(wired)
        expected = dump_state(held)
    assert {"TransactWriteItems", "PutObject"} <= set(writes)
    assert [len(rows) for rows in expected.quarantine.values()] == [1]
    assert all("open" not in item for item in expected.ledger)

    for step, moment in deaths(writes):
        with platforms.fresh() as held:
            wired, clock = _given(held)

            with platforms.fault_injector.killing(step, moment):
                _redrive(wired)
            _assert_balanced(dump_state(held))
            clock.pass_by(LATE)
            wired.sweeper.sweep()
            merge_all(wired)
            _assert_balanced(dump_state(held))
            _redrive(wired)
            merge_all(wired)

            case = f"killed {moment} write {step} of {writes}"
            assert _without_numbers(dump_state(held)) == _without_numbers(expected), case
            assert keys(held, "incoming/") == [], case


def test_a_drop_killed_around_any_write_is_swept_or_can_be_repeated(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as held:
        wired, _ = _given(held)
        writes = platforms.fault_injector.count(lambda: _drop(wired))
        expected = dump_state(held)
    assert (expected.quarantine, [item["partitions"]["dropped~r1"] for item in expected.ledger]) == (
        {},
        ["0 0 0 0 0 0 4", "0 0 0 0 0 0 1"],
    )

    for step, moment in deaths(writes):
        with platforms.fresh() as held:
            wired, clock = _given(held)

            with platforms.fault_injector.killing(step, moment):
                _drop(wired)
            clock.pass_by(LATE)
            wired.sweeper.sweep()
            _drop(wired)

            case = f"killed {moment} write {step} of {writes}"
            assert _without_numbers(dump_state(held)) == _without_numbers(expected), case
            assert keys(held, "incoming/") == [], case


def test_the_sweep_finishes_interrupted_redrives(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as held:
        wired, _ = _given(held)
        writes = platforms.fault_injector.count(lambda: _redrive(wired))
    laid_aside = writes.index("PutObject")

    with platforms.fresh() as held:
        wired, clock = _given(held)
        with platforms.fault_injector.killing(laid_aside, CrashPoint.AFTER):
            _redrive(wired)
        clock.pass_by(LATE)

        swept = wired.sweeper.sweep()

        merge_all(wired)
        entry = wired.ledger.get("batch-1")
        assert (swept.redriven, entry.is_complete if entry else None) == (1, True)
        assert sum(entry.redrives.values() if entry else ()) == 3


def test_concurrent_finishes_of_a_redrive_count_it_once(platforms: MotoPlatforms) -> None:
    with platforms.fresh() as held:
        wired, _ = _given(held)
        writes = platforms.fault_injector.count(lambda: _redrive(wired))

    for step in (step for step in steps(writes) if step >= writes.index("PutObject")):
        with platforms.fresh() as held:
            wired, clock = _given(held)
            with platforms.fault_injector.killing(step, CrashPoint.AFTER):
                _redrive(wired)
            numbers = {entry.delivery_id: entry.redriving for entry in wired.ledger.list_unfinished(clock() + LATE)}

            wired.merger.merge(waiting(held), has_time=lambda: True)
            for origin, number in [*numbers.items(), *numbers.items()]:
                if number:
                    wired.redriver.resume(origin, number)
                    wired.merger.merge(waiting(held), has_time=lambda: True)

            _assert_balanced(dump_state(held))
            assert keys(held, "incoming/") == []


def test_an_abandoned_redrive_leaves_its_rows_in_quarantine(
    platforms: MotoPlatforms,
) -> None:
    with platforms.fresh() as held:
        wired, clock = _given(held)
        with platforms.fault_injector.killing(0, CrashPoint.AFTER):
            _redrive(wired)
        clock.pass_by(LATE)

        swept = wired.sweeper.sweep()

        entry = wired.ledger.get("batch-1")
        assert entry is not None
        assert (swept.redriven, entry.redriving, entry.quarantined, entry.is_complete) == (0, "", 4, True)


_FATES = ("loaded", "duplicate", "conflict")


def _assert_balanced(held: StateDump) -> None:
    """No row has two fates or none; the totals of sources and of hours are those of the entries."""
    totals: Counter[tuple[str, str]] = Counter()
    for item in held.ledger:
        fates = [list(map(int, text.split())) for text in item["partitions"].values()]
        met = {name: sum(each[place] for each in fates) for place, name in enumerate(_FATES)}
        driven = sum(int(rows) for rows in item.get("redrives", {}).values())
        quarantined = int(item["rejected"]) - driven
        assert quarantined >= 0
        assert int(item["received"]) - quarantined - sum(met.values()) >= 0
        counted = {"received": int(item["received"]), "quarantined": quarantined, **met}
        totals.update({(item["source_id"], name): value for name, value in counted.items()})
    assert _totals(held.sources) == _totals(held.hours) == totals


def _totals(items: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    told: Counter[tuple[str, str]] = Counter()
    for each in items:
        if "received" in each:  # the configuration counts nothing
            told.update({(each["source_id"], name): int(each[name]) for name in ("received", "quarantined", *_FATES)})
    return told


NUMBERS = st.integers(0, 3)
ROWS = st.lists(st.builds(sale, NUMBERS) | st.builds(_old, NUMBERS), max_size=4)
CRASH = st.none() | st.tuples(st.integers(0, 9), st.sampled_from(CrashPoint))
ACTS = st.tuples(st.sampled_from(["load", "merge", "redrive", "sweep", "fix"]), st.integers(0, 2), CRASH)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(ROWS, min_size=3, max_size=3), acts=st.lists(ACTS, min_size=3, max_size=9))
def test_every_row_has_one_outcome_after_any_loads_fixes_redrives_and_crashes(
    platforms: MotoPlatforms, deliveries: list[list[dict[str, Any]]], acts: list[tuple[str, int, Any]]
) -> None:
    with platforms.fresh() as held:
        clock = Clock()
        wired = Wiring(held, clock)

        def act(kind: str, number: int) -> None:
            clock.pass_by(LATE)
            if kind == "load":
                rows = [*deliveries[number], {}]
                wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=f"batch-{number}", at=NOW))
            elif kind == "redrive":
                _redrive(wired)
            elif kind == "sweep":
                wired.sweeper.sweep()
            elif kind == "fix":
                wired.source_configs.put("web-shop", MAPPING)
            else:
                wired.merger.merge(waiting(held), has_time=lambda: True)

        loaded = set()
        for kind, number, crash in acts:
            loaded |= {number} if kind == "load" else set()
            if crash is None:
                act(kind, number)
            else:
                with platforms.fault_injector.killing(*crash):
                    act(kind, number)
            _assert_balanced(dump_state(held))

        for number in loaded:
            act("load", number)
        for kind in ("fix", "sweep", "redrive", "merge"):
            act(kind, 0)
            _assert_balanced(dump_state(held))

        at_rest = dump_state(held)
        assert all("open" not in item for item in at_rest.ledger)
        assert at_rest.incoming == []
        assert [len(rows) for rows in at_rest.quarantine.values()] == [1] * len(loaded)
