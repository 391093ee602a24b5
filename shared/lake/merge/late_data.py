"""Late data: deliveries that change a day after its maturity."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.record_version import Outcome
from shared.lake.merge.upsert import UpsertResult
from shared.lake.storage.paths import UNPARTITIONED, PartitionId
from shared.records.schema import INGESTED_AT
from shared.records.schemas import SCHEMAS

_CHANGING = (Outcome.LOADED, Outcome.CONFLICT)


def closes_at(partition: PartitionId) -> datetime | None:
    """Return when a partition matures: the end of its day plus the allowed lateness of its type; None if never."""
    if partition.day == UNPARTITIONED:
        return None
    end = datetime.combine(date.fromisoformat(partition.day) + timedelta(days=1), time())  # UTC, as all in the lake is
    return end + SCHEMAS[partition.data_type].allowed_lateness


def late_deliveries(partition: PartitionId, arrived: Sequence[pa.Table], result: UpsertResult) -> list[str]:
    """Return the deliveries that changed a partition and were received after its maturity.

    Duplicates change nothing; a row that moved to another day changes both days.
    """
    closed_at = closes_at(partition)
    if closed_at is None:
        return []
    changing = [
        table
        for table, counts in zip(arrived, result.outcomes, strict=True)
        if any(counts.get(outcome) for outcome in _CHANGING)
    ]
    delivery_ids = [_received_after(closed_at, table) for table in (*changing, result.winners_elsewhere)]
    return sorted({name for names in delivery_ids for name in names.to_pylist()})


def _received_after(closed_at: datetime, table: pa.Table) -> pa.Array:
    late = pc.greater(table[INGESTED_AT], pa.scalar(closed_at, pa.timestamp("ms")))
    return pc.unique(table["_origin"].filter(late))
