"""A sale and its return sum to zero in every report."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions.cases.conftest import Platform, line
from tests.tiers import examples

MARCH = ("2025-03-01", "2025-04-01")
SALE = {"quantity": 1, "unit_price": "112.50", "discount": "4.45", "tax": "20.53", "shipping": "4.90"}


def returned(sale: dict[str, Any], *, negated: bool) -> dict[str, Any]:
    """The return of a sale, whose amounts have a minus sign, or none."""
    amounts = {name: f"-{sale[name]}" if negated else sale[name] for name in ("discount", "tax", "shipping")}
    return {**sale, "quantity": -sale["quantity"], "timestamp": "2025-03-20T10:00:00Z", **amounts}


@pytest.mark.parametrize("negated", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_a_discounted_sale_and_its_return_sum_to_zero(platform: Platform, *, negated: bool) -> None:
    platform.load([line(1, order_id="o-1", customer_id="c-1", **SALE)])
    platform.load([line(2, order_id="o-1", customer_id="c-1", **returned(SALE, negated=negated))])

    for _ in ("from roll-ups", "from records"):
        answer = platform.metric("revenue", *MARCH)
        days = {point["timestamp"][:10]: point for point in answer["data"] if point["value"]}
        assert answer["summary"]["total"] == 0
        assert {day: point["value"] for day, point in days.items()} == {"2025-03-10": 108.05, "2025-03-20": -108.05}
        assert days["2025-03-10"]["additional_metrics"] == {"lines": 1, "tax": 20.53, "shipping": 4.9}
        assert days["2025-03-20"]["additional_metrics"] == {"lines": 1, "tax": -20.53, "shipping": -4.9}
        assert platform.metric("average_order_value", *MARCH, granularity="monthly")["data"] == []
        [product] = platform.products(*MARCH)["products"]
        assert (product["revenue"], product["quantity_sold"]) == (0, 0)
        assert product["additional_metrics"] == {"tax": 0, "shipping": 0}
        platform.outdate_rollups()


def test_a_return_in_the_batch_of_its_sale_cancels_it_whatever_the_sign_of_its_discount(platform: Platform) -> None:
    sales = [line(1, order_id="o-1", **SALE), line(3, order_id="o-2", **SALE)]
    returns = [
        line(number + 1, order_id=order, **{**SALE, "quantity": -1, "discount": discount})
        for number, order, discount in ((1, "o-1", "4.45"), (3, "o-2", "-4.45"))
    ]

    platform.load([*sales, *returns])

    assert platform.total("revenue", *MARCH) == 0
    assert platform.metric("average_order_value", *MARCH)["data"] == []


def test_tax_and_shipping_are_in_the_reporting_currency(platform: Platform) -> None:
    platform.lake.know_rates([{"currency": "EUR", "valid_from": "2025-01-01", "valid_before": "9999-12-31", "rate": 2}])
    platform.load([line(1, currency="EUR", **SALE), line(2, unit_price=1, tax=1)])

    [point] = platform.metric("revenue", *MARCH, granularity="monthly")["data"]
    [product] = platform.products(*MARCH)["products"]

    assert point["value"] == product["revenue"] == 2 * 108.05 + 1
    assert product["additional_metrics"] == {"tax": 2 * 20.53 + 1, "shipping": 9.8}
    assert point["additional_metrics"] == {"lines": 2, **product["additional_metrics"]}


_CENTS = st.integers(0, 10_000).map(lambda cents: f"{cents / 100:.2f}")
_SALES = st.fixed_dictionaries(
    {
        "quantity": st.integers(1, 9),
        "unit_price": st.integers(10_000, 99_999).map(lambda cents: f"{cents / 100:.2f}"),
        "discount": _CENTS,
        "tax": _CENTS,
        "shipping": _CENTS,
    }
)


@pytest.mark.thorough
@given(st.lists(st.tuples(_SALES, st.booleans()), min_size=1, max_size=5))
@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sales_that_are_all_returned_come_to_nothing(
    platform: Platform, sales: list[tuple[dict[str, Any], bool]]
) -> None:
    rows = [
        line(2 * number + is_return, **(returned(sale, negated=negated) if is_return else sale))
        for number, (sale, negated) in enumerate(sales)
        for is_return in (False, True)
    ]

    platform.load(rows)

    answer = platform.metric("revenue", *MARCH, granularity="quarterly")
    assert answer["summary"]["total"] == 0
    assert [
        (point["additional_metrics"]["tax"], point["additional_metrics"]["shipping"]) for point in answer["data"]
    ] == [(0, 0)]
    assert [each["revenue"] for each in platform.products(*MARCH)["products"]] == [0]
