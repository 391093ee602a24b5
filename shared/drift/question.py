"""A question about drift: validated, in UTC."""

from dataclasses import dataclass
from datetime import datetime

from shared.metrics.split import LAST_MOMENT, Interval

NO_MODEL = "(none)"
"""The model version of decisions without one, as in cohorts."""


@dataclass(frozen=True, kw_only=True)
class DriftQuestion:
    """The half-open range, the model version (the one with most decisions, if None), and the features (all, if empty).

    Decisions and labels after `as_of` are left out, if it is given.
    """

    start: datetime
    end: datetime
    as_of: datetime | None = None
    model_version: str | None = None
    feature_names: tuple[str, ...] = ()

    @property
    def current(self) -> Interval:
        """The time whose decisions are judged."""
        return Interval(self.start, self.end if self.as_of is None else min(self.end, self.as_of + LAST_MOMENT))

    @property
    def before(self) -> Interval:
        """The equally long time just before, which is the baseline until one is frozen."""
        current = self.current
        return Interval(current.start - (current.end - current.start), current.start)


def stored_model(name: str) -> str:
    """Return the model version as roll-ups have it."""
    return "" if name == NO_MODEL else name


def named_model(stored: str) -> str:
    """Return the model version as answers have it."""
    return stored or NO_MODEL
