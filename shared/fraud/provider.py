"""Provides reports on fraud decisions."""

from shared.athena.provider import pinned_queries
from shared.decisions.provider import fraud_configuration
from shared.fraud.lake_reader import DecisionReader
from shared.fraud.reports import FraudReports
from shared.ingestion.arrivals_provider import source_arrivals
from shared.pipelines.provider import pipeline_health
from shared.runtime.deployment import Deployment, provider


@provider
def decision_reader(deployment: Deployment) -> DecisionReader:
    """Build what asks the lake about decisions."""
    return DecisionReader(queries=pinned_queries(deployment), reporting_currency=deployment.settings.reporting_currency)


@provider
def fraud_reports(deployment: Deployment) -> FraudReports:
    """Build the reports on fraud decisions."""
    return FraudReports(
        reader=decision_reader(deployment),
        arrivals=source_arrivals(deployment),
        parameters=lambda: fraud_configuration(deployment).get(),
        pipelines=lambda: pipeline_health(deployment).report().pipelines,
        clock=deployment.clock,
    )
