"""Provides redrives, late labels, the sweeper and the reconciler."""

from functools import partial

from shared.athena.provider import scheduled_athena
from shared.decisions.provider import decisions
from shared.ingestion.batches.provider import batches
from shared.ingestion.provider import validator
from shared.ingestion.uploads.provider import uploads
from shared.lake.merge.reconciliation import Reconciliation
from shared.lake.provider import lake, table_states
from shared.lake.table.provider import lake_tables
from shared.ledger.provider import ledger
from shared.merging.provider import merge_events, rollup_requests
from shared.merging.queue import MERGE_QUEUE
from shared.quarantine.provider import quarantine
from shared.recovery.late_labels import LateLabels
from shared.recovery.reconciler import Reconciler
from shared.recovery.redrive import Redriver
from shared.recovery.redrive_requests import RedriveService
from shared.recovery.sweeper import Sweeper
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_configs


@provider
def redriver(deployment: Deployment) -> Redriver:
    """Build what loads quarantined rows again."""
    return Redriver(
        lake=lake(deployment),
        ledger=ledger(deployment),
        quarantine=quarantine(deployment),
        validator=validator(deployment),
        configs=source_configs(deployment),
        decisions=decisions(deployment),
        clock=deployment.clock,
    )


@provider
def redrive_service(deployment: Deployment) -> RedriveService:
    """Build what answers requests for a redrive."""
    return RedriveService(
        ledger=ledger(deployment),
        quarantine=quarantine(deployment),
        redriver=redriver(deployment),
        clock=deployment.clock,
    )


@provider
def late_labels(deployment: Deployment) -> LateLabels:
    """Build what joins labels to decisions that arrived after them."""
    return LateLabels(
        decisions=decisions(deployment),
        ledger=ledger(deployment),
        quarantine=quarantine(deployment),
        redriver=redriver(deployment),
    )


@provider
def reconciler(deployment: Deployment) -> Reconciler:
    """Build what compares rows beyond the identity horizon."""
    return Reconciler(
        query=scheduled_athena(deployment).run,
        reconciliation=Reconciliation(lake=lake(deployment), tables=lake_tables(deployment)),
        lake=lake(deployment),
        tables=lake_tables(deployment),
        states=table_states(deployment),
        ledger=ledger(deployment),
        rollups=rollup_requests(deployment),
        events=merge_events(deployment),
        clock=deployment.clock,
    )


@provider
def sweeper(deployment: Deployment) -> Sweeper:
    """Build what completes deliveries that a crash interrupted."""
    return Sweeper(
        lake=lake(deployment),
        ledger=ledger(deployment),
        batches=batches(deployment),
        uploads=uploads(deployment),
        redriver=partial(redriver, deployment),
        late_labels=partial(late_labels, deployment),
        decisions=decisions(deployment),
        sqs=deployment.clients.sqs,
        queue_url=deployment.name_of(MERGE_QUEUE),
        clock=deployment.clock,
    )
