"""Provides the computation of customers, which needs SciPy."""

from shared.athena.provider import scheduled_athena
from shared.customers.computing import CustomerComputing
from shared.customers.provider import customer_store
from shared.runtime.deployment import Deployment, provider


@provider
def customer_computing(deployment: Deployment) -> CustomerComputing:
    """Build the computation."""
    return CustomerComputing(
        athena=scheduled_athena(deployment),
        store=customer_store(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )
