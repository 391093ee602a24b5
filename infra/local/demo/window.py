"""The days the demo covers, and how instants are spelt in its records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
"""One record in the form a client sends."""


@dataclass(frozen=True, slots=True)
class DemoWindow:
    """The calendar days (UTC) up to an end instant; nothing in the demo happens at or after the end."""

    end: datetime
    length: int = 90

    def __post_init__(self) -> None:
        if self.end.tzinfo is None:
            raise ValueError("the end of the demo needs a time zone")

    @property
    def last(self) -> date:
        """The day that holds the last moment before the end."""
        return (self.end.astimezone(UTC) - timedelta(microseconds=1)).date()

    @property
    def first(self) -> date:
        """The day the demo begins with."""
        return self.last - timedelta(days=self.length - 1)

    def days(self) -> list[date]:
        """List every day, first to last."""
        return [self.first + timedelta(days=number) for number in range(self.length)]

    def progress(self, day: date) -> float:
        """Return how far into the window a day is: 0 on the first day, just under 1 on the last."""
        return (day - self.first).days / self.length

    def day_at(self, share: float) -> date:
        """Return the day at a share (0 to 1) of the window."""
        return self.first + timedelta(days=round(self.length * share))

    def holds(self, instant: datetime) -> bool:
        """Return whether an instant has happened by the end."""
        return instant < self.end


def midnight(day: date) -> datetime:
    """Give the first instant of a day."""
    return datetime.combine(day, time(), UTC)


def format_time(instant: datetime) -> str:
    """Spell an instant as RFC 3339 with Z, in whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
