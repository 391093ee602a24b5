"""The windows of a rule: where they end, and which others each is compared with. Pure.

Windows end on a grid (multiples of the rule's step, weeks from Monday), so that every evaluation of the same data, live
or in a preview, judges the same windows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.alerts.conditions import WEEKS
from shared.alerts.models import Condition
from shared.alerts.stored_rule import StoredRule
from shared.alerts.vocabulary import CHANGES, Against, ConditionType
from shared.fraud.steps import floor

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, order=True)
class Window:
    """A half-open time whose value is judged."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Its length."""
        return self.end - self.start


def ends(after: datetime, until: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield the moments of the grid after one moment, and not after another."""
    end = floor(after, step) + step
    while end <= until:
        yield end
        end += step


def window_of(rule: StoredRule, end: datetime) -> Window:
    """Return the window of a rule that ends at a moment."""
    return Window(end - rule.definition.window, end)


def base_of(condition: Condition, window: Window) -> Window | None:
    """Return the window that a change is measured against; None for other conditions."""
    if condition.type not in CHANGES:
        return None
    back = _WEEK if condition.against is Against.WEEK_BEFORE else window.length
    return Window(window.start - back, window.end - back)


def history_of(condition: Condition, window: Window) -> Sequence[Window]:
    """Return the windows that an anomaly compares with: the same time in the weeks before, the latest first."""
    if condition.type is not ConditionType.ANOMALY:
        return ()
    return [Window(window.start - n * _WEEK, window.end - n * _WEEK) for n in range(1, WEEKS + 1)]


def needed(condition: Condition, window: Window) -> Iterator[Window]:
    """Yield the windows whose values it takes to judge one."""
    yield window
    base = base_of(condition, window)
    if base is not None:
        yield base
    yield from history_of(condition, window)
