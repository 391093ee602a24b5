"""Provides the loading of uploaded files, which needs Arrow."""

from shared.events.provider import platform_events
from shared.ingestion.cancellation import Cancellation
from shared.ingestion.provider import loader, restorer
from shared.ingestion.uploads.finalizer import UploadFinalizer
from shared.ingestion.uploads.loader import FileLoader
from shared.ingestion.uploads.provider import upload_queue, upload_store
from shared.lake.provider import lake
from shared.ledger.provider import ledger
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_configs


@provider
def file_loader(deployment: Deployment) -> FileLoader:
    """Build the loader of files."""
    finalizer = UploadFinalizer(
        lake=lake(deployment),
        ledger=ledger(deployment),
        loader=loader(deployment),
        cancellation=Cancellation(lake=lake(deployment), ledger=ledger(deployment)),
        events=platform_events(deployment),
        clock=deployment.clock,
    )
    return FileLoader(
        lake=lake(deployment),
        uploads=upload_store(deployment),
        ledger=ledger(deployment),
        loader=loader(deployment),
        restorer=restorer(deployment),
        finalizer=finalizer,
        queue=upload_queue(deployment),
        clock=deployment.clock,
        refresh_configuration=source_configs(deployment).refresh,
    )
