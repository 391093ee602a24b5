"""The planner: which table answers a question. All must give the same number; roll-ups are only cheaper."""

from dataclasses import dataclass

from shared.metrics.facts import Source
from shared.metrics.question import Question
from shared.metrics.split import day_count, split

__all__ = ["Plan", "Source", "choose"]


@dataclass(frozen=True)
class Plan:
    """Where the answer comes from, and why."""

    source: Source
    why: str


def choose(question: Question) -> Plan:
    """Choose the smallest table that can tell the same as the base, unless the base is read on most days anyway."""
    fact = question.metric.fact
    reasons = [f"only the base keeps {fact.kept_by_base_alone}"] if fact.kept_by_base_alone else []
    for source, table in fact.tables.items():
        if source is Source.BASE:
            break
        if len(question.filters) > table.most_filters:
            reasons.append(f"the {source} keeps no more than that")
            continue
        parts = split(question, source)
        if fact.looks_back or day_count(parts.base) * 2 <= day_count((*parts.rollup, *parts.base)):
            besides = f"; {fact.tables[Source.BASE].name} what no {table.grain} tells whole" if parts.base else ""
            return Plan(source, f"{table.called(question.filters)} tells the same{besides}")
        reasons.append(f"on most days the range or a bucket ({question.zone}) cuts a {table.grain} of UTC")
    return Plan(Source.BASE, "; ".join(dict.fromkeys(reasons)))
