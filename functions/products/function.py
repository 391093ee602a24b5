"""Declares the function `products`."""

from functions.access import COUNTED, IDENTITY, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.runtime.settings import Resource

FUNCTION = HttpFunction(
    name="products",
    description="Serves product performance from Athena or the result cache.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *QUERY,
        Access(Resource.VERSIONS),
        Access(Resource.SOURCES),
    ),
    writes=(*COUNTED, *QUERY_WRITES),
)
