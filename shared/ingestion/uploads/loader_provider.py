"""Provides the loading of uploaded files, which needs Arrow."""

from shared.ingestion.cancellation import Withdrawal
from shared.ingestion.provider import bringing_back, loader
from shared.ingestion.uploads.loader import FileLoader
from shared.ingestion.uploads.provider import upload_queue, upload_store
from shared.ingestion.uploads.settlement import Settlement
from shared.lake.provider import lake
from shared.ledger.provider import ledger
from shared.runtime.deployment import Deployment, provider


@provider
def file_loader(deployment: Deployment) -> FileLoader:
    """Build the loader of files."""
    settlement = Settlement(
        lake=lake(deployment),
        ledger=ledger(deployment),
        loader=loader(deployment),
        withdrawal=Withdrawal(lake=lake(deployment), ledger=ledger(deployment)),
        clock=deployment.clock,
    )
    return FileLoader(
        lake=lake(deployment),
        uploads=upload_store(deployment),
        ledger=ledger(deployment),
        loader=loader(deployment),
        bringing_back=bringing_back(deployment),
        settlement=settlement,
        queue=upload_queue(deployment),
        clock=deployment.clock,
    )
