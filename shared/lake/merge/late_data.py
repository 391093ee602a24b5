"""Late rows: which deliveries change a day after all that was expected of it had come."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.record_version import Fate
from shared.lake.merge.upsert import Merged
from shared.lake.storage.paths import UNPARTITIONED, PartitionId
from shared.records.catalogue import SCHEMAS
from shared.records.schema import INGESTED_AT

_CHANGING = (Fate.LOADED, Fate.CONFLICT)


def complete_from(partition: PartitionId) -> datetime | None:
    """When a partition counts as complete: its day is over, and the time its type may be late; None if never."""
    if partition.day == UNPARTITIONED:
        return None
    end = datetime.combine(date.fromisoformat(partition.day) + timedelta(days=1), time())  # UTC, as all in the lake is
    return end + SCHEMAS[partition.data_type].allowed_lateness


def late_deliveries(partition: PartitionId, arrived: Sequence[pa.Table], outcome: Merged) -> list[str]:
    """The deliveries that changed a partition which was complete when they were received.

    Copies change nothing; what another day's delivery took away counts as changed by that.
    """
    complete = complete_from(partition)
    if complete is None:
        return []
    changing = [
        table for table, fates in zip(arrived, outcome.fates, strict=True) if any(fates.get(fate) for fate in _CHANGING)
    ]
    origins = [_received_after(complete, table) for table in (*changing, outcome.lost_to)]
    return sorted({name for names in origins for name in names.to_pylist()})


def _received_after(complete: datetime, table: pa.Table) -> pa.Array:
    late = pc.greater(table[INGESTED_AT], pa.scalar(complete, pa.timestamp("ms")))
    return pc.unique(table["_origin"].filter(late))
