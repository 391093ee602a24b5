"""Provides the lake's objects and the states of its tables."""

from shared.lake.catalog.states import TABLE_STATES, TableStates
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.runtime.deployment import Deployment, provider


@provider
def lake(deployment: Deployment) -> LakeStore:
    """Build the store of the lake's objects."""
    return LakeStore(deployment.clients.s3, deployment.name_of(LAKE_BUCKET))


@provider
def table_states(deployment: Deployment) -> TableStates:
    """Build the store of the states of tables."""
    return TableStates(deployment.clients.dynamodb, deployment.name_of(TABLE_STATES))
