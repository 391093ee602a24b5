"""Divergences equal SciPy's entropies, and their critical value holds in simulations."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shared.statistics.divergences import Divergence, critical_value, divergence

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 10_000))


def _smoothed(counts: Mapping[str, int], names: set[str]) -> list[float]:
    return [counts.get(name, 0) + 0.5 for name in sorted(names)]


@given(COUNTS, COUNTS)
def test_both_divergences_equal_the_entropies_of_smoothed_counts(
    current: dict[str, int], reference: dict[str, int]
) -> None:
    names = {name for name in {**current, **reference} if current.get(name) or reference.get(name)}
    ours = divergence(current, reference)

    assert set(ours.bins) == names
    if names:
        # entropy() normalises to shares of (count + 0.5) / (n + 0.5 B)
        forth = stats.entropy(_smoothed(current, names), _smoothed(reference, names))
        back = stats.entropy(_smoothed(reference, names), _smoothed(current, names))
        assert ours.kl == pytest.approx(forth, rel=1e-9, abs=1e-14)
        assert ours.psi == pytest.approx(forth + back, rel=1e-9, abs=1e-14)


@given(COUNTS, COUNTS)
def test_psi_is_symmetric_and_the_sum_of_contributions(current: dict[str, int], reference: dict[str, int]) -> None:
    ours, mirrored = divergence(current, reference), divergence(reference, current)

    assert ours.psi == pytest.approx(mirrored.psi, rel=1e-12, abs=1e-15)
    assert ours.psi == math.fsum(each.contribution for each in ours.bins.values())
    assert ours.psi >= 0
    assert ours.kl >= 0
    assert all(each.contribution >= 0 for each in ours.bins.values())


@given(COUNTS)
def test_equal_counts_do_not_diverge(counts: dict[str, int]) -> None:
    ours = divergence(counts, counts)

    assert (ours.psi, ours.kl) == (0.0, 0.0)


@given(COUNTS.filter(lambda counts: any(counts.values())), COUNTS)
def test_shares_of_either_side_add_up_to_1(current: dict[str, int], reference: dict[str, int]) -> None:
    bins = divergence(current, reference).bins.values()

    assert sum(each.current for each in bins) == pytest.approx(1)
    assert sum(each.reference for each in bins) == pytest.approx(1)


def test_bins_that_are_empty_on_both_sides_do_not_count() -> None:
    # With half added to each count: shares of 3.5 and 0.5 in 4, against 1.5 and 1.5 in 3
    ours = divergence({"a": 3, "b": 0, "c": 0}, {"c": 0, "b": 1, "a": 1})

    assert list(ours.bins) == ["b", "a"]
    assert ours.bins["a"] == pytest.approx((0.875, 0.5, 0.375 * math.log(1.75)))
    assert ours.psi == pytest.approx(0.375 * math.log(7))


def test_without_counts_nothing_diverges() -> None:
    assert divergence({}, {}) == Divergence(0.0, 0.0, {})


def test_a_side_without_counts_is_compared_as_uniform() -> None:
    ours = divergence({}, {"a": 9, "b": 9})

    assert ours.psi == 0.0
    assert critical_value(0, 18, bins=2, features=1) is critical_value(18, 0, bins=2, features=1) is None


def test_the_critical_value_is_a_quantile_of_chi_square() -> None:
    expected = (1 / 400 + 1 / 1000) * stats.chi2.ppf(1 - 0.05 / 20, 9)

    assert critical_value(400, 1000, bins=10, features=20) == pytest.approx(expected, rel=1e-10)


def test_a_single_bin_cannot_diverge() -> None:
    assert critical_value(1000, 1000, bins=1, features=3) == divergence({"a": 1000}, {"a": 1000}).psi == 0.0


def test_equal_distributions_exceed_the_critical_value_in_5_percent() -> None:
    chance, runs, alarms = np.random.default_rng(13), 2000, 0
    shares = np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05])
    for _ in range(runs):
        ours, theirs = (dict(enumerate(map(int, chance.multinomial(size, shares)))) for size in (800, 2000))
        limit = critical_value(800, 2000, bins=8, features=1)
        assert limit is not None
        alarms += divergence(ours, theirs).psi > limit

    assert alarms / runs == pytest.approx(0.05, abs=0.015)
