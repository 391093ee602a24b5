"""Each condition on both sides of its bound, and the statistics of anomalies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerts.conditions import (
    INSUFFICIENT_HISTORY,
    NO_BASE,
    Comparison,
    NotEvaluated,
    Observation,
    PastValue,
    compare,
    robust_scale,
)
from shared.alerts.models import Condition
from shared.alerts.state import Episode, Side
from tests.tiers import sized

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)
FINITE = st.floats(-1e9, 1e9)


def compared(condition: dict[str, Any], observed: Observation, recovery: float | None = None) -> Comparison:
    """Compare what can be compared."""
    found = compare(Condition(**condition), recovery, observed)
    assert isinstance(found, Comparison)
    return found


def after(*values: float | None) -> list[PastValue]:
    """The values of the weeks before, the latest first."""
    return [PastValue(NOW - number * WEEK, value) for number, value in enumerate(values, start=1)]


_BOUNDS = {
    "above": ({"type": "above", "threshold": 10}, 10, 10.001),
    "below": ({"type": "below", "threshold": 10}, 10, 9.999),
    "outside, high": ({"type": "outside", "low": 5, "high": 10}, 10, 10.001),
    "outside, low": ({"type": "outside", "low": 5, "high": 10}, 5, 4.999),
}


@pytest.mark.parametrize(("condition", "quiet", "firing"), _BOUNDS.values(), ids=_BOUNDS)
def test_a_threshold_fires_strictly_beyond_its_bound(condition: dict[str, Any], quiet: float, firing: float) -> None:
    assert not compared(condition, Observation(value=quiet)).holds
    assert compared(condition, Observation(value=firing)).holds


@pytest.mark.parametrize(
    ("kind", "percent", "quiet", "firing"),
    [("change_above", 20, 120, 120.001), ("change_below", -20, 80, 79.999), ("change_below", 10, 110, 109)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_change_is_in_per_cent_of_the_magnitude_of_its_base(
    kind: str, percent: float, quiet: float, firing: float, sign: int
) -> None:
    condition = {"type": kind, "percent": percent}
    shift = 0 if sign > 0 else -200

    assert not compared(condition, Observation(value=quiet + shift, base=100 * sign)).holds
    assert compared(condition, Observation(value=firing + shift, base=100 * sign)).holds


@pytest.mark.parametrize("base", [None, 0, 0.0])
def test_a_change_without_a_base_is_not_evaluated(base: float | None) -> None:
    condition = Condition(type="change_above", percent=5)

    assert compare(condition, None, Observation(value=5, base=base)) is NO_BASE


def test_without_a_value_there_are_no_data() -> None:
    assert compare(Condition(type="above", threshold=1), None, Observation(value=None)) is None


@pytest.mark.parametrize(
    ("condition", "recovery", "side", "stays", "clears"),
    [
        ({"type": "above", "threshold": 10}, 8, Side.HIGH, 8.001, 8),
        ({"type": "above", "threshold": 10}, None, Side.HIGH, 10.001, 10),
        ({"type": "below", "threshold": 10}, 12, Side.LOW, 11.999, 12),
        ({"type": "outside", "low": 0, "high": 10}, 6, Side.HIGH, 6.001, 6),
        ({"type": "outside", "low": 0, "high": 10}, 6, Side.LOW, 5.999, 6),
        ({"type": "outside", "low": 0, "high": 10}, None, Side.LOW, -0.001, 0),
        ({"type": "outside", "low": 0, "high": 10}, 6, Side.HIGH, -1, 3),
    ],
)
def test_an_alert_clears_at_its_recovery_and_past_it(
    condition: dict[str, Any], recovery: float | None, side: Side, stays: float, clears: float
) -> None:
    assert not compared(condition, Observation(value=stays), recovery).has_cleared(side)
    assert compared(condition, Observation(value=clears), recovery).has_cleared(side)


@given(st.lists(FINITE, min_size=1, max_size=8))
def test_the_scale_of_an_anomaly_is_that_of_numpy(values: list[float]) -> None:
    middle, scale = robust_scale(values)

    usual = np.median(values)
    deviation = np.median(np.abs(np.asarray(values) - usual))
    assert middle == pytest.approx(usual)
    assert scale == pytest.approx(1.4826 * max(deviation, 0.01 * abs(usual)))


def test_an_anomaly_is_beyond_k_scales_of_the_usual_value() -> None:
    history = after(100, 110, 90, 100, 105, 95, 100, 100)
    middle, scale = robust_scale([100, 110, 90, 100, 105, 95, 100, 100])

    for k, sign in ((8, 1), (8, -1), (3, 1)):
        bound = middle + sign * k * scale
        condition = {"type": "anomaly", "k": k}
        assert not compared(condition, Observation(value=bound - sign * 1e-6, history=history)).holds
        beyond = compared(condition, Observation(value=bound + sign * 1e-6, history=history))
        assert beyond.holds
        assert beyond.threshold == pytest.approx(bound)
        assert beyond.side is (Side.HIGH if sign > 0 else Side.LOW)


def test_a_series_without_any_variation_still_may_vary_by_one_per_cent_of_the_median() -> None:
    flat = after(*[100.0] * 8)
    least = 8 * 1.4826

    assert not compared({"type": "anomaly"}, Observation(value=100 + least - 0.001, history=flat)).holds
    assert compared({"type": "anomaly"}, Observation(value=100 + least + 0.001, history=flat)).holds


def test_fewer_than_four_weeks_are_no_history() -> None:
    condition = Condition(type="anomaly")
    few, enough = after(1, 2, 3, None, None, None, None, None), after(1, 2, 3, None, None, 4, None, None)

    assert compare(condition, None, Observation(value=900, history=few)) is INSUFFICIENT_HISTORY
    assert isinstance(compare(condition, None, Observation(value=900, history=enough)), Comparison)


def test_windows_in_which_an_alert_was_open_are_no_history() -> None:
    condition = Condition(type="anomaly")
    observed = Observation(value=500, history=after(500, 500, 500, 500, 500, 100, 100, 100))
    episode = Episode(NOW - 5 * WEEK, NOW - 2 * WEEK)

    def judged(*episodes: Episode) -> Comparison | NotEvaluated | None:
        return compare(condition, None, observed, episodes)

    usual, unusual = judged(), judged(episode)
    assert judged(Episode(NOW - 5 * WEEK)) == INSUFFICIENT_HISTORY
    assert isinstance(usual, Comparison)
    assert isinstance(unusual, Comparison)
    assert (usual.holds, unusual.holds) == (False, True)
    assert unusual.threshold == pytest.approx(100 + 8 * 1.4826)


@pytest.mark.parametrize("noise", ["normal", "lognormal", "poisson"])
def test_noise_rarely_raises_a_false_alarm(noise: str) -> None:
    random = np.random.default_rng(20260302)
    checks = sized(quick=4000, thorough=40_000)
    size = (checks, 9)
    series = {
        "normal": random.normal(1000, 100, size),
        "lognormal": random.lognormal(6, 0.3, size),
        "poisson": random.poisson(200, size) * 1.0,
    }[noise]

    alarms = sum(
        compared({"type": "anomaly"}, Observation(value=row[0], history=after(*row[1:]))).holds
        for row in series.tolist()
    )
    naive = np.abs(series[:, 0] - np.median(series[:, 1:], axis=1)) > 3 * np.median(
        np.abs(series[:, 1:] - np.median(series[:, 1:], axis=1, keepdims=True)), axis=1
    )

    assert alarms / checks < 0.02
    assert naive.mean() > 0.1  # three MADs without the factor, for comparison
