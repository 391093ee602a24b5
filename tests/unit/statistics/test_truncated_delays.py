"""The median of truncated delays equals other ways to the same estimate, and the truth of a simulation."""

import math
from collections import Counter
from random import Random
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from shared.statistics.truncated_delays import MedianDelay, ObservedDelay, median_delay, product_limit

OBSERVED = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 6)).map(lambda pair: ObservedDelay(pair[0], sum(pair))),
    min_size=1,
    max_size=25,
)


def _most_likely(observed: list[ObservedDelay], steps: int) -> dict[float, float]:
    """Maximise the likelihood, the product of p(delay) / F(age), by self-consistency (Turnbull 1976)."""
    counts = Counter(each.delay for each in observed)
    shares = {delay: 1 / len(counts) for delay in counts}
    for _ in range(steps):
        expected: dict[float, float] = dict(counts)
        for each in observed:
            seen = sum(share for delay, share in shares.items() if delay <= each.age)
            for delay in counts:
                expected[delay] += shares[delay] / seen if delay > each.age else 0
        shares = {delay: each / sum(expected.values()) for delay, each in expected.items()}
    return {delay: sum(share for other, share in shares.items() if other <= delay) for delay in sorted(counts)}


def test_the_estimate_is_the_most_likely_distribution() -> None:
    chance = Random(7)  # noqa: S311 # a simulation, no secret
    observed = [ObservedDelay(delay, delay + chance.randint(0, 9)) for delay in chance.choices(range(10), k=80)]

    assert dict(product_limit(observed)) == pytest.approx(_most_likely(observed, 3000), abs=1e-6)


@given(OBSERVED)
def test_the_estimate_equals_statsmodels_in_reversed_time(observed: list[ObservedDelay]) -> None:
    # Reversed, a delay truncated on the right is a survival time after a late entry.
    times = np.array([100.0 - each.delay for each in observed])
    entries = np.array([99.5 - each.age for each in observed])
    theirs = SurvfuncRight(times, np.ones(len(times)), entry=entries)
    after = dict(zip(100 - theirs.surv_times, theirs.surv_prob, strict=True))  # F just below each delay

    ours = product_limit(observed)

    below = [0.0, *(share for _, share in ours[:-1])]
    assert below[1:] == pytest.approx([after[delay] for delay, _ in ours[1:]], abs=1e-12)
    assert after[ours[0][0]] == pytest.approx(below[0], abs=1e-12)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60))
def test_without_truncation_it_is_the_empirical_distribution(delays: list[int]) -> None:
    observed = [ObservedDelay(delay, math.inf) for delay in delays]

    empirical = {each: sum(other <= each for other in delays) / len(delays) for each in delays}

    assert dict(product_limit(observed)) == pytest.approx(empirical)


@given(OBSERVED)
def test_the_estimate_rises_to_1(observed: list[ObservedDelay]) -> None:
    shares = [share for _, share in product_limit(observed)]

    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == 1


def test_enough_decisions_as_old_as_the_horizon_have_the_plain_median() -> None:
    old = [ObservedDelay(float(delay), 100.0) for delay in range(1, 51)]
    late, young = ObservedDelay(101.0, 200.0), ObservedDelay(1.0, 2.0)

    assert median_delay([*old, *[late] * 60, *[young] * 60], horizon=100.0) == MedianDelay(25.5, truncated=False)


def test_fewer_than_50_delays_within_the_horizon_have_no_median() -> None:
    assert median_delay([ObservedDelay(1.0, 200.0)] * 49 + [ObservedDelay(101.0, 200.0)] * 9, horizon=100.0) is None


def test_a_half_that_is_rounded_down_is_a_half() -> None:
    delays = [ObservedDelay(float(delay), 90.0) for delay in range(1, 51)]

    assert median_delay(delays, horizon=100.0) == MedianDelay(25.0, truncated=True)


def test_the_median_of_truncated_delays_is_near_the_true_one() -> None:
    chance = Random(13)  # noqa: S311 # a simulation, no secret
    # Fraud of the last 60 days, of which a label arrives after 13.5 days in the median
    frauds = [(chance.lognormvariate(math.log(13.5), 0.6), chance.uniform(0, 60)) for _ in range(4000)]
    observed = [ObservedDelay(delay, age) for delay, age in frauds if delay <= age]

    ours = median_delay(observed, horizon=90.0)

    assert ours is not None
    assert ours.truncated
    assert ours.seconds == pytest.approx(13.5, abs=0.5)
    assert median(each.delay for each in observed) < 12.6
