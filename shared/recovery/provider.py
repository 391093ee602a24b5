"""Provides redrives, late labels and the sweeper."""

from functools import partial

from shared.decisions.provider import decisions
from shared.ingestion.batches.provider import batches
from shared.ingestion.provider import validator
from shared.ingestion.uploads.provider import uploads
from shared.lake.provider import lake
from shared.ledger.provider import ledger
from shared.merging.queue import MERGE_QUEUE
from shared.quarantine.provider import quarantine
from shared.recovery.late_labels import LateLabels
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
def sweeper(deployment: Deployment) -> Sweeper:
    """Build what completes deliveries that a crash interrupted."""
    return Sweeper(
        lake=lake(deployment),
        ledger=ledger(deployment),
        batches=batches(deployment),
        uploads=uploads(deployment),
        redriver=partial(redriver, deployment),
        late_labels=partial(late_labels, deployment),
        sqs=deployment.clients.sqs,
        queue_url=deployment.name_of(MERGE_QUEUE),
        clock=deployment.clock,
    )
