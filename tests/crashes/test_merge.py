"""The merger, killed before and after each of its writes and run again, ends as if nothing had happened."""

from collections.abc import Callable
from datetime import timedelta

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.fault_injection import deaths
from tests.fakes.moto_platforms import MotoPlatforms
from tests.fakes.records import NOW, good, sale
from tests.fakes.state_dump import StateDump, dump_state, merge_all, published, waiting

EARLIER = NOW - timedelta(hours=1)
OTHER_DAY = "2025-02-20T08:00:00Z"


def _given(settings: Settings) -> Wiring:
    """Merged rows, and two deliveries on two days that bring new lines, a copy, a correction and bad rows."""
    wired = Wiring(settings, Clock())
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1), sale(2)], origin="batch-0", at=EARLIER))
    merge_all(wired)
    again = [sale(1), sale(2, quantity=7), sale(3), sale(4, timestamp=OTHER_DAY), {"quantity": "many"}]
    again += [sale(6, quantity=1), sale(6, quantity=3)]  # of which the later corrects the earlier
    wired.loader.load(delivery(DataType.TRANSACTIONS, again, origin="batch-1"))
    other = [sale(3), sale(4, quantity=9), sale(5)]  # of which one has the id of another line of the shop
    wired.loader.load(delivery(DataType.TRANSACTIONS, other, origin="batch-2", source_id="till"))
    return wired


def _merge(wired: Wiring) -> Callable[[], object]:
    wanted = waiting(wired.settings)
    return lambda: wired.merger.merge(wanted, has_time=lambda: True)


def _sequence(settings: Settings) -> int:
    return published(settings)[DataType.TRANSACTIONS].sequence


def _undisturbed(platforms: MotoPlatforms) -> tuple[StateDump, int, list[str]]:
    with platforms.fresh() as settings:
        wired = _given(settings)
        writes = platforms.fault_injector.count(_merge(wired))
        return dump_state(settings), _sequence(settings), writes


def test_a_merge_killed_around_any_write_and_repeated_gives_the_same_state(platforms: MotoPlatforms) -> None:
    expected, sequence, writes = _undisturbed(platforms)
    expected_writes = {"PutObject", "UpdateTable", "PutItem", "TransactWriteItems", "SendMessage", "PutEvents"}
    assert {*expected_writes, "DeleteObjects"} <= set(writes)
    assert expected.incoming == []

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = _given(settings)

            with platforms.fault_injector.killing(step, moment):
                _merge(wired)()
            merge_all(wired)

            case = f"killed {moment} write {step} of {writes}"
            assert dump_state(wired.settings) == expected, case
            assert _sequence(settings) == sequence, case


def test_the_rows_after_crashes_follow_the_data_model(platforms: MotoPlatforms) -> None:
    expected, _, _ = _undisturbed(platforms)

    lines = {row["transaction_id"]: int(row["quantity"]) for row in expected.base[DataType.TRANSACTIONS]}
    entries = {item["origin"]: item for item in expected.ledger}

    assert lines == {"t-1": 2, "t-2": 7, "t-3": 2, "t-4": 9, "t-5": 2, "t-6": 3}
    assert (entries["batch-0"]["partitions"], entries["batch-0"]["replaced"]) == ({"all": "2 0 0 0 0 0 0"}, 1)
    assert entries["batch-1"]["partitions"] == {"all": "4 1 1 2 0 0 0"}
    assert entries["batch-2"]["partitions"] == {"all": "1 1 1 0 0 1 0"}
    assert {item["source_id"]: item["superseded"] for item in expected.sources} == {"web-shop": 3, "till": 0}


def test_a_merge_of_products_killed_around_any_write_has_the_history_of_an_undisturbed_one(
    platforms: MotoPlatforms,
) -> None:
    def given(settings: Settings) -> Wiring:
        wired = Wiring(settings, Clock())
        for number, cost in enumerate((2, 3)):
            rows = [good(DataType.PRODUCTS, cost=cost, updated_at=f"2025-02-2{number}T12:00:00Z")]
            wired.loader.load(delivery(DataType.PRODUCTS, rows, origin=f"batch-{number}"))
        return wired

    with platforms.fresh() as settings:
        writes = platforms.fault_injector.count(_merge(given(settings)))
        expected = dump_state(settings)
    assert len(expected.rollups["product_costs"]) == 2

    for step, moment in deaths(writes):
        with platforms.fresh() as settings:
            wired = given(settings)

            with platforms.fault_injector.killing(step, moment):
                _merge(wired)()
            merge_all(wired)

            case = f"killed {moment} write {step} of {writes}"
            state = published(settings)[DataType.PRODUCTS]
            assert state.cost_days == ("2025-02-20", "2025-02-21"), case
            assert dump_state(settings) == expected, case
