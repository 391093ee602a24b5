"""What product reports depend on: base, reference and history tables, and their days."""

from shared.athena.pinned_queries import Dependency
from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES, PRODUCT_COSTS
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.metrics.split import LAST_MOMENT
from shared.products.question import ProductQuestion
from shared.records.schema import DataType

STATES = (
    DataType.TRANSACTIONS,
    DataType.EVENTS,
    DataType.INVENTORY,
    DataType.PRODUCTS,
    EXCHANGE_RATES.name,
)
"""The tables whose states a report reads; that of products includes the history of costs, and that of
transactions the categories of products."""

TABLES = (*STATES, PRODUCT_COSTS.name, PRODUCT_CATEGORIES.name)
"""The tables that a report depends on."""


def dependencies(question: ProductQuestion) -> tuple[Dependency, ...]:
    """Return the tables with their days: those of the range, and all before it of inventory; all of the others."""
    first, last = (moment.date().isoformat() for moment in (question.start, question.end - LAST_MOMENT))
    return (
        Dependency(DataType.TRANSACTIONS, first, last),
        Dependency(DataType.EVENTS, first, last),
        Dependency(DataType.INVENTORY, last_day=last),
        Dependency(DataType.PRODUCTS),
        Dependency(EXCHANGE_RATES.name),
        Dependency(PRODUCT_COSTS.name),
        Dependency(PRODUCT_CATEGORIES.name),
    )
