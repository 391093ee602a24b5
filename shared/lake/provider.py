"""Provides the lake's objects and the versions of its tables."""

from shared.lake.catalog.versions import VERSIONS_TABLE, TableVersions
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.runtime.deployment import Deployment, provider


@provider
def lake(deployment: Deployment) -> LakeStore:
    """Build the store of the lake's objects."""
    return LakeStore(deployment.clients.s3, deployment.name_of(LAKE_BUCKET))


@provider
def versions(deployment: Deployment) -> TableVersions:
    """Build the store of table versions."""
    return TableVersions(deployment.clients.dynamodb, deployment.name_of(VERSIONS_TABLE))
