"""Provides the sources and their configurations."""

from functools import partial

from shared.ledger.provider import deliveries
from shared.ledger.store import SOURCES_TABLE
from shared.runtime.deployment import Deployment, provider
from shared.sources.config_store import SourceConfigs
from shared.sources.directory import Sources


@provider
def sources(deployment: Deployment) -> Sources:
    """Build the directory of sources; only some functions may read the ledger for their deliveries."""
    return Sources(
        deployment.clients.dynamodb,
        deployment.name_of(SOURCES_TABLE),
        deliveries=partial(deliveries, deployment),
        active_for=deployment.settings.source_active_for,
    )


@provider
def source_configs(deployment: Deployment) -> SourceConfigs:
    """Build the store of configurations."""
    return SourceConfigs(deployment.clients.dynamodb, deployment.name_of(SOURCES_TABLE), deployment.clock)
