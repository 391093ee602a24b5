"""Values of fraud KPIs, from the counts behind the routes of fraud analytics."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.alerts.readings.answers import Answers
from shared.alerts.subjects import Bound, Subject
from shared.alerts.vocabulary import MOST_GROUPS
from shared.alerts.windows import Window
from shared.fraud.cohort_ids import NO_VALUE, Dimension
from shared.fraud.steps import Span, floor

if TYPE_CHECKING:
    from shared.alerts.readings.business import Filters
    from shared.fraud.kpi_series import KpiSeries
    from shared.fraud.reports import FraudReports

_STEPS = tuple(timedelta(minutes=each) for each in (24 * 60, 60, 5, 1))
"""The steps in which decisions are counted, the longest first; days and hours are read from roll-ups."""


@dataclass(frozen=True, kw_only=True)
class KpiReader:
    """Reads KPIs; all windows of a rule are sums of the steps of one question."""

    reports: "FraudReports"
    answers: Answers = field(default_factory=Answers)

    def values(
        self,
        subject: Subject,
        filters: "Filters",
        windows: Iterable[Window],
        group_by: str | None,
        groups: Collection[str] = (),
    ) -> Mapping[str | None, Mapping[Window, float | None]]:
        """Return the value of each window by cohort, or under None of all decisions together.

        Of more than 50 cohorts those with most decisions are returned, and those that are named in `groups`.
        """
        asked = sorted(set(windows))
        series = self._series(asked, filters, group_by)
        if group_by is None:
            return {None: {each: _value(subject, series, each, None) for each in asked}}
        return {
            NO_VALUE if cohort is None else cohort: {each: _value(subject, series, each, (cohort,)) for each in asked}
            for cohort in dict.fromkeys([*series.largest_cohorts(MOST_GROUPS), *_cohorts(groups)])
        }

    def _series(self, windows: Sequence[Window], filters: "Filters", group_by: str | None) -> "KpiSeries":
        ((dimension, values),) = filters or ((group_by, ()),)
        start, end = min(each.start for each in windows), max(each.end for each in windows)
        moments = {moment for each in windows for moment in (each.start, each.end)}
        span = Span(start, end, _step(moments))
        named = None if dimension is None else Dimension(dimension)
        chosen = _cohorts(values)
        return self.answers.once(
            ("kpis", span, named, chosen), lambda: self.reports.series(span, dimension=named, values=chosen)
        )


def _cohorts(groups: Iterable[str]) -> tuple[str | None, ...]:
    return tuple(None if each == NO_VALUE else each for each in groups)


def _step(moments: Collection[datetime]) -> timedelta:
    return next(step for step in _STEPS if all(floor(each, step) == each for each in moments))


def _value(
    subject: Subject, series: "KpiSeries", window: Window, cohorts: tuple[str | None, ...] | None
) -> float | None:
    found = series.between(window.start, window.end, cohorts)
    if not subject.part:
        return found.values[subject.name]
    bounds = found.bounds[subject.name]
    return None if bounds is None else bounds.low if subject.part == Bound.LOW else bounds.high
