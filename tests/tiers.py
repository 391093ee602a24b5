"""The two tiers of tests: the quick one and the thorough one, which is the quick one and everything that takes long.

Both run the same tests: the thorough tier adds those that are marked `thorough`, more examples and larger inputs.
"""

import os
from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import Any, TypeVar

import pytest
from hypothesis import settings

T = TypeVar("T")
QUICK, THOROUGH = "quick", "thorough"
_EXAMPLES = {QUICK: 25, THOROUGH: 100}


def register_profiles() -> None:
    """Make Hypothesis know both tiers; `--hypothesis-profile=thorough` chooses the thorough one.

    In continuous integration every run is the same: a merge must not depend on luck. All others look for new examples.
    """
    for name, most in _EXAMPLES.items():
        settings.register_profile(name, max_examples=most, derandomize="CI" in os.environ)
    settings.load_profile(QUICK)


def examples(thorough: int) -> int:
    """Return how many examples a test tries: this many in the thorough tier, and a quarter of them in the quick one."""
    return max(1, thorough * settings().max_examples // _EXAMPLES[THOROUGH])


def sized(*, quick: T, thorough: T) -> T:
    """Return which of two inputs is that of the tier that runs."""
    return thorough if settings.get_current_profile_name() == THOROUGH else quick


def one_in(step: int, values: Iterable[Any]) -> list[Any]:
    """Return all values as parameter sets, of which the quick tier gets one in so many, the first included."""
    return [pytest.param(each, marks=pytest.mark.thorough if place % step else ()) for place, each in enumerate(values)]


def pairwise(first: Sequence[Any], second: Sequence[Any], *more: Sequence[Any]) -> list[Any]:
    """Return every combination as a parameter set; the quick tier gets only so many that each two values meet.

    Most faults depend on one parameter or on two of them together.
    """
    axes = (first, second, *more)
    chosen = _covering(axes)
    return [
        pytest.param(*each, marks=() if number in chosen else pytest.mark.thorough)
        for number, each in enumerate(product(*axes))
    ]


def _covering(axes: Sequence[Sequence[Any]]) -> set[int]:
    """Choose combinations, by their number in the product, that hold every pair of places on two axes."""
    pairs = [set(combinations(enumerate(places), 2)) for places in product(*(range(len(values)) for values in axes))]
    missing, chosen = set[Any]().union(*pairs), set[int]()
    while missing:
        best = max(range(len(pairs)), key=lambda number: len(pairs[number] & missing))
        chosen.add(best)
        missing -= pairs[best]
    return chosen
