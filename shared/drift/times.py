"""Divides the times of a question between the roll-up of features and the base, and names the days that it reads."""

from typing import TYPE_CHECKING

from shared.athena.pinned_queries import Dependency
from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.metrics.split import LAST_MOMENT, Interval, Split
from shared.products.days import split
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.athena.pinned_queries import LakeView


def rolled_up(whole: Interval) -> Split:
    """Read everything but partial days from the roll-up, whatever it includes; equal for equal questions."""
    return split(whole)


def times(whole: Interval, view: "LakeView") -> Split:
    """Return what is read at a state of the lake: partial and outdated days from the base."""
    if not view.uses_rollups:
        return Split((), (whole,))
    return split(whole, view.dirty_days(DataType.DECISIONS, FEATURES_DAILY.name))


def dependency(data_type: DataType, whole: Interval) -> Dependency:
    """Return the dependency on the days of a time."""
    first, last = (moment.date().isoformat() for moment in (whole.start, whole.end - LAST_MOMENT))
    return Dependency(data_type, first, last)
