"""Provides the steps of a computation of all customers that need SciPy."""

from shared.athena.provider import scheduled_athena
from shared.customers.preparation import CustomerPreparation
from shared.customers.provider import customer_store
from shared.customers.publication_provider import run_files
from shared.customers.slices import CustomerSlices
from shared.lake.provider import table_states
from shared.runtime.deployment import Deployment, provider


@provider
def customer_preparation(deployment: Deployment) -> CustomerPreparation:
    """Build the first step."""
    return CustomerPreparation(
        athena=scheduled_athena(deployment),
        states=table_states(deployment),
        store=customer_store(deployment),
        files=run_files(deployment),
        reporting_currency=deployment.settings.reporting_currency,
        clock=deployment.clock,
    )


@provider
def customer_slices(deployment: Deployment) -> CustomerSlices:
    """Build the step of a slice."""
    return CustomerSlices(store=customer_store(deployment), files=run_files(deployment))
