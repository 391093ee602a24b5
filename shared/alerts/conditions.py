"""Compares an observation with the condition of a rule. Pure.

The scale of an anomaly is 1.4826 x MAD, the consistent estimate of a standard deviation (Rousseeuw & Croux 1993).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from shared.alerts.models import Condition
from shared.alerts.state import Episode, Side
from shared.alerts.vocabulary import DEFAULT_K, ConditionType

WEEKS = 8
"""How many weeks an anomaly looks back."""

FEWEST_WEEKS = 4
CONSISTENCY = 1.4826
SMALLEST_SHARE = 0.01
"""The MAD counts as at least this share of the median."""


@dataclass(frozen=True)
class PastValue:
    """The value of an earlier window, by its end; None without data."""

    at: datetime
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What was observed of a group in one window.

    Attributes:
        value: the value of the metric; None without data.
        base: the value that a change is measured against.
        history: the values of the same hour of the week in the weeks before, for an anomaly.
    """

    value: float | None
    base: float | None = None
    history: Sequence[PastValue] = ()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An observation beside the threshold.

    Attributes:
        shown: the value or the change in per cent.
        threshold: the threshold in the same unit.
        holds: whether the condition holds.
        side: the side of the threshold on which the value is, if it holds.
        has_cleared: whether an alert that fired on a side clears.
    """

    shown: float
    threshold: float
    holds: bool
    side: Side
    has_cleared: Callable[[Side], bool]


@dataclass(frozen=True)
class NotEvaluated:
    """A condition that an observation does not decide, and why."""

    reason: str


NO_BASE, INSUFFICIENT_HISTORY = NotEvaluated("no base"), NotEvaluated("insufficient history")
Compared = Comparison | NotEvaluated | None
"""None if there are no data."""


def compare(
    condition: Condition, recovery: float | None, observed: Observation, episodes: Sequence[Episode] = ()
) -> Compared:
    """Compare an observation with a condition.

    Args:
        condition: the condition.
        recovery: where alerts clear; None where the condition does not hold any more.
        observed: the observation.
        episodes: when alerts were open; an anomaly leaves their windows out of the history.
    """
    if observed.value is None:
        return None
    return _COMPARE[condition.type](condition, recovery, observed, observed.value, episodes)


def _above(threshold: float, recovery: float | None, value: float) -> Comparison:
    clear = threshold if recovery is None else recovery
    return Comparison(
        shown=value, threshold=threshold, holds=value > threshold, side=Side.HIGH, has_cleared=lambda _: value <= clear
    )


def _below(threshold: float, recovery: float | None, value: float) -> Comparison:
    clear = threshold if recovery is None else recovery
    return Comparison(
        shown=value, threshold=threshold, holds=value < threshold, side=Side.LOW, has_cleared=lambda _: value >= clear
    )


def _between(low: float, high: float, inner: tuple[float, float], value: float) -> Comparison:
    """Compare with a band; an alert clears inside it, past the inner limit of the side on which it fired."""
    side = Side.LOW if value < (low + high) / 2 else Side.HIGH

    def has_cleared(fired: Side) -> bool:
        return low <= value <= inner[1] if fired is Side.HIGH else inner[0] <= value <= high

    return Comparison(
        shown=value,
        threshold=low if side is Side.LOW else high,
        holds=not low <= value <= high,
        side=side,
        has_cleared=has_cleared,
    )


def _compare_above(
    condition: Condition, recovery: float | None, _: Observation, value: float, __: Sequence[Episode]
) -> Compared:
    return _above(condition.threshold or 0.0, recovery, value)


def _compare_below(
    condition: Condition, recovery: float | None, _: Observation, value: float, __: Sequence[Episode]
) -> Compared:
    return _below(condition.threshold or 0.0, recovery, value)


def _compare_outside(
    condition: Condition, recovery: float | None, _: Observation, value: float, __: Sequence[Episode]
) -> Compared:
    low, high = condition.low or 0.0, condition.high or 0.0
    return _between(low, high, (low, high) if recovery is None else (recovery, recovery), value)


def _compare_change(
    condition: Condition, recovery: float | None, observed: Observation, value: float, _: Sequence[Episode]
) -> Compared:
    if not observed.base:
        return NO_BASE
    change = (value - observed.base) / abs(observed.base) * 100
    side = _above if condition.type is ConditionType.CHANGE_ABOVE else _below
    return side(condition.percent or 0.0, recovery, change)


def _compare_anomaly(
    condition: Condition, recovery: float | None, observed: Observation, value: float, episodes: Sequence[Episode]
) -> Compared:
    usual = [
        each.value
        for each in observed.history
        if each.value is not None and not any(episode.contains(each.at) for episode in episodes)
    ]
    if len(usual) < FEWEST_WEEKS:
        return INSUFFICIENT_HISTORY
    middle, scale = robust_scale(usual)
    k = DEFAULT_K if condition.k is None else condition.k
    inner = (k if recovery is None else recovery) * scale
    return _between(middle - k * scale, middle + k * scale, (middle - inner, middle + inner), value)


def robust_scale(values: Sequence[float]) -> tuple[float, float]:
    """Return the median of some values and 1.4826 x their MAD, which counts as at least 1 % of the median."""
    middle = median(values)
    deviation = median(abs(each - middle) for each in values)
    return middle, CONSISTENCY * max(deviation, SMALLEST_SHARE * abs(middle))


_Compare = Callable[[Condition, float | None, Observation, float, Sequence[Episode]], Compared]
_COMPARE: Mapping[ConditionType, _Compare] = {
    ConditionType.ABOVE: _compare_above,
    ConditionType.BELOW: _compare_below,
    ConditionType.OUTSIDE: _compare_outside,
    ConditionType.CHANGE_ABOVE: _compare_change,
    ConditionType.CHANGE_BELOW: _compare_change,
    ConditionType.ANOMALY: _compare_anomaly,
}
