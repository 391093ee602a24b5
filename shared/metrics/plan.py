"""The planner: which table answers a question. All must give the same number; roll-ups are only cheaper."""

from dataclasses import dataclass

from shared.metrics.cut import buckets_fit, cut
from shared.metrics.facts import Source, Table
from shared.metrics.question import Question

__all__ = ["Plan", "Source", "choose"]


@dataclass(frozen=True)
class Plan:
    """Where the answer comes from, and why."""

    source: Source
    why: str


def choose(question: Question) -> Plan:
    """Choose the smallest table that can tell the same as the base."""
    fact = question.metric.fact
    reasons = [f"only the base keeps {fact.kept_by_base_alone}"] if fact.kept_by_base_alone else []
    for source, table in fact.tables.items():
        reason = None if source is Source.BASE else _against(question, source, table)
        if source is not Source.BASE and reason is None:
            return Plan(source, _told_by(question, source, table))
        reasons += [reason] if reason else []
    return Plan(Source.BASE, "; ".join(dict.fromkeys(reasons)))


def _against(question: Question, source: Source, table: Table) -> str | None:
    """Why a roll-up cannot answer; None where it can."""
    if len(question.filters) > table.most_filters:
        return f"{table.name} keeps {table.most_filters} dimension at a time"
    if question.metric.fact.looks_back:
        return None
    if not buckets_fit(question, table.grain):
        return f"{question.granularity} buckets in {question.zone} begin or change clocks within a {table.grain} of UTC"
    if not cut(question, source).rolled:
        return f"the range holds no whole {table.grain} of UTC"
    return None


def _told_by(question: Question, source: Source, table: Table) -> str:
    base = question.metric.fact.tables[Source.BASE]
    parts = cut(question, source)
    return f"{table.name} tells the same" + (f"; {base.name} tells the {table.grain}s it cuts" if parts.base else "")
