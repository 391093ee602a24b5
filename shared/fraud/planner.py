"""Divides the time of a question about decisions between roll-ups and the base; every division gives the same counts.

Roll-ups have all labels, so only a question about the present is read from them. The unit that contains the moment
from which decisions are mature is read from the base, because some of its decisions are and some are not; so is the
running one, which may have decisions from the near future, as clocks send that are a little fast. Labels from the
future are recognised in the answer: it is asked again from the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.fraud.question import FraudQuestion
from shared.lake.catalog.rollup_tables import DECISIONS_DAILY_BY_ONE, DECISIONS_HOURLY_BY_ONE
from shared.lake.catalog.table import LakeTable
from shared.metrics.facts import FactTable, Grain
from shared.metrics.planner import is_worthwhile
from shared.metrics.split import CLEAN, DirtyDays, Interval, Split, divide

MOST_INTERVALS = 50
"""Maximum number of base intervals that are read in addition to a roll-up: they are written several times."""

_MILLISECOND = timedelta(milliseconds=1)

FACES: Mapping[Grain, LakeTable] = {Grain.DAY: DECISIONS_DAILY_BY_ONE, Grain.HOUR: DECISIONS_HOURLY_BY_ONE}
"""The roll-ups by one dimension, the smallest first."""


@dataclass(frozen=True)
class Reading:
    """The roll-up that is read, and the intervals that are read from it and from the base; without one, all is base."""

    grain: Grain | None
    parts: Split


def whole(question: FraudQuestion) -> Interval:
    """Return the time of the decisions that count."""
    return Interval(question.span.start, question.until)


def read_counts(question: FraudQuestion, dirty_days: DirtyDays = CLEAN) -> Reading:
    """Return how the counts of a question are read."""
    for grain, table in FACES.items():
        if not _may_use_rollups(question):
            break
        clean = divide(whole(question), _cuts(question, grain), grain)
        if is_worthwhile(FactTable(name=table.name, grain=grain), clean):
            return Reading(grain, divide(whole(question), _cuts(question, grain), grain, dirty_days, MOST_INTERVALS))
    return Reading(None, Split((), (whole(question),)))


def read_beside(question: FraudQuestion, grain: Grain, dirty_days: DirtyDays = CLEAN) -> Split:
    """Return how the times of a question are read from a roll-up that does not depend on maturity."""
    if not _may_use_rollups(question):
        return Split((), (whole(question),))
    return divide(whole(question), [question.span.start, question.until], grain, dirty_days, MOST_INTERVALS)


def _may_use_rollups(question: FraudQuestion) -> bool:
    return (
        question.is_current
        and question.investigation_id is None
        and question.experiment_id is None
        and question.span.start < question.until
    )


def _cuts(question: FraudQuestion, grain: Grain) -> list[datetime]:
    """Return the moments that may lie within a unit: ends of the range and of steps, and limits of age."""
    step = question.span.step
    steps = [] if step is None or step % grain.unit == timedelta() else list(question.span.points)[1:]
    young = [since + _MILLISECOND for since in question.young_since.values()]
    return [question.span.start, question.until, question.mature_until + _MILLISECOND, *young, *steps]
