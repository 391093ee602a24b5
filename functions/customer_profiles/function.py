"""Declares the function `customer_profiles`."""

from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.customers.store import CUSTOMERS_TABLE

FUNCTION = TriggeredFunction(
    name="customer_profiles",
    description="Computes the profiles of one slice of the customers.",
    memory_mb=1769,
    timeout_seconds=900,
    uses_numpy=True,
    uses_scipy=True,
    trigger=TaskTrigger(workflow="customer_run"),
    reads=(Access(CUSTOMERS_TABLE), Access(CUSTOMER_RUNS_BUCKET)),
    writes=(Access(CUSTOMERS_TABLE), Access(CUSTOMER_RUNS_BUCKET)),
)
