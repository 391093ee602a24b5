"""Provides how fresh data are, which depends on what ingestion has accepted and not loaded yet."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from shared.ingestion.stream.provider import accepted_records
from shared.ingestion.uploads.provider import accepted_files
from shared.ledger.provider import deliveries
from shared.ledger.store import SOURCES_TABLE
from shared.records.schema import DataType
from shared.runtime.deployment import Deployment, provider
from shared.runtime.parallel import both
from shared.sources.arrivals import SourceArrivals
from shared.sources.freshness import PendingRange


@provider
def source_arrivals(deployment: Deployment) -> SourceArrivals:
    """Build the reader of how fresh data are."""
    return SourceArrivals(
        dynamodb=deployment.clients.dynamodb,
        table=deployment.name_of(SOURCES_TABLE),
        deliveries=partial(deliveries, deployment),
        not_loaded=partial(_not_loaded, deployment),
    )


def _not_loaded(
    deployment: Deployment, data_types: Collection[DataType], now: datetime
) -> Mapping[DataType, Sequence[PendingRange]]:
    """Return the event times of records and files that are not in the ledger; those in files are unknown."""
    records, files = both(
        lambda: accepted_records(deployment).pending(data_types, now),
        lambda: accepted_files(deployment).waiting(data_types),
    )
    in_files = {each: () if files[each] == [] else (PendingRange(),) for each in data_types}
    return {each: (*records[each], *in_files[each]) for each in data_types}
