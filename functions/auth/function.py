"""Declares the function `auth`."""

from functions.access import COUNTED, IDENTITY, ON_RECORD
from functions.declaration import Access, HttpFunction
from shared.auth.key_store import KEYS_TABLE
from shared.auth.refresh_tokens import FAMILIES_TABLE
from shared.auth.signing import SIGNING_KEYS

FUNCTION = HttpFunction(
    name="auth",
    description="Issues tokens for API keys and manages the keys.",
    memory_mb=1024,
    timeout_seconds=10,
    reads=(*IDENTITY, *ON_RECORD, Access(KEYS_TABLE, scanned=True)),
    writes=(
        *COUNTED,
        *ON_RECORD,
        Access(KEYS_TABLE),
        Access(FAMILIES_TABLE),
        Access(SIGNING_KEYS),
    ),
)
