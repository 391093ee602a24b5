"""Provides the ledger and what is read from it."""

from collections.abc import Callable, Sequence

from shared.ledger.by_source import DeliveriesBySource
from shared.ledger.models import DiscardedRecords
from shared.ledger.movements import MovedTables
from shared.ledger.reports import HourlyTotals, LedgerReports
from shared.ledger.store import LEDGER_HOURS_TABLE, LEDGER_TABLE, SOURCES_TABLE, Ledger
from shared.quality.store import QUALITY_TABLE
from shared.runtime.deployment import Deployment, provider


@provider
def ledger(deployment: Deployment) -> Ledger:
    """Build the ledger."""
    return Ledger(
        deployment.clients.dynamodb,
        table=deployment.name_of(LEDGER_TABLE),
        moved=MovedTables(
            sources=deployment.name_of(SOURCES_TABLE),
            hours=deployment.name_of(LEDGER_HOURS_TABLE),
            quality=deployment.name_of(QUALITY_TABLE),
        ),
        clock=deployment.clock,
    )


@provider
def deliveries(deployment: Deployment) -> DeliveriesBySource:
    """Build the list of each source's deliveries."""
    return DeliveriesBySource(deployment.clients.dynamodb, deployment.name_of(LEDGER_TABLE))


@provider
def hourly_totals(deployment: Deployment) -> HourlyTotals:
    """Build the reader of hourly totals."""
    return HourlyTotals(deployment.clients.dynamodb, deployment.name_of(LEDGER_HOURS_TABLE))


def ledger_reports(
    deployment: Deployment,
    *,
    source_ids: Callable[[], Sequence[str]],
    discarded: Callable[[], DiscardedRecords | None],
) -> LedgerReports:
    """Build the ledger's reports, over the sources and the stream of higher floors."""
    return LedgerReports(
        hours=hourly_totals(deployment),
        source_ids=source_ids,
        deliveries=deliveries(deployment),
        discarded=discarded,
        clock=deployment.clock,
    )
