"""The planner: which table answers a question. All must give the same number; roll-ups are only cheaper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.metrics.question import Question

_HOUR = timedelta(hours=1)


class Source(StrEnum):
    """The tables that sales metrics can be computed from."""

    BY_DIMENSION = "sales_hourly_by_dimension"
    ROLLUP = "sales_hourly"
    BASE = "transactions"


@dataclass(frozen=True)
class Plan:
    """Where the answer comes from, and why."""

    source: Source
    why: str


def choose(question: Question) -> Plan:
    """Choose the smallest table that can tell the same as the base."""
    if not question.metric.fits_rollup:
        return Plan(Source.BASE, f"{question.metric_type} counts distinct orders, which hourly sums do not keep")
    if not all(_is_whole_hour(edge) for edge in (question.start, question.end)):
        return Plan(Source.BASE, "the range begins or ends within an hour of UTC")
    if any(shift.offset % _HOUR for shift in question.clock):
        return Plan(Source.BASE, f"buckets in {question.zone} begin within an hour of UTC")
    if not all(_is_whole_hour(shift.since) for shift in question.clock[1:]):
        return Plan(Source.BASE, f"the clocks of {question.zone} change within an hour of UTC")
    if len(question.filters) > 1:
        return Plan(Source.ROLLUP, "hourly sums by all dimensions tell the same")
    return Plan(Source.BY_DIMENSION, "hourly sums by at most one dimension tell the same")


def _is_whole_hour(moment: datetime) -> bool:
    return not (moment.minute or moment.second or moment.microsecond)
