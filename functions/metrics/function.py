"""Declares the function `metrics`."""

from functions.access import COUNTED, FRESHNESS, FRESHNESS_WATCHES, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE

FUNCTION = HttpFunction(
    name="metrics",
    description="Serves business metrics and fraud metrics from Athena or the result cache.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *QUERY,
        *FRESHNESS,
        Access(CONFIGURATION_TABLE),
    ),
    writes=(*COUNTED, *QUERY_WRITES),
    watches=FRESHNESS_WATCHES,
)
