"""The BG/NBD model, against its publication and the package `lifetimes`."""

import warnings
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest

from shared.customers.bgnbd import (
    Histories,
    ModelParameters,
    NotFitted,
    days_until_purchase,
    expected_purchases,
    fit,
    log_likelihood,
    probability_alive,
)
from shared.customers.holdout import check
from tests.oracles.customers.cdnow import WEEK, split, summary

PUBLISHED = ModelParameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.fixture(scope="module")
def fitter() -> Any:
    """The package's own fit of the same data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it was written for older pandas, whose options it still sets
        from lifetimes import BetaGeoFitter  # noqa: PLC0415 # importing it is what warns

        found = BetaGeoFitter()
        found.fit(summary().frequency, summary().recency, summary().age)
    return found


def test_parameters_of_cdnow_equal_the_published_ones() -> None:
    fitted = fit(summary())

    assert astuple(fitted.parameters) == pytest.approx(astuple(PUBLISHED), rel=0.002)
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_parameters_and_expectations_are_within_one_percent_of_lifetimes(fitter: Any) -> None:
    fitted, known = fit(summary()), summary()

    theirs = [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")]
    purchases = fitter.conditional_expected_number_of_purchases_up_to_time(39, *astuple_of(known))
    alive = fitter.conditional_probability_alive(*astuple_of(known))
    assert astuple(fitted.parameters) == pytest.approx(theirs, rel=0.01)
    assert expected_purchases(fitted.parameters, known, 39.0) == pytest.approx(np.asarray(purchases), rel=0.01)
    assert probability_alive(fitted.parameters, known) == pytest.approx(np.asarray(alive), rel=0.01)


def astuple_of(histories: Histories) -> tuple[Any, Any, Any]:
    return histories.frequency, histories.recency, histories.age


def test_holdout_purchases_of_cdnow_are_predicted_better_than_naively(fitter: Any) -> None:
    """Fitted on 39 weeks; the 39 weeks after them are compared."""
    known = split()

    found = check(fit(known.calibration).parameters, known.calibration, known.later, known.days)

    weeks = [each / WEEK for each in (known.calibration.recency, known.calibration.age)]
    theirs = fitter.conditional_expected_number_of_purchases_up_to_time(39, known.calibration.frequency, *weeks)
    each = expected_purchases(fit(known.calibration).parameters, known.calibration, float(known.days))
    assert each == pytest.approx(np.asarray(theirs), rel=0.01)
    assert found.expected == pytest.approx(float(theirs.sum()), rel=0.01)
    assert found.actual == int(known.later.sum()) > 0
    assert found.expected == pytest.approx(found.actual, rel=0.15)
    assert found.model_error < found.naive_error
    assert found.is_passed


def test_without_dropout_the_model_is_negative_binomial() -> None:
    """Its conditional expectation is (r + x) / (alpha + T) t: Fader, Hardie and Lee (2005), with p = 0."""
    random = np.random.default_rng(7)
    age = np.full(4000, 300.0)
    frequency = random.poisson(random.gamma(0.9, 1 / 70, age.size) * age).astype(float)
    latest = random.random(age.size) ** (1 / np.maximum(frequency, 1))  # of so many moments spread evenly
    histories = Histories(frequency, np.where(frequency > 0, latest * age, 0.0), age)

    found = fit(histories).parameters

    assert (found.r, found.alpha) == pytest.approx((0.9, 70), rel=0.1)
    assert found.a / found.b < 1e-9
    expected = (found.r + frequency) / (found.alpha + age) * 90
    assert expected_purchases(found, histories, 90.0) == pytest.approx(expected, rel=1e-4)
    assert probability_alive(found, histories) == pytest.approx(1.0, abs=1e-6)


def test_the_unit_of_time_changes_only_alpha() -> None:
    known = summary()
    in_days = Histories(known.frequency, known.recency * WEEK, known.age * WEEK)

    weekly, daily = fit(known).parameters, fit(in_days).parameters

    assert astuple(daily) == pytest.approx((weekly.r, weekly.alpha * WEEK, weekly.a, weekly.b), rel=1e-3)


def test_no_other_parameters_near_the_fit_are_likelier() -> None:
    fitted = fit(summary())

    for place in range(4):
        for factor in (0.97, 1.03):
            values = list(astuple(fitted.parameters))
            values[place] *= factor
            assert log_likelihood(ModelParameters(*values), summary()) < fitted.log_likelihood


def test_one_time_buyers_are_alive_and_absence_lowers_the_probability() -> None:
    often = Histories(np.array([0.0, 5, 5, 5]), np.array([0.0, 30, 30, 30]), np.array([30.0, 30, 40, 80]))

    alive = probability_alive(PUBLISHED, often)

    assert alive[0] == 1
    assert alive[1] > alive[2] > alive[3] > 0


def test_the_next_purchase_is_on_the_first_day_by_which_one_is_expected() -> None:
    known = Histories(np.array([10.0, 0.0]), np.array([300.0, 0]), np.array([305.0, 305]))
    daily = ModelParameters(r=0.243, alpha=30.9, a=0.793, b=2.426)

    soon, never = days_until_purchase(daily, known, 365)

    assert soon is not None
    assert never is None
    assert expected_purchases(daily, known, float(soon))[0] >= 1 > expected_purchases(daily, known, soon - 1.0)[0]


def test_without_any_observation_time_nothing_is_fitted() -> None:
    new = np.zeros(3)

    with pytest.raises(NotFitted, match="on the last day"):
        fit(Histories(new, new, new))


def test_without_repeat_purchases_nothing_is_fitted() -> None:
    nobody = np.zeros(50)

    with pytest.raises(NotFitted, match="no customer made a second purchase"):
        fit(Histories(nobody, nobody, np.linspace(1, 300, 50)))


@pytest.mark.parametrize("a", [0.999_999_9, 1.0, 1.000_000_1])
def test_expectations_are_finite_where_the_formula_divides_by_zero(a: float) -> None:
    known = Histories(np.array([3.0]), np.array([20.0]), np.array([30.0]))

    beside = expected_purchases(ModelParameters(0.3, 5, 1.001, 2.4), known, 10.0)

    assert expected_purchases(ModelParameters(0.3, 5, a, 2.4), known, 10.0) == pytest.approx(beside, rel=0.01)
