"""Provides the customer snapshot job, which needs SciPy."""

from shared.athena.provider import scheduled_athena
from shared.customers.provider import customer_store
from shared.customers.snapshot_job import CustomerSnapshotJob
from shared.lake.provider import table_states
from shared.runtime.deployment import Deployment, provider


@provider
def customer_snapshot_job(deployment: Deployment) -> CustomerSnapshotJob:
    """Build the job."""
    return CustomerSnapshotJob(
        athena=scheduled_athena(deployment),
        states=table_states(deployment),
        store=customer_store(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
