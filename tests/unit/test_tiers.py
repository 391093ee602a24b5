"""The quick tier omits from a product of parameters only pairs that occur elsewhere."""

from itertools import combinations, product
from typing import Any

from tests.tiers import one_in, pairwise

AXES = ("abc", range(4), "xyz", [False, True])


def pairs(sets: list[tuple[Any, ...]]) -> set[Any]:
    """Every two values that occur together, with the places of their parameters."""
    return {pair for each in sets for pair in combinations(enumerate(each), 2)}


def test_the_thorough_tier_has_every_combination() -> None:
    assert [tuple(each.values) for each in pairwise(*AXES)] == list(product(*AXES))


def test_in_the_quick_tier_each_two_values_meet_in_fewer_sets() -> None:
    quick = [tuple(each.values) for each in pairwise(*AXES) if not each.marks]

    assert pairs(quick) == pairs(list(product(*AXES)))
    assert len(quick) < 72 / 4


def test_one_value_in_three_is_quick() -> None:
    found = one_in(3, "abcdefg")

    assert [each.values for each in found] == [("a",), ("b",), ("c",), ("d",), ("e",), ("f",), ("g",)]
    assert "".join(each.values[0] for each in found if not each.marks) == "adg"
