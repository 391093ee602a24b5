"""Declares the function `metrics`."""

from functions.access import COUNTED, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.ledger.store import SOURCES_TABLE

FUNCTION = HttpFunction(
    name="metrics",
    description="Serves business metrics from Athena or the result cache.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *QUERY,
        Access(SOURCES_TABLE),
    ),
    writes=(*COUNTED, *QUERY_WRITES),
)
