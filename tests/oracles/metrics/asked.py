"""Queries and their expected results, independent of how the platform reads and writes either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

Values = Mapping[Any, Fraction]
_FREQUENCIES = {"daily": "D", "weekly": "W-SUN", "monthly": "M", "quarterly": "Q"}
_LOOK = pd.Timedelta(minutes=15)
_CUT = pd.Timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question about a metric."""

    metric: str
    aggregation: str
    granularity: str
    start: Any
    end: Any
    zone: str = "UTC"
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    currency: str | None = None

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The question as query parameters."""
        asked = {
            "metric_type": [self.metric],
            "aggregation": [self.aggregation],
            "granularity": [self.granularity],
            "time_range[start]": [self.start.isoformat()],
            "time_range[end]": [self.end.isoformat()],
            "timezone": [self.zone],
            "include_comparison": ["true"],
            **{f"filters[{name}][]": list(values) for name, values in self.filters.items()},
        }
        return asked if self.currency is None else {**asked, "filters[currency]": [self.currency]}

    @property
    def previous(self) -> "Asked":
        """The same of the equally long range just before."""
        return replace(self, start=self.start - (self.end - self.start), end=self.start)

    @property
    def spine(self) -> list[Any]:
        """When the buckets of the range begin: found by looking at every quarter of an hour."""
        moments = pd.date_range(self.start, self.end - _CUT, freq=_LOOK).append(pd.DatetimeIndex([self.end - _CUT]))
        return list(self.buckets(moments).unique())

    def buckets(self, moments: Any) -> Any:
        """When the bucket of each moment begins, by the wall clock of the zone."""
        wall = moments.tz_convert(self.zone)
        if self.granularity == "hourly":
            return moments - pd.to_timedelta(wall.minute * 60 + wall.second, unit="s") - _below_a_second(moments)
        codes, days = pd.factorize(wall.tz_localize(None).normalize())
        begins = pd.DatetimeIndex(days).to_period(_FREQUENCIES[self.granularity]).start_time
        first_midnight = np.ones(len(begins), dtype=bool)
        midnights = begins.tz_localize(self.zone, ambiguous=first_midnight, nonexistent="shift_forward")
        return midnights.tz_convert("UTC")[codes]


def _below_a_second(moments: Any) -> Any:
    return moments - moments.floor("s")


@dataclass(frozen=True, kw_only=True)
class Told:
    """The value of each bucket that has one, and of the whole range."""

    points: Values
    total: Fraction


def answer(current: Told, previous: Told) -> dict[str, Any]:
    """The numbers of an answer, as JSON spells them."""
    change = current.total - previous.total
    percentage = shown(change * 100 / abs(previous.total)) if previous.total else None
    values = [*current.points.values()] or [Fraction(0)]
    return {
        "data": _listed(current.points),
        "summary": {
            "total": shown(current.total),
            "average": shown(sum(values, Fraction(0)) / len(values)),
            "min": shown(min(values)),
            "max": shown(max(values)),
            "change_from_previous": shown(change),
            "change_percentage": percentage,
        },
        "comparison": {
            "previous_period": _listed(previous.points),
            "variance": shown(change),
            "variance_percentage": percentage,
        },
    }


def _listed(points: Values) -> list[tuple[str, float]]:
    return [(f"{moment:%Y-%m-%dT%H:%M:%S}Z", shown(value)) for moment, value in points.items()]


def shown(value: Fraction) -> float:
    """Round half-even to 4 places."""
    return float(round(value, 4))


def numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    """A result of the platform, in the form of `answer`."""
    return {
        "data": _pairs(data["data"]),
        "summary": data["summary"],
        "comparison": {**data["comparison"], "previous_period": _pairs(data["comparison"]["previous_period"])},
    }


def _pairs(points: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    return [(point["timestamp"].replace(".000Z", "Z"), point["value"]) for point in points]
