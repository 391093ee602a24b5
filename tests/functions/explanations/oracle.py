"""What drives the scores of a cohort, computed from the records alone by pandas and SciPy."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from tests.functions.explanations.conftest import Row


@dataclass(frozen=True)
class Expected:
    """The drivers in their order, and the number of decisions on both sides."""

    drivers: list[dict[str, Any]]
    unit: str
    decisions: int
    rest_decisions: int
    excluded: dict[str, int]


def unit_of(row: Row) -> str:
    """The unit of the attributions of a decision; `none` without any."""
    attributions = row.get("attributions")
    if not attributions:
        return "none"
    total = (row.get("base_value") or 0) + sum(attributions.values())
    if abs(row["score"] - total) <= 1e-6:
        return "probability"
    return "log_odds" if abs(row["score"] - 1 / (1 + math.exp(-total))) <= 1e-6 else "unknown"


def expected_drivers(rows: Sequence[Row], is_member: Callable[[Row], bool], limit: int) -> Expected:
    """Compute the drivers of the members among decisions of one range."""
    kinds = [(is_member(row), unit_of(row)) for row in rows]
    ((unit, _),) = Counter(unit for member, unit in kinds if member and unit != "none").most_common(1)
    frame: Any = pd.DataFrame([row["attributions"] for row, kind in zip(rows, kinds, strict=True) if kind[1] == unit])
    inside = [member for member, each in kinds if each == unit]
    cohort, rest = frame.fillna(0.0)[inside], frame.fillna(0.0)[[not each for each in inside]]
    magnitude = cohort.abs().mean()
    gap = (cohort.mean() - rest.mean()).sum()
    order = sorted(frame.columns, key=lambda name: (-magnitude[name], name))[:limit]
    drivers = [_driver(name, cohort[name], rest[name], magnitude, gap) for name in order]
    return Expected(drivers, unit, len(cohort), len(rest), _excluded(Counter(kinds), unit))


def _excluded(counts: Counter[tuple[bool, str]], unit: str) -> dict[str, int]:
    others = {"probability", "log_odds", "unknown"} - {unit}
    return {
        "otherUnits": sum(counts[True, each] for each in others),
        "withoutAttributions": counts[True, "none"],
        "restOtherUnits": sum(counts[False, each] for each in others),
        "restWithoutAttributions": counts[False, "none"],
    }


def _driver(name: str, cohort: Any, rest: Any, magnitude: Any, gap: float) -> dict[str, Any]:
    interval: Any = stats.ttest_ind(cohort, rest, equal_var=False).confidence_interval(0.95)
    difference = cohort.mean() - rest.mean()
    return {
        "feature": name,
        "contribution": cohort.mean(),
        "importance": magnitude[name] / magnitude.sum(),
        "restContribution": rest.mean(),
        "difference": difference,
        "interval": [interval.low, interval.high],
        "outcomeGap": difference / gap,
    }
