"""Provides the ledger and what is read from it."""

from collections.abc import Callable, Sequence

from shared.ledger.by_source import Deliveries
from shared.ledger.reports import Accounts, LedgerHours
from shared.ledger.store import Ledger
from shared.runtime.deployment import Deployment, provider
from shared.runtime.settings import Resource


@provider
def ledger(deployment: Deployment) -> Ledger:
    """Build the ledger."""
    return Ledger(
        deployment.clients.dynamodb,
        table=deployment.name_of(Resource.LEDGER),
        sources_table=deployment.name_of(Resource.SOURCES),
        hours_table=deployment.name_of(Resource.LEDGER_HOURS),
        quality_table=deployment.name_of(Resource.QUALITY),
        clock=deployment.clock,
    )


@provider
def deliveries(deployment: Deployment) -> Deliveries:
    """Build the list of each source's deliveries."""
    return Deliveries(deployment.clients.dynamodb, deployment.name_of(Resource.LEDGER))


def accounts(deployment: Deployment, *, source_ids: Callable[[], Sequence[str]]) -> Accounts:
    """Build the ledger's reports, over the sources of a higher floor."""
    return Accounts(
        hours=LedgerHours(deployment.clients.dynamodb, deployment.name_of(Resource.LEDGER_HOURS)),
        source_ids=source_ids,
        deliveries=deliveries(deployment),
        clock=deployment.clock,
    )
