"""Alarms: rare where nothing drifts, and certain where amounts double."""

import numpy as np
import pytest

from shared.drift.profile import Counts
from shared.drift.response import asked_features, drift_metrics
from tests.unit.drift.draws import Draw, amounts, comparison, flags, merchants, of_numbers

DRAWS = {200: 1_000, 1_000: 200, 20_000: 200}
"""Draws by the number of decisions on either side; with few decisions the share of alarms is nearest to its limit."""

SPREADS = {200: 0.75, 1_000: 1.5, 20_000: 1.5}
"""Of the logarithms of amounts; a PSI from 200 decisions can only exceed its critical value by a clear shift."""

FEATURES: dict[str, Draw] = {
    "amount": amounts,
    "score": lambda rng, count: of_numbers(rng.random(count)),
    "flag": flags,
    "normal": lambda rng, count: of_numbers(rng.normal(0, 10, count)),
    "merchant": merchants,
}
SIZES = sorted(DRAWS)


def alarms(drifted: dict[str, Draw], rng: np.random.Generator, decisions: int) -> set[str]:
    found = comparison(FEATURES, drifted, rng, decisions)
    return {each.feature_name for each in drift_metrics(found, asked_features(found, [])) if each.drift_detected}


@pytest.mark.parametrize("decisions", SIZES)
def test_undrifted_decisions_raise_no_alarm_in_95_of_100_draws(decisions: int) -> None:
    rng = np.random.default_rng(decisions)

    quiet = sum(not alarms({}, rng, decisions) for _ in range(DRAWS[decisions]))

    assert quiet >= 0.95 * DRAWS[decisions]


@pytest.mark.parametrize("decisions", SIZES)
def test_200_merchants_raise_no_alarm_in_95_of_100_draws(decisions: int) -> None:
    rng = np.random.default_rng(decisions)
    alone = {"merchant": merchants}

    found = (comparison(alone, {}, rng, decisions) for _ in range(DRAWS[decisions]))
    metrics = (drift_metrics(each, asked_features(each, ["merchant"])) for each in found)

    assert sum(not metric.drift_detected for (metric,) in metrics) >= 0.95 * DRAWS[decisions]


@pytest.mark.parametrize("decisions", SIZES)
def test_doubled_amounts_are_always_found(decisions: int) -> None:
    rng = np.random.default_rng(decisions)

    def drawn(factor: float) -> Draw:
        return lambda rng, count: of_numbers(factor * rng.lognormal(4, SPREADS[decisions], count).round(2))

    found = (comparison({**FEATURES, "amount": drawn(1)}, {"amount": drawn(2)}, rng, decisions) for _ in range(200))
    metrics = ({each.feature_name: each for each in drift_metrics(one, asked_features(one, []))} for one in found)

    assert all(each["amount"].drift_detected for each in metrics)


@pytest.mark.parametrize("decisions", [1_000, 20_000])
def test_a_flag_that_is_set_less_often_is_found(decisions: int) -> None:
    rng = np.random.default_rng(decisions)

    def rarer(rng: np.random.Generator, count: int) -> Counts:
        return of_numbers((rng.random(count) < 0.6).astype(float))

    assert "flag" in alarms({"flag": rarer}, rng, decisions)
