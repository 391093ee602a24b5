"""Declares the function `experiments`."""

from functions.access import COUNTED, IDENTITY, ON_RECORD, QUERY, QUERY_WRITES
from functions.declaration import Access, HttpFunction
from shared.decisions.configuration_store import CONFIGURATION_TABLE
from shared.events.bus import EVENT_BUS
from shared.experiments.store import EXPERIMENTS_TABLE
from shared.policies.store import POLICIES_TABLE

FUNCTION = HttpFunction(
    name="experiments",
    description="Defines experiments, computes their results from Athena, and makes variants the decision policy.",
    memory_mb=1769,
    timeout_seconds=29,
    reads=(
        *IDENTITY,
        *ON_RECORD,
        *QUERY,
        Access(EXPERIMENTS_TABLE),
        Access(POLICIES_TABLE),
        Access(CONFIGURATION_TABLE),
    ),
    writes=(
        *COUNTED,
        *ON_RECORD,
        *QUERY_WRITES,
        Access(EXPERIMENTS_TABLE),
        Access(POLICIES_TABLE),
        Access(EVENT_BUS),
    ),
)
