"""Declares the function `products`."""

from functions.access import COUNTED, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.ledger.store import LEDGER_TABLE, SOURCES_TABLE

FUNCTION = HttpFunction(
    name="products",
    description="Serves product performance from Athena or the result cache.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *QUERY,
        Access(SOURCES_TABLE),
        Access(LEDGER_TABLE),
    ),
    writes=(*COUNTED, *QUERY_WRITES),
)
