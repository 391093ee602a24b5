"""Provides the quarantine and its reports."""

from shared.lake.provider import lake
from shared.quarantine.index import QUARANTINE_INDEX_TABLE, QuarantineIndex
from shared.quarantine.reports import QuarantineReports
from shared.quarantine.store import Quarantine
from shared.runtime.deployment import Deployment, provider


@provider
def quarantine(deployment: Deployment) -> Quarantine:
    """Build the store of rejected rows."""
    index = QuarantineIndex(deployment.clients.dynamodb, deployment.name_of(QUARANTINE_INDEX_TABLE))
    return Quarantine(lake=lake(deployment), index=index)


@provider
def quarantine_reports(deployment: Deployment) -> QuarantineReports:
    """Build the reports on rejected rows."""
    return QuarantineReports(quarantine=quarantine(deployment), clock=deployment.clock)
