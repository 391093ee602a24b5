"""Selects the tables for a question; every choice gives the same result, and roll-ups are cheaper to read."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.metrics.facts import Source
from shared.metrics.question import MetricQuestion
from shared.metrics.split import Split, day_count, split

__all__ = ["Plan", "Source", "choose_plan", "plan_from"]


@dataclass(frozen=True)
class Plan:
    """The source of a response, the reason for it, and the intervals read from the roll-up and from the base."""

    source: Source
    reason: str
    parts: Split

    def tables(self, question: MetricQuestion) -> Iterator[str]:
        """Yield the tables of the question's fact that are read."""
        tables = question.metric.fact.tables
        for intervals, source in ((self.parts.rollup, self.source), (self.parts.base, Source.BASE)):
            if intervals:
                yield tables[source].table_name(question.filters)


def plan_from(question: MetricQuestion, source: Source, reason: str) -> Plan:
    """Return the plan for a given source."""
    return Plan(source, reason, split(question, source))


def choose_plan(question: MetricQuestion) -> Plan:
    """Choose the smallest table that gives the exact result, unless most days must be read from the base anyway."""
    fact = question.metric.fact
    reasons = [f"only the base has {fact.base_only_reason}"] if fact.base_only_reason else []
    for source, table in fact.tables.items():
        if source is Source.BASE:
            break
        if len(question.filters) > table.max_filters:
            reasons.append(f"the {source} has no table for these filters")
            continue
        parts = split(question, source)
        if fact.semi_additive or day_count(parts.base) * 2 <= day_count((*parts.rollup, *parts.base)):
            rest = f", and {fact.tables[Source.BASE].name} for partial {table.grain}s" if parts.base else ""
            return Plan(source, f"{table.table_name(question.filters)} gives the same result{rest}", parts)
        reasons.append(
            f"on most days the range or a bucket ({question.zone}) contains only a part of a UTC {table.grain}"
        )
    return plan_from(question, Source.BASE, "; ".join(dict.fromkeys(reasons)))
