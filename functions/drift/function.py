"""Declares the function `drift`."""

from functions.access import BASELINES, COUNTED, IDENTITY, ON_RECORD, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE
from shared.ledger.store import LEDGER_TABLE, SOURCES_TABLE

FUNCTION = HttpFunction(
    name="drift",
    description="Serves the drift and quality of features from Athena or the result cache, and freezes baselines.",
    memory_mb=1769,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *ON_RECORD,
        *QUERY,
        *BASELINES,
        Access(SOURCES_TABLE),
        Access(LEDGER_TABLE),
        Access(CONFIGURATION_TABLE),
    ),
    writes=(*COUNTED, *ON_RECORD, *QUERY_WRITES, *BASELINES),
)
