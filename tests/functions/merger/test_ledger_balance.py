"""Whatever happens, in whatever order, every row received is accounted for at every moment."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import CrashPoint
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, sale
from tests.fakes.state_dump import StateDump, dump_state, merge_all, waiting
from tests.tiers import examples

_FATES = ("loaded", "duplicate", "conflict")
ROWS = st.lists(
    st.builds(
        lambda number, quantity, day: sale(number, quantity=quantity, timestamp=f"2025-02-2{day}T10:00:00Z"),
        st.integers(0, 3),
        st.sampled_from([1, 2, "many"]),
        st.integers(6, 7),
    ),
    min_size=1,
    max_size=5,
)
CRASH = st.none() | st.tuples(st.integers(0, 6), st.sampled_from(CrashPoint))
STEPS = st.lists(
    st.tuples(st.just("load"), st.integers(0, 2), CRASH) | st.tuples(st.just("merge"), st.just(0), CRASH),
    min_size=1,
    max_size=7,
)


def _assert_balanced(held: StateDump) -> None:
    totals: Counter[tuple[str, str]] = Counter()
    for item in held.ledger:
        fates = [list(map(int, text.split())) for text in item["partitions"].values()]
        met = {name: sum(each[place] for each in fates) for place, name in enumerate(_FATES)}
        assert int(item["received"]) - int(item["rejected"]) - sum(met.values()) >= 0
        counted = {"received": int(item["received"]), "quarantined": int(item["rejected"]), **met}
        totals.update({(item["source_id"], name): value for name, value in counted.items()})
    assert _totals(held.sources) == _totals(held.hours) == totals


def _totals(items: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """The counters of items, added up by source."""
    told: Counter[tuple[str, str]] = Counter()
    for each in items:
        told.update({(each["source_id"], name): int(each[name]) for name in ("received", "quarantined", *_FATES)})
    return told


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(ROWS, min_size=3, max_size=3), steps=STEPS)
def test_entries_balance_and_add_up_to_their_sources_after_every_step_of_any_history(
    platforms: MotoPlatforms, deliveries: list[list[dict[str, Any]]], steps: list[tuple[str, int, Any]]
) -> None:
    with platforms.fresh() as held:
        wired = Wiring(held, Clock())

        def act(kind: str, number: int) -> None:
            if kind == "load":
                at = NOW - timedelta(hours=number + 1)
                wired.loader.load(delivery(DataType.TRANSACTIONS, deliveries[number], origin=f"batch-{number}", at=at))
            else:
                wired.merger.merge(waiting(held), has_time=lambda: True)

        for kind, number, crash in steps:
            if crash is None:
                act(kind, number)
            else:
                with platforms.fault_injector.killing(*crash):
                    act(kind, number)
            _assert_balanced(dump_state(held))

        for number in {number for kind, number, _ in steps if kind == "load"}:
            act("load", number)
        merge_all(wired)

        at_rest = dump_state(held)
        _assert_balanced(at_rest)
        assert all("open" not in item for item in at_rest.ledger)
        assert at_rest.incoming == []
