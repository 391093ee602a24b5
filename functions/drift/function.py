"""Declares the function `drift`."""

from functions.access import (
    BASELINE_WRITES,
    BASELINES,
    COUNTED,
    FRESHNESS,
    FRESHNESS_WATCHES,
    IDENTITY,
    ON_RECORD,
    QUERY,
    QUERY_WRITES,
)
from functions.declaration import Access, HttpFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE

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
        *FRESHNESS,
        Access(CONFIGURATION_TABLE),
    ),
    writes=(*COUNTED, *ON_RECORD, *QUERY_WRITES, *BASELINE_WRITES),
    watches=FRESHNESS_WATCHES,
)
