"""Declares the function `customer_models`."""

from functions.access import QUERY, QUERY_WRITES
from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.customers.store import CUSTOMERS_TABLE

FUNCTION = TriggeredFunction(
    name="customer_models",
    description="Has the facts about customers written by slice, and fits the repeat-purchase model.",
    memory_mb=3008,
    timeout_seconds=900,
    uses_numpy=True,
    uses_scipy=True,
    trigger=TaskTrigger(workflow="customer_run"),
    reads=(*QUERY, Access(CUSTOMERS_TABLE), Access(CUSTOMER_RUNS_BUCKET)),
    writes=(*QUERY_WRITES, Access(CUSTOMER_RUNS_BUCKET, by_athena=True)),
)
