"""A record moved to another day leaves the old one in the same commit, in base, roll-ups and ledger."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import DAY, NOW, good, sale
from tests.fakes.state_dump import StateDump, dump_state, merge_all, roll_up_all, table_rows

SALES = DataType.TRANSACTIONS
OTHER = "2025-02-26"
ON_OTHER = f"{OTHER}T08:00:00Z"
EARLIER = NOW - timedelta(hours=1)


def _bring(wired: Wiring, *rows: Mapping[str, Any], origin: str, at: Any = NOW, data_type: DataType = SALES) -> None:
    wired.loader.load(delivery(data_type, rows, origin=origin, at=at))
    merge_all(wired)


def _days(settings: Settings, data_type: DataType = SALES) -> list[tuple[str, str]]:
    """The day and the delivery of each current row."""
    return sorted((f"{row['timestamp']:%Y-%m-%d}", row["_origin"]) for row in table_rows(settings, data_type))


def _lines_rolled_up(settings: Settings) -> dict[str, int]:
    """Lines by day, as the roll-ups count them."""
    found = Counter[str]()
    for row in table_rows(settings, "sales_hourly"):
        found[f"{row['hour']:%Y-%m-%d}"] += row["lines"]
    return dict(found)


def _outcomes(wired: Wiring, origin: str) -> Mapping[str, int]:
    entry = wired.ledger.get(origin)
    assert entry is not None
    assert entry.is_complete
    return entry.outcomes.model_dump(exclude_defaults=True)


def test_a_line_moved_to_another_day_is_only_there_and_both_days_are_refreshed(wired: Wiring) -> None:
    _bring(wired, sale(1), sale(2), origin="batch-1", at=EARLIER)
    roll_up_all(wired)

    _bring(wired, sale(1, timestamp=ON_OTHER), origin="batch-2")

    assert _days(wired.settings) == [(OTHER, "batch-2"), (DAY, "batch-1")]
    assert wired.table_states.get(SALES).dirty_days == (OTHER, DAY)
    roll_up_all(wired)
    assert _lines_rolled_up(wired.settings) == {OTHER: 1, DAY: 1}
    assert _outcomes(wired, "batch-1") == {"loaded": 2}
    assert _outcomes(wired, "batch-2") == {"loaded": 1}


def test_a_move_is_one_snapshot(wired: Wiring) -> None:
    _bring(wired, sale(1), origin="batch-1", at=EARLIER)
    before = wired.table_states.get(SALES)

    _bring(wired, sale(1, timestamp="2024-12-31T08:00:00Z"), origin="batch-2")

    after = wired.table_states.get(SALES)
    assert after.sequence == before.sequence + 1
    assert {day: sequence for day, sequence in after.days.items() if sequence == after.sequence} == {
        "2024-12-31": after.sequence,
        DAY: after.sequence,
    }


def test_a_late_older_version_in_another_day_is_superseded(wired: Wiring) -> None:
    _bring(wired, sale(1), origin="batch-2")

    _bring(wired, sale(1, timestamp=ON_OTHER), origin="batch-1", at=EARLIER)

    assert _days(wired.settings) == [(DAY, "batch-2")]
    assert _outcomes(wired, "batch-1") == {"loaded": 1, "superseded": 1}
    assert wired.table_states.get(SALES).first_day == DAY


def test_an_equal_version_in_another_day_is_a_conflict_and_the_last_delivery_wins(wired: Wiring) -> None:
    said = {"updated_at": "2025-02-28T00:00:00Z"}
    orders = DataType.ORDERS
    _bring(wired, good(orders, **said), origin="batch-1", at=EARLIER, data_type=orders)

    _bring(wired, good(orders, timestamp=ON_OTHER, **said), origin="batch-2", data_type=orders)

    assert _days(wired.settings, orders) == [(OTHER, "batch-2")]
    assert _outcomes(wired, "batch-2") == {"conflict": 1}


def test_a_line_moves_from_day_to_day_and_back(wired: Wiring) -> None:
    for number, at in enumerate([f"{DAY}T10:00:00Z", ON_OTHER, f"{DAY}T11:00:00Z", ON_OTHER, f"{DAY}T12:00:00Z"]):
        _bring(wired, sale(1, timestamp=at), origin=f"batch-{number}", at=NOW - timedelta(hours=9 - number))
    roll_up_all(wired)

    assert _days(wired.settings) == [(DAY, "batch-4")]
    assert _lines_rolled_up(wired.settings) == {DAY: 1}


def test_stock_of_one_product_and_location_on_two_days_is_two_records(wired: Wiring) -> None:
    stock = DataType.INVENTORY
    _bring(wired, good(stock), good(stock, timestamp=ON_OTHER), origin="batch-1", data_type=stock)

    assert _days(wired.settings, stock) == [(OTHER, "batch-1"), (DAY, "batch-1")]


def _given(settings: Settings) -> Wiring:
    """Lines of one day: one moves to another day, one is corrected there, and one moves back late."""
    wired = Wiring(settings, Clock())
    _bring(wired, sale(1), sale(2), sale(3, timestamp=ON_OTHER), origin="batch-0", at=EARLIER)
    moving = [sale(1, timestamp=ON_OTHER), sale(2, quantity=7), sale(3), sale(4, timestamp=ON_OTHER)]
    wired.loader.load(delivery(SALES, moving, origin="batch-1"))
    wired.loader.load(delivery(SALES, [sale(1, quantity=9)], origin="batch-2", at=EARLIER - timedelta(hours=1)))
    return wired


def _undisturbed(platforms: MotoPlatforms) -> tuple[StateDump, list[str]]:
    with platforms.fresh() as settings:
        wired = _given(settings)
        writes = platforms.fault_injector.count(lambda: merge_all(wired))
        return dump_state(settings), writes


def test_merges_of_several_days_killed_around_any_write_complete(platforms: MotoPlatforms) -> None:
    expected, writes = _undisturbed(platforms)
    lines = sorted((f"{row['timestamp']:%d}", row["transaction_id"]) for row in expected.base[SALES])
    assert lines == [("26", "t-1"), ("26", "t-4"), ("27", "t-2"), ("27", "t-3")]

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _given(settings)

            with platforms.fault_injector.killing(step, moment):
                merge_all(wired)
            merge_all(wired)

            assert dump_state(settings) == expected, f"killed {moment} write {step} of {writes}"
