"""The windows of dashboards and the steps of their trends: UTC, weeks from Monday. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

MONDAY = datetime(1990, 1, 1, tzinfo=UTC)
"""The start of a week, and no decision is earlier: steps are counted from it."""

_MOST_POINTS = 400
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class TimeWindow(StrEnum):
    """How far a dashboard looks back."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"


_STEPS = {
    TimeWindow.HOUR: (_HOUR, 5 * _MINUTE),
    TimeWindow.DAY: (_DAY, _HOUR),
    TimeWindow.WEEK: (7 * _DAY, 6 * _HOUR),
    TimeWindow.MONTH: (30 * _DAY, _DAY),
    TimeWindow.QUARTER: (90 * _DAY, _DAY),
}
_STEPS_OF_ALL = (5 * _MINUTE, _HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 28 * _DAY)


@dataclass(frozen=True)
class Span:
    """A half-open range of time and the length of its steps; without a step it is one."""

    start: datetime
    end: datetime
    step: timedelta | None = None

    @property
    def points(self) -> Iterator[datetime]:
        """The starts of the steps; the first step may begin before the range."""
        if self.step is None:
            yield self.start
            return
        at = floor(self.start, self.step)
        while at < self.end:
            yield at
            at += self.step


def floor(moment: datetime, step: timedelta) -> datetime:
    """Return the start of the step that contains a moment."""
    return moment - (moment - MONDAY) % step


def window(name: TimeWindow, now: datetime, first: datetime | None) -> Span:
    """Return the range of a window: it ends with the running step, so it is the same for everyone within a step.

    Args:
        name: the window.
        now: the present moment.
        first: the time of the first decision, with which `all` starts.
    """
    if name is TimeWindow.ALL:
        start = min(first or now, now)
        step = step_of_all(start, now)
        return Span(start, _end(now, step), step)
    length, step = _STEPS[name]
    end = _end(now, step)
    return Span(end - length, end, step)


def step_of(start: datetime, end: datetime) -> timedelta:
    """Return the step of the shortest window that is not shorter than a range; beyond all, that of `all`."""
    length = end - start
    return next((step for whole, step in _STEPS.values() if length <= whole), None) or step_of_all(start, end)


def step_of_all(start: datetime, end: datetime) -> timedelta:
    """Return the finest step that divides a range, and the running step at its end, into fewer than 400 points."""
    fine = (step for step in _STEPS_OF_ALL if (_end(end, step) - floor(start, step)) // step < _MOST_POINTS)
    return next(fine, _STEPS_OF_ALL[-1])


def _end(now: datetime, step: timedelta) -> datetime:
    return floor(now, step) + step
