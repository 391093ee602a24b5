"""Provides the merger of partitions."""

from shared.lake.merge.key_index import KeyIndex
from shared.lake.provider import lake, versions
from shared.ledger.provider import ledger
from shared.merging.events import EVENT_BUS, MergeEvents
from shared.merging.merger import Merger
from shared.runtime.deployment import Deployment, provider


@provider
def merger(deployment: Deployment) -> Merger:
    """Build the merger."""
    return Merger(
        lake=lake(deployment),
        index=KeyIndex(lake(deployment)),
        ledger=ledger(deployment),
        versions=versions(deployment),
        events=MergeEvents(deployment.clients.events, deployment.name_of(EVENT_BUS)),
        clock=deployment.clock,
    )
