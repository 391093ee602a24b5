"""An amount of a group is shared in proportion, to the cent, and nothing of it is lost."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.mapping.allocation import Shares, allocate, divide
from shared.lake.mapping.common_shares import common_shares
from shared.lake.mapping.groups import find_groups
from shared.records.plain_numbers import plain_decimal

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


_TEXTS = st.decimals(0, 10**6, places=2, allow_nan=False).map(str) | st.sampled_from(
    ["0", "0.00", "1", "0.01", "7.5", "3.", "12.345678", "-1", "1e3", "999999999999", "0.005", "x"]
)
_ORDERS = st.lists(
    st.tuples(st.none() | _TEXTS, st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=6)), min_size=1, max_size=6
)


@settings(deadline=None)
@given(orders=_ORDERS, places=st.sampled_from([0, 2, 3]), product=st.booleans())
def test_shares_of_all_groups_at_once_are_those_of_each_group(
    orders: list[tuple[str | None, list[tuple[str, str]]]], places: int, *, product: bool
) -> None:
    names, amounts, weights = _columns(orders)
    groups = find_groups("order", pa.array(names, pa.string()), (), range(len(names)), ())

    found = common_shares(
        pa.array(amounts, pa.string()), [pa.array(each) for each in weights[: 1 + product]], groups, places
    )

    if found is not None:
        one, other = ([plain_decimal(text) for text in each] for each in weights)
        sizes = [
            left if not product or left is None or right is None else left * right
            for left, right in zip(one, other, strict=True)
        ]
        expected = allocate(
            [rows for rows in groups.rows_of() if amounts[rows[0]] is not None],
            {row: Decimal(amount) for row, amount in enumerate(amounts) if amount is not None},
            {row: size for row, size in enumerate(sizes) if size is not None},
            [{0: "JPY", 2: "EUR", 3: "KWD"}[places]] * len(names),
        )
        assert expected.faults == {}
        assert {row: Decimal(text) for row, text in enumerate(found.to_pylist()) if text is not None} == expected.shares
        assert {text for text in found.to_pylist() if text} == {
            format(share, "f") for share in expected.shares.values()
        }


def _columns(
    orders: list[tuple[str | None, list[tuple[str, str]]]],
) -> tuple[list[str], list[str | None], tuple[list[str], list[str]]]:
    """The order, the amount, and two weights of each line."""
    names = [f"#{number}" for number, (_, lines) in enumerate(orders) for _ in lines]
    amounts = [amount if not line else None for amount, lines in orders for line in range(len(lines))]
    pairs = [pair for _, lines in orders for pair in lines]
    return names, amounts, ([one for one, _ in pairs], [other for _, other in pairs])


def test_usual_orders_are_shared_at_once_and_only_odd_ones_are_not() -> None:
    def shared(amounts: list[str | None], weights: list[str]) -> list[str | None] | None:
        groups = find_groups("order", pa.array(["a", "a", "a", "b"]), (), range(4), ())
        found = common_shares(pa.array(amounts, pa.string()), [pa.array(weights)], groups, 2)
        return None if found is None else found.to_pylist()

    usual = ["10.00", None, None, None]
    assert shared(usual, ["1", "1.00", "1", "x"]) == ["3.34", "3.33", "3.33", None]
    assert shared(["0.05", None, None, "7"], ["1", "1", "2", "3"]) == ["0.01", "0.01", "0.03", "7.00"]
    for odd in (["10.00", "10.00", "10.00", None], ["-1", None, None, None], ["0.001", None, None, None]):
        assert shared(odd, ["1", "1", "1", "1"]) is None
    for weights in (["0", "0", "0", "1"], ["-1", "-1", "-1", "1"], ["x", "1", "1", "1"], ["999999999999.999999"] * 4):
        assert shared(usual, weights) is None
