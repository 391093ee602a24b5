"""Rejected rows as a table: each as it was received, with every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from shared.lake.columns import MOMENT

SCHEMA = pa.schema(
    [
        ("origin", pa.string()),
        ("source_id", pa.string()),
        ("data_type", pa.string()),
        ("row", pa.int64()),
        ("raw", pa.string()),
        ("errors", pa.string()),
        ("received_at", MOMENT),
    ]
)


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """One row that was not taken: its 0-based place, its text as received, the reasons as JSON text."""

    place: int
    raw: str
    errors: str


def picked(rows: Sequence[Any] | pa.Table, places: Sequence[int]) -> list[Any]:
    """Some of the rows, one by one, however they are held."""
    if isinstance(rows, pa.Table):
        found: list[Any] = rows.take(pa.array(places, pa.int64())).to_pylist()
        return found
    return [rows[each] for each in places]


def to_table(
    rows: Sequence[RejectedRow], *, origin: str, source_id: str, data_type: str, received_at: datetime
) -> pa.Table:
    """Turn rejected rows into the columns of the quarantine table."""
    size = len(rows)
    moment = pa.array([received_at] * size, pa.timestamp("us", "UTC")).cast(MOMENT, safe=False)
    columns = [
        pa.repeat(pa.scalar(origin), size),
        pa.repeat(pa.scalar(source_id), size),
        pa.repeat(pa.scalar(data_type), size),
        pa.array([each.place for each in rows], pa.int64()),
        pa.array([each.raw for each in rows], pa.string()),
        pa.array([each.errors for each in rows], pa.string()),
        moment,
    ]
    return pa.table(columns, schema=SCHEMA)
