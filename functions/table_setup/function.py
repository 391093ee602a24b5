"""Declares the function `table_setup`."""

import hashlib

from functions.access import TABLES
from functions.declaration import DeploymentTrigger, TriggeredFunction
from shared.lake.catalog.tables import LAKE_TABLES

FUNCTION = TriggeredFunction(
    name="table_setup",
    description="Creates the Iceberg tables of the lake, or adds columns to them, during a deployment.",
    memory_mb=1769,
    timeout_seconds=300,
    uses_lake=True,
    trigger=DeploymentTrigger(digest=hashlib.sha256(repr(LAKE_TABLES).encode()).hexdigest()),
    reads=TABLES,
    writes=TABLES,
)
