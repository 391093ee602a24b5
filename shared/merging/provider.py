"""Provides the merger, the roll-up job and the maintenance of tables."""

from shared.lake.maintenance import Maintenance
from shared.lake.merge.cycle import MergeCycle
from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.settlement import Settlement
from shared.lake.migration.conversion import Conversion
from shared.lake.provider import lake, table_states
from shared.lake.rollups.job import RollupJob
from shared.lake.table.provider import lake_tables
from shared.ledger.provider import ledger
from shared.merging.events import EVENT_BUS, MergeEvents
from shared.merging.merger import Merger
from shared.merging.migration import Migration
from shared.merging.queue import ROLLUP_QUEUE
from shared.merging.requests import RollupRequests
from shared.runtime.deployment import Deployment, provider


@provider
def merger(deployment: Deployment) -> Merger:
    """Build the merger."""
    objects, tables, states = lake(deployment), lake_tables(deployment), table_states(deployment)
    rollups = RollupRequests(deployment.clients.sqs, deployment.name_of(ROLLUP_QUEUE))
    index = KeyIndex(tables)
    return Merger(
        lake=objects,
        migration=Migration(
            lake=objects,
            conversion=Conversion(lake=objects, tables=tables, settlement=Settlement(tables, index)),
            states=states,
            rollups=rollups,
        ),
        cycle=MergeCycle(lake=objects, tables=tables, index=index),
        states=states,
        ledger=ledger(deployment),
        rollups=rollups,
        events=MergeEvents(deployment.clients.events, deployment.name_of(EVENT_BUS)),
        clock=deployment.clock,
    )


@provider
def rollup_job(deployment: Deployment) -> RollupJob:
    """Build the roll-up job."""
    return RollupJob(tables=lake_tables(deployment), states=table_states(deployment))


@provider
def maintenance(deployment: Deployment) -> Maintenance:
    """Build the maintenance of tables."""
    return Maintenance(
        tables=lake_tables(deployment),
        states=table_states(deployment),
        rollups=rollup_job(deployment),
        clock=deployment.clock,
    )
