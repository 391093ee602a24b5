"""Labels are identified by decision, source and time; tables from before that rule are converted once."""

from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.identity import has_present_keys
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.former_labels import make_former
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import dump_state, merge_all, table_rows

L = DataType.LABELS


def _label(number: int, **fields: Any) -> dict[str, Any]:
    return good(L, decision_id=f"d-{number}", **fields)


def _deliver(wired: Wiring, origin: str, *rows: dict[str, Any], hours: int = 0) -> None:
    wired.loader.load(delivery(L, rows, origin=origin, at=NOW + timedelta(hours=hours - 10)))


def _found(wired: Wiring) -> list[tuple[str, str, str]]:
    rows = table_rows(wired.settings, "labels")
    return sorted((row["decision_id"], f"{row['labelled_at']:%Y-%m-%d}", row["label"]) for row in rows)


def _outcome(wired: Wiring, origin: str) -> tuple[int, int, int]:
    entry = wired.ledger.get(origin)
    assert entry is not None
    return entry.outcomes.loaded, entry.outcomes.duplicate, entry.outcomes.conflict


def test_later_labels_of_a_source_are_kept_beside_earlier_ones(wired: Wiring) -> None:
    for hours, day, label in ((0, "20", "fraud"), (1, "22", "legitimate"), (2, "21", "fraud")):
        _deliver(wired, f"batch-{hours}", _label(1, labelled_at=f"2025-02-{day}T00:00:00Z", label=label), hours=hours)
        merge_all(wired)

    assert _found(wired) == [
        ("d-1", "2025-02-20", "fraud"),
        ("d-1", "2025-02-21", "fraud"),
        ("d-1", "2025-02-22", "legitimate"),
    ]


def test_a_label_of_the_same_time_corrects_an_earlier_one(wired: Wiring) -> None:
    for hours, label in enumerate(("fraud", "legitimate", "legitimate")):
        _deliver(wired, f"batch-{hours}", _label(1, label=label), hours=hours)
        merge_all(wired)

    assert [label for *_, label in _found(wired)] == ["legitimate"]
    assert [_outcome(wired, f"batch-{hours}") for hours in range(3)] == [(1, 0, 0), (1, 0, 0), (0, 1, 0)]


def test_a_label_in_the_future_is_rejected(wired: Wiring) -> None:
    _deliver(wired, "batch-0", _label(1, labelled_at="2026-01-01T00:00:00Z"))

    entry = wired.ledger.get("batch-0")
    assert entry is not None
    assert [(each["message"], each["code"]) for each in entry.problems] == [
        ("/labelled_at: must not be more than 5 minutes in the future", "in_future")
    ]


def _former(wired: Wiring) -> Wiring:
    """A lake of the former rule with three labels; a delivery waits with a copy, a correction and a later label."""
    _deliver(wired, "batch-0", *map(_label, (1, 2, 3)))
    merge_all(wired)
    make_former(wired)
    later = _label(3, labelled_at="2025-02-28T12:00:00Z", label="legitimate")
    _deliver(wired, "batch-1", _label(1), _label(2, label="legitimate"), later, hours=1)
    return wired


def _assert_converted(wired: Wiring, case: str = "") -> None:
    head = wired.lake_tables.head(BASE_TABLES[L])
    assert has_present_keys(L, head), case
    assert wired.table_states.get(L).snapshot == head.id, case
    assert [(name, label) for name, _, label in _found(wired)] == [
        ("d-1", "fraud"),
        ("d-2", "legitimate"),
        ("d-3", "fraud"),
        ("d-3", "legitimate"),
    ], case
    assert (_outcome(wired, "batch-0"), _outcome(wired, "batch-1")) == ((3, 0, 0), (2, 1, 0)), case


def test_labels_of_a_table_of_the_former_rule_are_identified_by_the_present_one(wired: Wiring) -> None:
    _former(wired)

    merge_all(wired)

    _assert_converted(wired)
    assert dump_state(wired.settings).incoming == []


def test_a_table_is_converted_once_and_published_even_if_nothing_waits(wired: Wiring) -> None:
    _former(wired)
    merge_all(wired)
    make_former(wired)
    former = wired.lake_tables.head(BASE_TABLES[L])

    for _ in range(2):
        wired.merger.merge([L], has_time=lambda: True)

    head = wired.lake_tables.head(BASE_TABLES[L])
    assert head.sequence == former.sequence + 2  # the keys, and the times of the decisions
    _assert_converted(wired)


def test_rows_that_an_older_merger_adds_meanwhile_are_hashed_before_the_next_merge(wired: Wiring) -> None:
    _former(wired)
    merge_all(wired)
    make_former(wired)

    found = wired.merger.cycle.run(L, wired.table_states.get(L))

    assert found is not None
    assert found.snapshot == wired.lake_tables.head(BASE_TABLES[L])
    assert (has_present_keys(L, found.snapshot), found.days, found.merged) == (True, (), {})


def test_a_conversion_killed_around_any_write_and_repeated_gives_the_same_table(platforms: MotoPlatforms) -> None:
    def merge(wired: Wiring) -> None:
        wired.merger.merge([L], has_time=lambda: True)

    with platforms.fresh() as settings:
        wired = _former(Wiring(settings, Clock()))
        writes = platforms.fault_injector.count(lambda: merge(wired))
        expected = dump_state(settings)
    assert writes.count("UpdateTable") == 3  # the conversion of keys, that of times, and the merge

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _former(Wiring(settings, Clock()))
            with platforms.fault_injector.killing(step, moment):
                merge(wired)
            merge_all(wired)

            case = f"killed {moment} write {step} of {writes}"
            _assert_converted(wired, case)
            assert dump_state(settings) == expected, case
