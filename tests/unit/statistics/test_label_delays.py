"""The estimate of fraud without labels is its formula, and unbiased in simulated histories."""

import math
from bisect import bisect_left
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.statistics.intervals import Interval
from shared.statistics.label_delays import (
    DelayCurve,
    KnownFraud,
    KnownFrauds,
    LateFraud,
    MissingEstimate,
    estimate,
)

ANYTHING = Interval(0.0, math.inf)
HUNDRED = DelayCurve([float(delay) for delay in range(1, 101)])
FRAUDS = st.builds(KnownFraud, st.floats(0, 120), st.floats(0, 1000))


def _estimate(curve: DelayCurve, frauds: list[KnownFraud], bounds: Interval = ANYTHING) -> LateFraud:
    return estimate(curve.labels, curve.grouped(frauds), bounds)


def _variance(curve: DelayCurve, frauds: list[KnownFraud]) -> float:
    """The formula as it is published, with its double sum."""
    pairs = [(curve.arrived(age) / curve.labels, weight) for age, weight in frauds]
    of_known = sum(x**2 * (1 - f) / f**2 for f, x in pairs)
    of_curve = sum(x * y * min(f, g) * (1 - max(f, g)) / (f**2 * g**2) for f, x in pairs for g, y in pairs)
    return of_known + of_curve / curve.labels


@given(st.lists(FRAUDS, min_size=10, max_size=40))
def test_value_and_variance_are_those_of_the_formula(frauds: list[KnownFraud]) -> None:
    old = [fraud for fraud in frauds if HUNDRED.arrived(fraud.age) >= 5]
    ours = _estimate(HUNDRED, frauds)

    assert ours.excluded == len(frauds) - len(old)
    assert ours.known == pytest.approx(sum(fraud.weight for fraud in old))
    assert ours.value == pytest.approx(sum(100 * fraud.weight / HUNDRED.arrived(fraud.age) for fraud in old))
    if len(old) >= 10:
        assert ours.variance == pytest.approx(_variance(HUNDRED, old), rel=1e-9, abs=1e-12)


@given(st.lists(st.builds(KnownFraud, st.floats(5, 120), st.floats(0.01, 1000)), min_size=10, max_size=40))
def test_the_interval_contains_the_value_above_what_is_known(frauds: list[KnownFraud]) -> None:
    ours = _estimate(HUNDRED, frauds)

    assert ours.interval is not None
    assert ours.value is not None
    assert ours.known <= ours.interval.low <= ours.value * (1 + 1e-15)
    assert ours.value * (1 - 1e-15) <= ours.interval.high


def test_the_interval_is_log_normal_above_what_is_known() -> None:
    frauds = [KnownFraud(50.0, 1.0)] * 20
    # F = 0.5: N = 40, r = 20, V = 20 x 0.5 / 0.25 + 400 x 0.25 / 0.0625 / 100
    variance = 40 + 16
    factor = math.exp(1.96 * math.sqrt(math.log(1 + variance / 400)))

    ours = _estimate(HUNDRED, frauds)

    assert (ours.known, ours.value) == (20.0, 40.0)
    assert ours.variance == pytest.approx(variance)
    assert ours.interval == pytest.approx((20 + 20 / factor, 20 + 20 * factor))


def test_the_interval_is_cut_at_the_bounds() -> None:
    ours = _estimate(HUNDRED, [KnownFraud(50.0, 1.0)] * 20, Interval(20.0, 45.0))

    assert ours.interval is not None
    assert ours.interval.low > 20.0
    assert ours.interval.high == 45.0


def test_frauds_as_old_as_the_longest_delay_stand_for_themselves() -> None:
    assert _estimate(HUNDRED, [KnownFraud(100.0, 2.0)] * 10) == LateFraud(20.0, 20.0, 0.0, Interval(20.0, 20.0))


def test_groups_may_be_split_and_have_any_order() -> None:
    whole = [KnownFrauds(20, 6, 8.0, 12.0), KnownFrauds(90, 9, 9.0, 9.0)]
    parts = [KnownFrauds(20, 2, 3.0, 5.0), KnownFrauds(90, 9, 9.0, 9.0), KnownFrauds(20, 4, 5.0, 7.0)]

    ours, theirs = estimate(100, parts, ANYTHING), estimate(100, whole, ANYTHING)

    assert ours.value == theirs.value == pytest.approx(50)
    assert ours.variance == pytest.approx(theirs.variance)
    assert ours.interval == pytest.approx(theirs.interval)


def test_fewer_than_50_labels_give_no_estimate() -> None:
    curve = DelayCurve([1.0] * 49)

    assert _estimate(curve, [KnownFraud(2.0, 3.0)] * 20) == LateFraud(60.0, missing=MissingEstimate.TOO_FEW_LABELS)
    assert _estimate(DelayCurve([]), []) == LateFraud(0.0, missing=MissingEstimate.TOO_FEW_LABELS)


def test_fewer_than_10_known_frauds_give_a_value_without_interval() -> None:
    expected = LateFraud(9.0, 18.0, excluded=3, missing=MissingEstimate.TOO_FEW_KNOWN)

    assert _estimate(HUNDRED, [KnownFraud(50.0, 1.0)] * 9 + [KnownFraud(1.0, 1.0)] * 3) == expected


def test_exactly_a_twentieth_of_the_labels_is_old_enough() -> None:
    # 0.05 x 140 is 7.000000000000001
    curve = DelayCurve([float(delay) for delay in range(1, 141)])

    assert _estimate(curve, [KnownFraud(7.0, 1.0), KnownFraud(6.9, 1.0)]).excluded == 1
    assert curve.youngest() == 7.0


def test_without_delays_no_age_is_old_enough() -> None:
    assert DelayCurve([]).youngest() is None


def test_the_estimate_is_unbiased_and_its_interval_holds_the_truth() -> None:
    """200 histories: 60 earlier delays, and 600 frauds of ages that spread over one and a half horizons."""
    chance = Random(13)  # noqa: S311 # a simulation, no secret
    horizon, errors, covered = 45.0, list[float](), 0
    for _ in range(200):
        curve = DelayCurve(sorted(_delay(chance, horizon) for _ in range(60)))
        ages = [chance.uniform(0, 1.5 * horizon) for _ in range(600)]
        known = [KnownFraud(age, 1.0) for age in ages if _delay(chance, horizon) <= age]
        youngest = curve.youngest()
        assert youngest is not None
        truth = len(ages) - bisect_left(sorted(ages), youngest)

        ours = _estimate(curve, known)

        assert ours.value is not None
        assert ours.interval is not None
        errors.append(ours.value / truth - 1)
        covered += ours.interval.low <= truth <= ours.interval.high

    assert abs(sum(errors) / len(errors)) < 0.02
    assert covered / len(errors) >= 0.9


def _delay(chance: Random, horizon: float) -> float:
    """Draw a delay with a long tail, of which the horizon cuts some."""
    while True:
        delay = chance.lognormvariate(math.log(14), 0.8)
        if delay <= horizon:
            return delay
