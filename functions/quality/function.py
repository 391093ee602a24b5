"""Declares the function `quality`."""

from functions.access import COUNTED, IDENTITY, LARGE_ANSWERS
from functions.declaration import Access, HttpFunction
from shared.ledger.store import SOURCES_TABLE
from shared.quality.store import QUALITY_TABLE

FUNCTION = HttpFunction(
    name="quality",
    description="Serves data quality reports.",
    memory_mb=1024,
    timeout_seconds=29,
    reads=(*IDENTITY, *LARGE_ANSWERS, Access(QUALITY_TABLE), Access(SOURCES_TABLE, scanned=True)),
    writes=(*COUNTED, *LARGE_ANSWERS),
)
