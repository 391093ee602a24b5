"""Provides what reads dashboards, for functions that need neither their data nor the reports behind them."""

from shared.dashboards.store import DASHBOARDS_TABLE, DashboardReader
from shared.runtime.deployment import Deployment, provider


@provider
def dashboard_reader(deployment: Deployment) -> DashboardReader:
    """Build what reads dashboards and changes none."""
    return DashboardReader(dynamodb=deployment.clients.dynamodb, table=deployment.name_of(DASHBOARDS_TABLE))
