"""Declares the function `products`."""

from functions.access import COUNTED, FRESHNESS, FRESHNESS_WATCHES, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import HttpFunction

FUNCTION = HttpFunction(
    name="products",
    description="Serves product performance from Athena or the result cache.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *QUERY,
        *FRESHNESS,
    ),
    writes=(*COUNTED, *QUERY_WRITES),
    watches=FRESHNESS_WATCHES,
)
