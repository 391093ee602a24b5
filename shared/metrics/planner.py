"""Selects the tables for a question; every choice gives the same result, and roll-ups are cheaper to read."""

from dataclasses import dataclass, replace

from shared.metrics.facts import FactTable, Source
from shared.metrics.question import MetricQuestion
from shared.metrics.split import DirtyDays, Split, day_count, dirty_within, reach, split

__all__ = ["Plan", "Source", "choose_plan", "plan_from", "with_dirty_days"]


@dataclass(frozen=True)
class Plan:
    """The source of a response, the reason for it, and the intervals read from the roll-up and from the base."""

    source: Source
    reason: str
    parts: Split


def plan_from(question: MetricQuestion, source: Source, reason: str) -> Plan:
    """Return the plan for a given source."""
    return Plan(source, reason, split(question, source))


def choose_plan(question: MetricQuestion) -> Plan:
    """Choose the smallest table that gives the exact result, unless most days must be read from the base anyway."""
    fact = question.metric.fact
    reasons: list[str] = []
    for source, table in fact.tables.items():
        if source is Source.BASE:
            break
        if len(question.dimensions) > table.max_filters:
            reasons.append(f"the {source} has no table for these dimensions")
            continue
        parts = split(question, source)
        if fact.semi_additive or is_worthwhile(table, parts):
            rest = f", and {fact.base} for partial {table.grain}s" if parts.base else ""
            return Plan(source, f"{table.name} gives the same result{rest}", parts)
        reasons.append(
            f"on most days the range or a bucket ({question.zone}) contains only a part of a UTC {table.grain}"
        )
    return plan_from(question, Source.BASE, "; ".join(dict.fromkeys(reasons)))


def is_worthwhile(table: FactTable, parts: Split) -> bool:
    """Whether a roll-up contains at least half of the days, or all of them if a later one has finer units."""
    of_base, of_all = day_count(parts.base), day_count((*parts.rollup, *parts.base))
    return of_base == 0 if table.whole_only else of_base * 2 <= of_all


def with_dirty_days(question: MetricQuestion, plan: Plan, dirty_days: DirtyDays) -> Plan:
    """Return the plan that reads what is dirty from the base."""
    grain = question.metric.fact.tables[plan.source].grain
    dirty = dirty_within(reach(question), dirty_days, grain)
    if plan.source is Source.BASE or not dirty:
        return plan
    days = "1 day whose roll-up is" if len(dirty) == 1 else f"{len(dirty)} days whose roll-ups are"
    why = f"{question.metric.fact.base} is read for {days} being computed"
    return replace(plan, reason=f"{plan.reason}; {why}", parts=split(question, plan.source, dirty_days))
