"""Many slices give the result of a single one, whichever customers are in which."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.customers.publication import ComputedCustomers
from shared.customers.run import SLICING, CustomerRun, Slicing
from tests.fakes.heard_events import HeardEvents
from tests.functions.customers.conftest import Opened, Shop
from tests.functions.customers.test_profiles import line

NAMES = [f"customer-{number}" for number in range(40)]
OF_A_COMPUTATION = {"segmentation_date", "model"}


@pytest.fixture(scope="module")
def shop(open_shop: Opened) -> Shop:
    """A shop with customers who bought at different times, amounts and numbers of orders, some of them alike."""
    shop = open_shop("USD")
    shop.sell(
        [
            line(name, f"{name}-{order}", (7 * number + 31 * order) % 200, unit_price=f"{number % 11}.50")
            for number, name in enumerate(NAMES)
            for order in range(1 + number % 4)
        ]
    )
    return shop


def compute(shop: Shop, slicing: Slicing) -> tuple[CustomerRun, ComputedCustomers]:
    """Compute all customers in slices of another size than usual."""
    shop.clock.pass_by(timedelta(hours=1))
    wired = shop.wired
    run = replace(wired.customer_preparation, slicing=slicing).prepare(shop.clock())
    for place in range(run.slices):
        wired.customer_slices.compute(run.run_id, place)
    return run, wired.customer_publication.publish(run.run_id)


def served(shop: Shop) -> Mapping[str, Any]:
    """Everything that is served, without what every computation has of its own."""
    found = {path: shop.get(path).data for path in ("segments", *(f"{name}/profile" for name in NAMES))}
    return {
        path: {name: value for name, value in each.items() if name not in OF_A_COMPUTATION}
        for path, each in found.items()
    }


def test_slices_have_the_result_of_a_single_one(shop: Shop) -> None:
    whole, _ = compute(shop, SLICING)
    expected = served(shop)

    sliced, done = compute(shop, Slicing(per_slice=3))

    assert (whole.slices, sliced.slices) == (1, 14)
    assert served(shop) == expected
    assert (done.customers, done.removed) == (40, 0)


def test_the_model_is_fitted_on_whole_slices_with_enough_customers_and_some_slices_are_empty(shop: Shop) -> None:
    run, done = compute(shop, Slicing(per_slice=1, sample=10))

    sums = [shop.wired.customer_publication.files.sums(run.run_id, place) for place in range(run.slices)]
    sizes = [sum(segment.customers for segment in each.segments.values()) for each in sums]
    assert run.model.fitted_on in {10, 11, 12, 13, 14, 15}
    assert 0 in sizes
    assert sum(sizes) == done.customers == 40


def test_the_bus_is_told_of_a_computation_that_is_served(shop: Shop) -> None:
    events = HeardEvents(shop.wired.settings)
    run, _ = compute(shop, SLICING)

    replace(shop.wired.customer_publication, events=events.bus).publish(run.run_id)

    assert events.heard == [("customers computed", {"run_id": run.run_id})]


@pytest.mark.parametrize(
    ("customers", "slices"), [(0, 1), (1, 1), (20_000, 1), (20_001, 2), (2_000_000, 100), (9_000_000, 100)]
)
def test_slices_grow_only_when_there_are_a_hundred(customers: int, slices: int) -> None:
    assert SLICING.count(customers) == slices
