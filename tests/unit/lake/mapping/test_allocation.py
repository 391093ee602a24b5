"""An amount of a group is shared in proportion, to the cent, and nothing of it is lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.mapping.allocation import Shares, allocate, divide

AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
WEIGHTS = st.lists(st.decimals(0, 10**9, places=4, allow_nan=False), min_size=1, max_size=20)


def _divide(amount: str, *weights: str, places: int = 2) -> list[str]:
    return [str(share) for share in divide(Decimal(amount), list(map(Decimal, weights)), places)]


@pytest.mark.parametrize(
    ("amount", "weights", "places", "shares"),
    [
        ("10.00", ["50", "40", "10"], 2, ["5.00", "4.00", "1.00"]),
        ("10.00", ["1", "1", "1"], 2, ["3.34", "3.33", "3.33"]),
        ("0.05", ["1", "1", "2"], 2, ["0.01", "0.01", "0.03"]),
        ("-1.00", ["1", "2"], 2, ["-0.33", "-0.67"]),
        ("1.00", ["-1", "-2"], 2, ["0.33", "0.67"]),
        ("1.00", ["0", "0", "0"], 2, ["0.34", "0.33", "0.33"]),
        ("100", ["150", "151"], 0, ["50", "50"]),
        ("1", ["1", "1", "1"], 3, ["0.334", "0.333", "0.333"]),
        ("0.005", ["1", "1"], 2, ["0.003", "0.002"]),
    ],
)
def test_shares_are_whole_minor_units_by_largest_remainder(
    amount: str, weights: list[str], places: int, shares: list[str]
) -> None:
    assert _divide(amount, *weights, places=places) == shares


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_shares_add_up_and_differ_from_the_proportion_by_less_than_a_cent(
    amount: Decimal, weights: list[Decimal]
) -> None:
    shares = divide(amount, weights, 2)

    assert sum(shares) == amount
    total = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        exact = amount * weight / total if total else amount / len(weights)
        assert abs(share - exact) < Decimal("0.01000001")


def _allocate(amounts: dict[int, str], weights: dict[int, str], currencies: str = "EUR EUR EUR") -> Shares:
    return allocate(
        [range(3)],
        {row: Decimal(amount) for row, amount in amounts.items()},
        {row: Decimal(weight) for row, weight in weights.items()},
        currencies.split(),
    )


ALIKE = {0: "1", 1: "1", 2: "1"}


@pytest.mark.parametrize("amounts", [{0: "3"}, {0: "3", 1: "3.00", 2: "3"}])
def test_the_amount_is_on_the_first_row_or_on_all(amounts: dict[int, str]) -> None:
    assert _allocate(amounts, ALIKE).shares == {0: 1, 1: 1, 2: 1}


@pytest.mark.parametrize(
    ("amounts", "weights", "currencies", "reason"),
    [
        ({0: "3", 1: "4", 2: "3"}, ALIKE, "EUR EUR EUR", "different amounts"),
        ({1: "3"}, ALIKE, "EUR EUR EUR", "neither on its first row only nor on all"),
        ({0: "3", 1: "3"}, ALIKE, "EUR EUR EUR", "neither on its first row only nor on all"),
        ({0: "3"}, ALIKE, "EUR USD EUR", "several currencies"),
        ({0: "3"}, {0: "1", 1: "-1", 2: "0"}, "EUR EUR EUR", "sales and returns"),
    ],
)
def test_an_amount_that_cannot_be_shared_for_certain_is_an_error_of_all_rows(
    amounts: dict[int, str], weights: dict[int, str], currencies: str, reason: str
) -> None:
    found = _allocate(amounts, weights, currencies)

    assert found.shares == {}
    assert sorted(found.faults) == [0, 1, 2]
    assert all(reason in fault for fault in found.faults.values())


def test_a_row_without_weight_is_an_error_and_leaves_the_group_without_shares() -> None:
    found = _allocate({0: "3"}, {0: "1", 2: "1"})

    assert (found.shares, list(found.faults)) == ({}, [1])
