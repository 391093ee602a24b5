"""Declares the function `customers`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.runtime.settings import Resource

FUNCTION = HttpFunction(
    name="customers",
    description="Serves customer segments and profiles.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(Resource.CUSTOMERS)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
