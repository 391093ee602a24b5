"""What the ledger says of rows within and beyond the identity horizon."""

from typing import Any

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import good
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.reconciler.horizon import HORIZON, LATE, SALES, deliver, fates, line, looking_back, reconcile

PRODUCTS = DataType.PRODUCTS


def test_products_beyond_the_horizon_get_the_outcomes_that_they_had_deserved(wired: Wiring, clock: Clock) -> None:
    def product(name: str, cost: int, day: int) -> dict[str, Any]:
        return good(PRODUCTS, product_id=name, cost=cost, updated_at=f"2025-01-0{day}T12:00:00Z")

    late = looking_back(wired.settings, clock)
    deliver(late, PRODUCTS, [product("a", 1, 2), product("b", 1, 2), product("c", 1, 2)], origin="batch-1")
    clock.pass_by(LATE)
    again = [product("a", 1, 2), product("b", 9, 2), product("c", 5, 1), product("d", 1, 1)]
    deliver(late, PRODUCTS, again, origin="batch-2")
    assert fates(late, "batch-2") == (4, 0, 0, 0)

    reconcile(late)

    assert fates(late, "batch-2") == (2, 1, 1, 1)
    costs = {row["product_id"]: int(row["cost"]) for row in table_rows(wired.settings, PRODUCTS)}
    assert costs == {"a": 1, "b": 9, "c": 1, "d": 1}


def test_a_repetition_within_the_horizon_is_a_duplicate_at_once(wired: Wiring, clock: Clock) -> None:
    near = looking_back(wired.settings, clock)
    deliver(near, SALES, [line(1)], origin="batch-1")
    clock.pass_by(HORIZON)

    deliver(near, SALES, [line(1)], origin="batch-2")

    assert fates(near, "batch-2") == (0, 1, 0, 0)


def test_without_a_horizon_nothing_is_left_to_reconcile(wired: Wiring) -> None:
    deliver(wired, SALES, [line(1)], origin="batch-1")

    state = wired.table_states.get(SALES)

    assert (state.arrivals, state.is_reconciled("0001-01-01", "9999-12-31")) == ("", True)


def test_a_row_that_another_source_replaces_beyond_the_horizon_counts_on_its_delivery(
    wired: Wiring, clock: Clock
) -> None:
    late = looking_back(wired.settings, clock)
    deliver(late, SALES, [line(1), line(2)], origin="batch-1")
    clock.pass_by(LATE)
    late.loader.load(delivery(SALES, [line(1, quantity=9)], origin="batch-2", at=late.clock(), source_id="till"))
    merge_all(late)

    reconcile(late)
    reconcile(late)

    assert [fates(late, origin) for origin in ("batch-1", "batch-2")] == [(2, 0, 0, 1), (0, 0, 1, 0)]
    newcomer = late.ledger.get("batch-2")
    assert newcomer is not None
    assert newcomer.outcomes.shared_ids == 1
