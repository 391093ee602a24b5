"""What the answer to a question depends on: base and reference tables, and their days."""

from shared.athena.pinned_queries import Dependency
from shared.metrics.question import MetricQuestion
from shared.metrics.split import LAST_MOMENT, reach


def tables_of(question: MetricQuestion) -> tuple[str, ...]:
    """Return the names of the tables, the base table first."""
    fact = question.metric.fact
    return (fact.base, *fact.reference_tables(filtered=bool(question.filters), currency=question.currency))


def dependencies(question: MetricQuestion) -> tuple[Dependency, ...]:
    """Return the tables with their days: those of the question, and all of reference tables."""
    whole = reach(question)
    first, last = (moment.date().isoformat() for moment in (whole.start, whole.end - LAST_MOMENT))
    base, *others = tables_of(question)
    return (Dependency(base, first, last), *map(Dependency, others))
