"""Logistic scores against a naive computation, exact fractions and scikit-learn, also where floats overflow."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from shared.replay.features import Column, Floats
from shared.replay.overrides import LogisticOverride
from shared.replay.scores import Scores, logistic, score
from tests.tiers import examples

LARGEST = 1.7976931348623157e308
Numbers = Mapping[str, Sequence[float]]


def model(intercept: float = 0.0, **coefficients: float) -> LogisticOverride:
    return LogisticOverride(type="logistic", intercept=intercept, coefficients=coefficients)


def scored(override: LogisticOverride, numbers: Numbers) -> Scores:
    rows = len(next(iter(numbers.values())))
    return score(override, {name: Column.of_numbers(np.array(each, float)) for name, each in numbers.items()}, rows)


def exactly(override: LogisticOverride, numbers: Mapping[str, float]) -> float:
    """The score from fractions without rounding."""
    log_odds = Fraction(override.intercept)
    for name, coefficient in override.coefficients.items():
        centred = Fraction(numbers[name]) - Fraction(override.means.get(name, 0.0))
        log_odds += Fraction(coefficient) * centred / Fraction(override.scales.get(name, 1.0))
    if abs(log_odds) > 800:
        return float(log_odds > 0)
    return 1 / (1 + math.exp(-float(log_odds))) if log_odds > -700 else math.exp(float(log_odds))


def test_scores_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    values = rng.lognormal(1, 1, (2_000, 15))
    fraud = rng.random(2_000) < 1 / (1 + np.exp(3 - values[:, 0] + values[:, 1]))
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(values, fraud)
    scaler, regression = fitted[0], fitted[1]
    names = [f"f{place:02}" for place in range(15)]
    override = LogisticOverride(
        type="logistic",
        intercept=float(regression.intercept_[0]),
        coefficients=dict(zip(names, map(float, regression.coef_[0]), strict=True)),
        means=dict(zip(names, map(float, scaler.mean_), strict=True)),
        scales=dict(zip(names, map(float, scaler.scale_), strict=True)),
    )

    found = scored(override, {name: values[:, place].tolist() for place, name in enumerate(names)})

    assert found.is_scored.all()
    assert found.values == pytest.approx(fitted.predict_proba(values)[:, 1], rel=1e-12, abs=1e-14)


_any = st.floats(allow_nan=False, allow_infinity=False)
_usual = st.floats(-1e6, 1e6)


@settings(deadline=None, max_examples=examples(400))
@given(
    coefficients=st.lists(_any | _usual, min_size=3, max_size=3),
    values=st.lists(_any | _usual, min_size=3, max_size=3),
    means=st.lists(_any | _usual, min_size=3, max_size=3),
    scales=st.lists(st.floats(5e-324, LARGEST) | st.floats(0.1, 10), min_size=3, max_size=3),
    intercept=_any | _usual,
)
def test_no_coefficients_whatever_give_anything_but_a_score(
    coefficients: list[float], values: list[float], means: list[float], scales: list[float], intercept: float
) -> None:
    names = ("a", "b", "c")
    override = LogisticOverride(
        type="logistic",
        intercept=intercept,
        coefficients=dict(zip(names, coefficients, strict=True)),
        means=dict(zip(names, means, strict=True)),
        scales=dict(zip(names, scales, strict=True)),
    )
    numbers = dict(zip(names, values, strict=True))

    [found] = scored(override, {name: [each] for name, each in numbers.items()}).values

    assert 0 <= found <= 1
    terms = [abs(c * (v - m) / s) for c, v, m, s in zip(coefficients, values, means, scales, strict=True)]
    if all(math.isfinite(each) and each < 1e12 for each in terms) and abs(intercept) < 1e12:
        assert found == pytest.approx(exactly(override, numbers), abs=1e-15 + 1e-15 * (sum(terms) + abs(intercept)))


@pytest.mark.parametrize(
    ("coefficients", "values", "expected"),
    [
        ({"a": 1e308}, {"a": 1e308}, 1.0),
        ({"a": 1e308}, {"a": -1e308}, 0.0),
        ({"a": 1e308, "b": -1e308}, {"a": 1e308, "b": 1e308}, 0.5),
        ({"a": 1e308, "b": -1e308}, {"a": 1e308, "b": 0.9e308}, 1.0),
        ({"a": 1e308, "b": -1e308}, {"a": 0.0, "b": 0.0}, 0.5),
        ({"a": LARGEST, "b": LARGEST, "c": -LARGEST}, {"a": 1.0, "b": 1.0, "c": 2.0}, 0.5),
        ({"a": 1e308, "b": 1e-308}, {"a": 0.0, "b": 1e308}, 1 / (1 + math.exp(-1))),
    ],
)
def test_sums_beyond_the_range_of_floats_are_computed_with_exponents_apart(
    coefficients: dict[str, float], values: dict[str, float], expected: float
) -> None:
    [found] = scored(model(0.0, **coefficients), {name: [each] for name, each in values.items()}).values

    assert found == pytest.approx(expected, abs=1e-15)
    assert exactly(model(0.0, **coefficients), values) == pytest.approx(expected, abs=1e-15)


def test_means_and_scales_may_be_extreme() -> None:
    override = LogisticOverride(
        type="logistic", intercept=0, coefficients={"a": LARGEST}, means={"a": -LARGEST}, scales={"a": LARGEST}
    )

    assert scored(override, {"a": [LARGEST, -LARGEST]}).values.tolist() == [1.0, 0.5]


@pytest.mark.parametrize("log_odds", [-1e308, -800, -745, -40, -1, 0, 1, 40, 800, math.inf, -math.inf])
def test_the_logistic_function_is_that_of_exact_arithmetic(log_odds: float) -> None:
    expected = math.exp(log_odds) / (1 + math.exp(log_odds)) if log_odds < 0 else 1 / (1 + math.exp(-log_odds))

    [found] = logistic(np.array([log_odds]))

    assert found == pytest.approx(expected, rel=1e-15)


def test_a_row_without_a_feature_or_with_a_text_has_no_score() -> None:
    found = scored(model(1.0, a=1.0, b=1.0), {"a": [1, math.nan, 1], "b": [1, 1, math.nan]})

    assert found.is_scored.tolist() == [True, False, False]
    assert np.isnan(found.values).tolist() == [False, True, True]


def test_a_row_has_the_same_score_in_every_slice() -> None:
    rng = np.random.default_rng(4)
    values: Floats = rng.normal(0, 3, (15, 1_013))
    override = model(-0.3, **{f"f{place}": float(each) for place, each in enumerate(rng.normal(0, 1, 15))})

    def part(start: int, end: int) -> list[float]:
        numbers = {f"f{place}": values[place, start:end].tolist() for place in range(15)}
        return list(scored(override, numbers).values)

    whole = part(0, 1_013)

    for start, end in ((0, 1), (1, 8), (8, 501), (501, 502), (502, 1_013)):
        assert part(start, end) == whole[start:end]
