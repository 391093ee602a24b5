"""Values of business metrics, from the reports of `/analytics/metrics`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

from shared.alerts.readings.answers import Answers
from shared.alerts.subjects import Subject
from shared.alerts.windows import Window
from shared.fraud.steps import floor
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import Additivity, Aggregation, MetricType
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.question import MetricQuestion
from shared.runtime.numbers import EXACT, to_json_number

if TYPE_CHECKING:
    from shared.metrics.models import MetricsResponse
    from shared.metrics.reports import MetricReports

_HOUR = timedelta(hours=1)
_WHOLE: Mapping[timedelta, Granularity] = {
    _HOUR: Granularity.HOURLY,
    timedelta(days=1): Granularity.DAILY,
    timedelta(weeks=1): Granularity.WEEKLY,
}
"""The buckets that are as long as a window and begin with it on the grid."""

_FROM_HOURS = {Additivity.ADDITIVE, Additivity.EXTREME, Additivity.LEVEL}
Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class _Asked:
    """A question that is asked once in a pass."""

    subject: Subject
    filters: Filters
    granularity: Granularity
    span: Window

    @property
    def question(self) -> MetricQuestion:
        named = dict(self.filters)
        currency = named.pop(CURRENCY, (None,))[0]
        return MetricQuestion(
            metric_type=MetricType(self.subject.name),
            aggregation=Aggregation(self.subject.part),
            granularity=self.granularity,
            start=self.span.start,
            end=self.span.end,
            filters={Dimension(name): values for name, values in named.items()},
            currency=currency,
        )


@dataclass(frozen=True, kw_only=True)
class BusinessReader:
    """Reads business metrics; windows that are buckets, or sums of hours, are parts of one question."""

    reports: "MetricReports"
    answers: Answers = field(default_factory=Answers)

    def values(self, subject: Subject, filters: Filters, windows: Iterable[Window]) -> Mapping[Window, float | None]:
        """Return the value of each window; None without one."""
        asked = sorted(set(windows))
        granularity = granularity_of(subject, asked)
        if granularity is None:
            return {each: self._alone(subject, filters, each) for each in asked}
        span = Window(min(each.start for each in asked), max(each.end for each in asked))
        found = self._ask(_Asked(subject, filters, granularity, span))
        by_start = {each.timestamp: each.value for each in found.data}
        if granularity is not Granularity.HOURLY:
            return {each: _rounded(by_start.get(each.start)) for each in asked}
        return {each: _rounded(_joined(subject, by_start, each)) for each in asked}

    def _alone(self, subject: Subject, filters: Filters, window: Window) -> float | None:
        """Ask about one window; its total is 0 where there is no value."""
        found = self._ask(_Asked(subject, filters, Granularity.DAILY, window))
        return to_json_number(found.summary.total) if found.data else None

    def _ask(self, asked: _Asked) -> "MetricsResponse":
        return self.answers.once(asked, lambda: self.reports.report(asked.question))


def granularity_of(subject: Subject, windows: Sequence[Window]) -> Granularity | None:
    """Return the buckets from which the values of windows follow; None if each is a question of its own."""
    lengths = {each.length for each in windows}
    length = next(iter(lengths))
    if len(lengths) == 1 and length in _WHOLE and all(floor(each.start, length) == each.start for each in windows):
        return _WHOLE[length]
    whole_hours = all(floor(moment, _HOUR) == moment for each in windows for moment in (each.start, each.end))
    return Granularity.HOURLY if whole_hours and subject.additivity in _FROM_HOURS else None


def _joined(subject: Subject, by_start: Mapping[datetime, Decimal], window: Window) -> Decimal | None:
    """Return the value of a window from those of its hours."""
    values = list(_hours(by_start, window))
    if not values:
        return None
    if subject.additivity is Additivity.ADDITIVE:
        return reduce(EXACT.add, values)
    if subject.additivity is Additivity.LEVEL:
        return values[-1]
    return min(values) if subject.part == Aggregation.MIN else max(values)


def _hours(by_start: Mapping[datetime, Decimal], window: Window) -> Iterator[Decimal]:
    at = window.start
    while at < window.end:
        if at in by_start:
            yield by_start[at]
        at += _HOUR


def _rounded(value: Decimal | None) -> float | None:
    """Return a value as responses have it."""
    return None if value is None else to_json_number(value)
