"""Provides what exports in requests and in the background have in common."""

from typing import TYPE_CHECKING

from shared.exports.decision_source import DecisionSource
from shared.exports.files import EXPORT_FILES_BUCKET, ExportFiles
from shared.exports.queue import EXPORT_QUEUE, ExportQueue
from shared.exports.store import EXPORTS_TABLE, ExportStore
from shared.lake.storage.object_store import LakeStore
from shared.runtime.deployment import Deployment

if TYPE_CHECKING:
    from shared.athena.client import Athena


def export_store(deployment: Deployment) -> ExportStore:
    """Build the store of exports in the background."""
    return ExportStore(
        dynamodb=deployment.clients.dynamodb, table=deployment.name_of(EXPORTS_TABLE), clock=deployment.clock
    )


def export_files(deployment: Deployment) -> ExportFiles:
    """Build the store of files."""
    return ExportFiles(deployment.clients.s3, deployment.name_of(EXPORT_FILES_BUCKET))


def export_queue(deployment: Deployment) -> ExportQueue:
    """Build the queue."""
    return ExportQueue(deployment.clients.sqs, deployment.name_of(EXPORT_QUEUE))


def decision_source(deployment: Deployment, runner: "Athena") -> DecisionSource:
    """Build what reads decisions with a client of Athena."""
    bucket = deployment.name_of(EXPORT_FILES_BUCKET)
    return DecisionSource(athena=runner, files=LakeStore(deployment.clients.s3, bucket), bucket=bucket)
