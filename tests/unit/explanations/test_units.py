"""The unit of attributions: that in which they add up to the score."""

import math

from hypothesis import given
from hypothesis import strategies as st

from shared.explanations.units import Unit, add_up, logistic

_CONTRIBUTIONS = st.lists(st.floats(-5, 5), max_size=20)
_ANY = st.floats(allow_nan=False, allow_infinity=False)


@given(_CONTRIBUTIONS, st.floats(0, 1))
def test_attributions_that_add_up_to_a_probability_are_recognised(contributions: list[float], score: float) -> None:
    found = add_up(score - sum(contributions), contributions, score)

    assert found.unit is Unit.PROBABILITY
    assert found.residual is not None
    assert abs(found.residual) < 1e-12


@given(_CONTRIBUTIONS, st.floats(-20, 20))
def test_attributions_that_add_up_to_log_odds_are_recognised(contributions: list[float], total: float) -> None:
    score = 1 / (1 + math.exp(-total))

    found = add_up(total - sum(contributions), contributions, score)

    assert found.unit is (Unit.PROBABILITY if abs(score - total) <= 1e-6 else Unit.LOG_ODDS)
    assert found.residual is not None
    assert abs(found.residual) <= 1e-6


@given(_CONTRIBUTIONS, st.floats(-4, 4), st.floats(1e-5, 0.1))
def test_altered_scores_are_inexact_by_their_alteration(
    contributions: list[float], total: float, altered: float
) -> None:
    score = logistic(total) + altered

    found = add_up(total - sum(contributions), contributions, score)

    assert found.unit is (Unit.PROBABILITY if abs(score - total) <= 1e-6 else Unit.UNKNOWN)
    assert found.sum is not None
    assert found.unit is Unit.PROBABILITY or found.residual == score - found.sum


@given(_ANY, st.lists(_ANY, max_size=5), st.floats(0, 1))
def test_no_numbers_lead_to_one_that_is_none(base: float, contributions: list[float], score: float) -> None:
    found = add_up(base, contributions, score)

    assert (found.sum is None) == (found.residual is None)
    assert all(each is None or math.isfinite(each) for each in (found.sum, found.residual))


@given(st.floats(-30, 30))
def test_the_logistic_function_turns_log_odds_into_a_probability(log_odds: float) -> None:
    probability = logistic(log_odds)

    assert math.isclose(math.log(probability) - math.log1p(-probability), log_odds, rel_tol=1e-2, abs_tol=1e-9)
    assert math.isclose(logistic(-log_odds), 1 - probability, abs_tol=1e-12)
