"""Provides the uploads of files up to their loading, for requests, which must not wait for Arrow."""

from shared.ingestion.uploads.accepted import AcceptedFiles
from shared.ingestion.uploads.queue import UPLOAD_QUEUE, UploadQueue
from shared.ingestion.uploads.registration import Uploads
from shared.ingestion.uploads.store import UPLOADS_TABLE, UploadStore
from shared.lake.provider import lake
from shared.lake.storage.object_store import LAKE_BUCKET, LakeStore
from shared.runtime.deployment import Deployment, provider


@provider
def upload_store(deployment: Deployment) -> UploadStore:
    """Build the store of upload states."""
    return UploadStore(deployment.clients.dynamodb, deployment.name_of(UPLOADS_TABLE))


@provider
def upload_queue(deployment: Deployment) -> UploadQueue:
    """Build the queue of files to load."""
    return UploadQueue(deployment.clients.sqs, deployment.name_of(UPLOAD_QUEUE))


@provider
def accepted_files(deployment: Deployment) -> AcceptedFiles:
    """Build what finds files that are not loaded yet; functions that only list files may build it, too."""
    return AcceptedFiles(
        uploads=upload_store(deployment),
        lake=LakeStore(deployment.clients.s3, deployment.name_of(LAKE_BUCKET)),
    )


@provider
def uploads(deployment: Deployment) -> Uploads:
    """Build what accepts files."""
    return Uploads(
        lake=lake(deployment),
        store=upload_store(deployment),
        queue=upload_queue(deployment),
        clock=deployment.clock,
    )
