"""Declares the function `customers`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.customers.store import CUSTOMERS_TABLE

FUNCTION = HttpFunction(
    name="customers",
    description="Serves customer segments and profiles.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(CUSTOMERS_TABLE)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
