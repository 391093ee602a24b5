"""Declares the function `customer_segments`."""

from functions.declaration import Access, TaskTrigger, TriggeredFunction
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET
from shared.customers.store import CUSTOMERS_TABLE
from shared.events.bus import EVENT_BUS

FUNCTION = TriggeredFunction(
    name="customer_segments",
    description="Adds up the customer segments, and publishes them with the profiles.",
    memory_mb=512,
    timeout_seconds=900,
    trigger=TaskTrigger(workflow="customer_run"),
    reads=(Access(CUSTOMERS_TABLE, scanned=True), Access(CUSTOMER_RUNS_BUCKET)),
    writes=(Access(CUSTOMERS_TABLE), Access(EVENT_BUS)),
)
