"""Provides the tables of the lake."""

from shared.lake.catalog.tables import LAKE_DATABASE
from shared.lake.storage.object_store import TABLES_BUCKET
from shared.lake.table.iceberg import IcebergTables
from shared.runtime.deployment import Deployment, provider


@provider
def lake_tables(deployment: Deployment) -> IcebergTables:
    """Build the store of the lake's tables."""
    return IcebergTables(
        deployment.clients.glue,
        deployment.clients.s3,
        database=deployment.name_of(LAKE_DATABASE),
        bucket=deployment.name_of(TABLES_BUCKET),
    )
