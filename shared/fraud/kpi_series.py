"""KPIs of any part of a range that consists of whole steps, from one answer. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.fraud.answers import FraudAnswer
from shared.fraud.counts import Counts, total
from shared.fraud.kpis import Bounds, Value, bounds, values
from shared.fraud.presentation import Presentation
from shared.fraud.steps import Span


@dataclass(frozen=True)
class KpisBetween:
    """The KPIs of a part of a range, and the bounds of those that have any."""

    values: Mapping[str, Value]
    bounds: Mapping[str, Bounds | None]


@dataclass(frozen=True)
class KpiSeries:
    """The counts of decisions by step and cohort, with what it takes to make KPIs of them."""

    presentation: Presentation
    answer: FraudAnswer

    def between(self, start: datetime, end: datetime, cohorts: Collection[str | None] | None = None) -> KpisBetween:
        """Return the KPIs of the steps from a start to an end, of all cohorts or of some."""
        counts = total(
            row.counts
            for row in self.answer.counts
            if row.bucket is not None and start <= row.bucket < end and (cohorts is None or row.value in cohorts)
        )
        part = replace(self.presentation.question, span=Span(start, end))
        facts = self.presentation.facts(counts, part.seconds)
        return KpisBetween(values(facts), bounds(facts))

    def largest_cohorts(self, most: int) -> Sequence[str | None]:
        """Return the cohorts with most decisions, by descending number."""
        by_cohort: dict[str | None, Counts] = {}
        for row in self.answer.counts:
            known = by_cohort.get(row.value)
            by_cohort[row.value] = row.counts if known is None else known + row.counts
        return sorted(by_cohort, key=lambda each: (-by_cohort[each].decisions, each or ""))[:most]
