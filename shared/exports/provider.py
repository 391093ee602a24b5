"""Provides exports, and what prepares them in the background."""

from typing import TYPE_CHECKING

from shared.athena.provider import athena, pinned_queries, scheduled_athena
from shared.audit.provider import audit_trail
from shared.decisions.provider import fraud_configuration
from shared.exports.decision_exports import DecisionExports
from shared.exports.decision_source import DecisionSource
from shared.exports.delivery import Delivery
from shared.exports.exporter import Exporter
from shared.exports.files import EXPORT_FILES_BUCKET, ExportFiles
from shared.exports.queue import EXPORT_QUEUE, ExportQueue
from shared.exports.reports import ExportReports
from shared.exports.runner import ExportRunner
from shared.exports.store import EXPORTS_TABLE, ExportStore
from shared.fraud.provider import fraud_reports
from shared.ingestion.arrivals_provider import source_arrivals
from shared.lake.storage.object_store import LakeStore
from shared.runtime.deployment import Deployment, provider

if TYPE_CHECKING:
    from shared.athena.client import Athena


@provider
def exporter(deployment: Deployment) -> Exporter:
    """Build what exports data."""
    queries, arrivals = pinned_queries(deployment), source_arrivals(deployment)
    exports = _exports(deployment)
    delivery = Delivery(files=_files(deployment), largest_answer=deployment.settings.largest_answer_bytes)
    return Exporter(
        reports=ExportReports(queries=queries, arrivals=arrivals, fraud=fraud_reports(deployment)),
        decisions=DecisionExports(
            queries=queries,
            arrivals=arrivals,
            parameters=lambda: fraud_configuration(deployment).get(),
            source=_source(deployment, athena(deployment)),
            exports=exports,
            queue=_queue(deployment),
            delivery=delivery,
            clock=deployment.clock,
        ),
        exports=exports,
        delivery=delivery,
        clock=deployment.clock,
    )


@provider
def export_runner(deployment: Deployment) -> ExportRunner:
    """Build what prepares exports in the background."""
    return ExportRunner(
        exports=_exports(deployment),
        source=_source(deployment, scheduled_athena(deployment)),
        files=_files(deployment),
        queue=_queue(deployment),
        audit_trail=audit_trail(deployment),
    )


def _exports(deployment: Deployment) -> ExportStore:
    return ExportStore(
        dynamodb=deployment.clients.dynamodb, table=deployment.name_of(EXPORTS_TABLE), clock=deployment.clock
    )


def _files(deployment: Deployment) -> ExportFiles:
    return ExportFiles(deployment.clients.s3, deployment.name_of(EXPORT_FILES_BUCKET))


def _queue(deployment: Deployment) -> ExportQueue:
    return ExportQueue(deployment.clients.sqs, deployment.name_of(EXPORT_QUEUE))


def _source(deployment: Deployment, runner: "Athena") -> DecisionSource:
    bucket = deployment.name_of(EXPORT_FILES_BUCKET)
    return DecisionSource(athena=runner, files=LakeStore(deployment.clients.s3, bucket), bucket=bucket)
