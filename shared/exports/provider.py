"""Provides exports in requests."""

from shared.athena.provider import athena, pinned_queries
from shared.decisions.provider import fraud_configuration
from shared.experiments.provider import experiment_reports, experiments
from shared.exports.decision_exports import DecisionExports
from shared.exports.delivery import Delivery
from shared.exports.exporter import Exporter
from shared.exports.parts_provider import decision_source, export_files, export_queue, export_store
from shared.exports.reports import ExportReports
from shared.fraud.provider import fraud_reports
from shared.ingestion.arrivals_provider import source_arrivals
from shared.runtime.deployment import Deployment, provider


@provider
def exporter(deployment: Deployment) -> Exporter:
    """Build what exports data."""
    queries, arrivals = pinned_queries(deployment), source_arrivals(deployment)
    exports = export_store(deployment)
    delivery = Delivery(files=export_files(deployment), largest_answer=deployment.settings.largest_answer_bytes)
    return Exporter(
        reports=ExportReports(
            queries=queries,
            arrivals=arrivals,
            fraud=fraud_reports(deployment),
            experiments=experiments(deployment),
            results=experiment_reports(deployment),
        ),
        decisions=DecisionExports(
            queries=queries,
            arrivals=arrivals,
            parameters=lambda: fraud_configuration(deployment).get(),
            source=decision_source(deployment, athena(deployment)),
            exports=exports,
            queue=export_queue(deployment),
            delivery=delivery,
            clock=deployment.clock,
        ),
        exports=exports,
        delivery=delivery,
        clock=deployment.clock,
    )
