"""What the answer to a question depends on: base and reference tables, and their days."""

from shared.athena.pinned_queries import Dependency
from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES
from shared.metrics.question import MetricQuestion
from shared.metrics.split import LAST_MOMENT, reach


def tables_of(question: MetricQuestion) -> tuple[str, ...]:
    """Return the names of the tables, the base table first."""
    fact = question.metric.fact
    return (fact.base, *fact.reference_tables(filters=question.dimensions, currency=question.currency))


def states_of(question: MetricQuestion) -> tuple[str, ...]:
    """Return the names of the tables that have a state; categories are published with that of the base table."""
    return tuple(each for each in tables_of(question) if each != PRODUCT_CATEGORIES.name)


def dependencies(question: MetricQuestion) -> tuple[Dependency, ...]:
    """Return the tables with their days: those of the question, and all of reference tables."""
    whole = reach(question)
    first, last = (moment.date().isoformat() for moment in (whole.start, whole.end - LAST_MOMENT))
    base, *others = tables_of(question)
    return (Dependency(base, first, last), *map(Dependency, others))
