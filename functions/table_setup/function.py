"""Declares the function `table_setup`."""

import hashlib

from functions.access import TABLES
from functions.declaration import Access, DeploymentTrigger, TriggeredFunction
from shared.lake.catalog.rollup_tables import ROLLUP_DEFINITIONS
from shared.lake.catalog.tables import LAKE_TABLES
from shared.merging.queue import ROLLUP_QUEUE

FUNCTION = TriggeredFunction(
    name="table_setup",
    description="Creates the tables of the lake, or adds columns to them, and requests roll-ups, during a deployment.",
    memory_mb=1769,
    timeout_seconds=300,
    uses_lake=True,
    trigger=DeploymentTrigger(digest=hashlib.sha256(repr((LAKE_TABLES, ROLLUP_DEFINITIONS)).encode()).hexdigest()),
    reads=TABLES,
    writes=(*TABLES, Access(ROLLUP_QUEUE)),
)
