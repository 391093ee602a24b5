"""Observes what rules are about, in some of their windows: the values, and those with which they are compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.alerts.conditions import Observation, PastValue
from shared.alerts.readings.answers import Answers
from shared.alerts.readings.business import BusinessReader, Filters, granularity_of
from shared.alerts.state import key_of
from shared.alerts.subjects import Kind, Subject
from shared.alerts.vocabulary import MOST_GROUPS
from shared.alerts.windows import Window, base_of, history_of, needed, window_of
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.alerts.readings.drift import DriftReader
    from shared.alerts.readings.kpis import KpiReader
    from shared.alerts.readings.present import PresentReader
    from shared.alerts.readings.quality import QualityReader
    from shared.alerts.stored_rule import StoredRule

Values = Mapping[Window, float | None]
Observed = Mapping[datetime, Mapping[str, Observation]]
"""Observations by the end of the window and the key of the group."""


@dataclass(frozen=True, kw_only=True)
class Observer:
    """Reads the values of all kinds of metrics."""

    business: BusinessReader
    kpis: "KpiReader"
    drift: "DriftReader"
    quality: "QualityReader"
    present: "PresentReader"

    def of_pass(self) -> "Observer":
        """Return an observer that asks each distinct question once, for one pass over the rules."""
        answers = Answers()
        return Observer(
            business=replace(self.business, answers=answers),
            kpis=replace(self.kpis, answers=answers),
            drift=replace(self.drift, answers=answers),
            quality=replace(self.quality, answers=answers),
            present=replace(self.present, answers=answers),
        )

    @property
    def asked(self) -> int:
        """The number of distinct questions of this pass."""
        return self.business.answers.asked

    def observe(
        self, rule: "StoredRule", ends: Sequence[datetime], since: datetime | None, groups: Collection[str] = ()
    ) -> Observed:
        """Return the observations of each group for the windows with these ends.

        Args:
            rule: the rule.
            ends: the ends of its windows; of the present, the one moment.
            since: the time of the first data. Windows before it have no value: they are no history.
            groups: groups to observe although others are larger, because they have open alerts.
        """
        if not rule.subject.traits.has_history:
            (now,) = ends
            return {now: {key_of(None): Observation(value=self.present.value(rule.subject, now))}}
        condition, windows = rule.definition.condition, {end: window_of(rule, end) for end in ends}
        known = self._values(
            rule, list(dict.fromkeys(each for it in windows.values() for each in needed(condition, it))), groups
        )

        def value(values: Values, window: Window) -> float | None:
            return None if since is None or window.start < since else values[window]

        def observation(values: Values, window: Window) -> Observation:
            base, past = base_of(condition, window), history_of(condition, window)
            return Observation(
                value=values[window],
                base=None if base is None else value(values, base),
                history=[PastValue(each.end, value(values, each)) for each in past],
            )

        return {
            end: {key_of(group): observation(values, window) for group, values in known.items()}
            for end, window in windows.items()
        }

    def _values(
        self, rule: "StoredRule", windows: Sequence[Window], groups: Collection[str]
    ) -> Mapping[str | None, Values]:
        subject, filters, group_by = rule.subject, filters_of(rule), rule.definition.group_by
        first = {name: values[0] for name, values in filters}
        match subject.kind:
            case Kind.KPI:
                return self.kpis.values(subject, filters, windows, group_by, groups)
            case Kind.DRIFT:
                return {None: self.drift.values(subject.name, first.get("model_version"), windows)}
            case Kind.QUALITY:
                return self.quality.values(first.get("source_id"), first.get("data_type"), windows, group_by, groups)
            case _:
                return self._business_values(subject, filters, windows, group_by)

    def _business_values(
        self, subject: Subject, filters: Filters, windows: Sequence[Window], group_by: str | None
    ) -> Mapping[str | None, Values]:
        if group_by is None:
            return {None: self.business.values(subject, filters, windows)}
        others = tuple(each for each in filters if each[0] != group_by)
        return {
            group: self.business.values(subject, tuple(sorted([*others, (group_by, (group,))])), windows)
            for group in dict(filters)[group_by]
        }


def filters_of(rule: "StoredRule") -> Filters:
    """Return the filters of a rule in a form in which equal ones are equal."""
    return tuple(sorted((name, tuple(sorted(set(values)))) for name, values in rule.definition.filters.items()))


def question_count(rule: "StoredRule", ends: Sequence[datetime]) -> int:
    """Return how many questions it takes at most to judge windows with these ends."""
    subject, condition = rule.subject, rule.definition.condition
    windows = {each for end in ends for each in needed(condition, window_of(rule, end))}
    is_single = subject.kind is Kind.KPI or (
        subject.kind is Kind.BUSINESS and granularity_of(subject, sorted(windows)) is not None
    )
    return (1 if is_single else len(windows)) * _most_groups(rule)


def _most_groups(rule: "StoredRule") -> int:
    """Return how many groups of a rule are asked for one by one, at most."""
    group_by = rule.definition.group_by
    if group_by is None or rule.subject.kind is Kind.KPI:
        return 1
    if rule.subject.kind is Kind.QUALITY:
        return len(DataType) if group_by == "data_type" else MOST_GROUPS
    return len(rule.definition.filters[group_by])
