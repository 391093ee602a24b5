"""Provides batches: their submission, their lifecycle and the errors of their rows."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from shared.ingestion.batches.batch_list import BatchList
from shared.ingestion.batches.estimate import ProcessingEstimates
from shared.ingestion.batches.lifecycle import BatchLifecycle
from shared.ingestion.batches.row_errors import RowErrors
from shared.ingestion.batches.submission import Batches
from shared.ingestion.cancellation import Cancellation
from shared.ingestion.uploads.provider import accepted_files, upload_queue, upload_store
from shared.lake.provider import lake
from shared.ledger.provider import deliveries, ledger
from shared.runtime.deployment import Deployment, LazyImport, provider

if TYPE_CHECKING:
    import shared.ingestion.provider
    import shared.quarantine.provider
else:  # Arrow takes 100 ms: only requests that load or read rows wait for it
    shared = LazyImport("shared")


@provider
def batches(deployment: Deployment) -> Batches:
    """Build what accepts batches."""
    return Batches(
        lake=lake(deployment),
        loader=partial(shared.ingestion.provider.loader, deployment),
        restorer=partial(shared.ingestion.provider.restorer, deployment),
        estimates=ProcessingEstimates(
            lake=lake(deployment), ledger=ledger(deployment), files=accepted_files(deployment)
        ),
        clock=deployment.clock,
    )


@provider
def lifecycle(deployment: Deployment) -> BatchLifecycle:
    """Build what follows, cancels and resumes batches."""
    return BatchLifecycle(
        lake=lake(deployment),
        ledger=ledger(deployment),
        batches=batches(deployment),
        uploads=upload_store(deployment),
        queue=upload_queue(deployment),
        cancellation=Cancellation(lake=lake(deployment), ledger=ledger(deployment)),
        clock=deployment.clock,
    )


def batch_list(deployment: Deployment, *, source_ids: Callable[[], Iterable[str]]) -> BatchList:
    """Build the list of batches, over the sources of a higher floor."""
    return BatchList(
        deliveries=deliveries(deployment),
        uploads=upload_store(deployment),
        source_ids=source_ids,
        clock=deployment.clock,
    )


@provider
def row_errors(deployment: Deployment) -> RowErrors:
    """Build the report on a batch's rejected rows."""
    return RowErrors(
        ledger=ledger(deployment),
        uploads=upload_store(deployment),
        quarantine=shared.quarantine.provider.quarantine(deployment),
    )
