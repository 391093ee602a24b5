"""Declares the function `fraud_configuration`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS, ON_RECORD
from functions.declaration import Access, HttpFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE

FUNCTION = HttpFunction(
    name="fraud_configuration",
    description="Shows and changes the configuration of fraud analytics.",
    memory_mb=512,
    timeout_seconds=29,
    reads=(*IDENTITY, *ON_RECORD, *LARGE_ANSWERS, Access(CONFIGURATION_TABLE)),
    writes=(*COUNTED, *ON_RECORD, *LARGE_ANSWERS, Access(CONFIGURATION_TABLE)),
)
