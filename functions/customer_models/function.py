"""Declares the function `customer_models`."""

from functions.access import QUERY, QUERY_WRITES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.customers.store import CUSTOMERS_TABLE

FUNCTION = TriggeredFunction(
    name="customer_models",
    description="Computes customer scores and fits the repeat-purchase model.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_science=True,
    trigger=ScheduleTrigger(every_minutes=24 * 60),
    reads=(*QUERY, Access(CUSTOMERS_TABLE)),
    writes=(*QUERY_WRITES, Access(CUSTOMERS_TABLE)),
)
