"""KPIs of any part of a range that consists of whole steps, from one answer. Pure."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

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
        chosen = self._by_cohort.values() if cohorts is None else map(self._of, cohorts)
        counts = total(each for cohort in chosen for each in cohort.between(start, end))
        part = replace(self.presentation.question, span=Span(start, end))
        facts = self.presentation.facts(counts, part.seconds)
        return KpisBetween(values(facts), bounds(facts))

    def largest_cohorts(self, most: int) -> Sequence[str | None]:
        """Return the cohorts with most decisions, by descending number."""
        sizes = {name: total(each.counts).decisions for name, each in self._by_cohort.items()}
        return sorted(sizes, key=lambda each: (-sizes[each], each or ""))[:most]

    def _of(self, cohort: str | None) -> "_Cohort":
        return self._by_cohort.get(cohort, _Cohort())

    @cached_property
    def _by_cohort(self) -> "Mapping[str | None, _Cohort]":
        found: dict[str | None, _Cohort] = {}
        rows = [(row.bucket, row) for row in self.answer.counts if row.bucket is not None]
        for step, row in sorted(rows, key=lambda each: each[0]):
            cohort = found.setdefault(row.value, _Cohort())
            cohort.steps.append(step)
            cohort.counts.append(row.counts)
        return found


@dataclass(frozen=True)
class _Cohort:
    """The steps with decisions of a cohort, the earliest first, and the counts of each."""

    steps: list[datetime] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)

    def between(self, start: datetime, end: datetime) -> Sequence[Counts]:
        return self.counts[bisect_left(self.steps, start) : bisect_left(self.steps, end)]
