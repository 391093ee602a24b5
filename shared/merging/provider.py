"""Provides the merger, the roll-up job and the maintenance of tables."""

from shared.decisions.provider import decisions
from shared.events.provider import platform_events
from shared.lake.maintenance import Maintenance
from shared.lake.merge.cycle import MergeCycle
from shared.lake.merge.key_index import KeyIndex
from shared.lake.merge.relocation import Relocation
from shared.lake.merge.settlement import Settlement
from shared.lake.migration.conversion import Conversion
from shared.lake.provider import lake, table_states
from shared.lake.rollups.job import RollupJob
from shared.lake.table.provider import lake_tables
from shared.ledger.provider import ledger
from shared.merging.events import MergeEvents
from shared.merging.merger import Merger
from shared.merging.migration import Migration
from shared.merging.queue import ROLLUP_QUEUE
from shared.merging.requests import RollupRequests
from shared.merging.rollup_runs import RollupRuns
from shared.runtime.deployment import Deployment, provider


@provider
def merger(deployment: Deployment) -> Merger:
    """Build the merger."""
    objects, tables, states = lake(deployment), lake_tables(deployment), table_states(deployment)
    rollups, known = rollup_requests(deployment), decisions(deployment)
    index = KeyIndex(tables, horizon=deployment.settings.identity_horizon)
    return Merger(
        lake=objects,
        migration=Migration(
            lake=objects,
            conversion=Conversion(lake=objects, tables=tables, settlement=Settlement(tables, index)),
            states=states,
            rollups=rollups,
        ),
        cycle=MergeCycle(lake=objects, tables=tables, index=index, times_of=known.times_of_labels),
        relocation=Relocation(lake=objects, tables=tables, times_of=known.times_of_labels),
        decisions=known,
        states=states,
        ledger=ledger(deployment),
        rollups=rollups,
        events=merge_events(deployment),
        clock=deployment.clock,
    )


@provider
def merge_events(deployment: Deployment) -> MergeEvents:
    """Build the events of commits."""
    return MergeEvents(platform_events(deployment))


@provider
def rollup_requests(deployment: Deployment) -> RollupRequests:
    """Build the requests to the roll-up job."""
    return RollupRequests(deployment.clients.sqs, deployment.name_of(ROLLUP_QUEUE))


@provider
def rollup_job(deployment: Deployment) -> RollupJob:
    """Build the roll-up job."""
    return RollupJob(tables=lake_tables(deployment), states=table_states(deployment))


@provider
def rollup_runs(deployment: Deployment) -> RollupRuns:
    """Build the runs of the roll-up job."""
    return RollupRuns(job=rollup_job(deployment), requests=rollup_requests(deployment), events=merge_events(deployment))


@provider
def maintenance(deployment: Deployment) -> Maintenance:
    """Build the maintenance of tables."""
    return Maintenance(
        tables=lake_tables(deployment),
        states=table_states(deployment),
        rollups=rollup_job(deployment),
        clock=deployment.clock,
    )
