"""Declares the function `auth`."""

from functions.access import COUNTED, IDENTITY, ON_RECORD
from functions.declaration import Access, HttpFunction
from shared.runtime.settings import Resource

FUNCTION = HttpFunction(
    name="auth",
    description="Issues tokens for API keys and manages the keys.",
    memory_mb=1024,
    timeout_seconds=10,
    reads=(*IDENTITY, *ON_RECORD),
    writes=(
        *COUNTED,
        *ON_RECORD,
        Access(Resource.KEYS),
        Access(Resource.FAMILIES),
        Access(Resource.SIGNING_KEYS),
    ),
)
