"""Provides the store of computed customers and its reports."""

from shared.customers.reports import CustomerReports
from shared.customers.store import CUSTOMERS_TABLE, CustomerStore
from shared.runtime.deployment import Deployment, provider


@provider
def customer_store(deployment: Deployment) -> CustomerStore:
    """Build the store of profiles and segments."""
    return CustomerStore(deployment.clients.dynamodb, deployment.name_of(CUSTOMERS_TABLE), deployment.clock)


@provider
def customer_reports(deployment: Deployment) -> CustomerReports:
    """Build the reports on customers."""
    return CustomerReports(customer_store(deployment))
