"""Rejected rows as a Parquet object: each as received, with its errors and what a redrive needs."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import orjson
import pyarrow as pa

from shared.lake.parquet.columns import MOMENT, read_parquet, write_parquet
from shared.lake.storage.paths import quarantine_key

SCHEMA = pa.schema(
    [
        ("origin", pa.string()),
        ("source_id", pa.string()),
        ("data_type", pa.string()),
        ("row", pa.int64()),
        ("raw", pa.string()),
        ("errors", pa.string()),
        ("received_at", MOMENT),
        ("form", pa.string()),
        ("ingested_at", MOMENT),
        ("row_group", pa.string()),
    ]
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class RejectedRow:
    """A rejected row: position, text as received, errors as JSON text, and time of receipt (ms since 1970).

    `form` is the encoding of its values; it is empty for a malformed record. `group` is the name of the rows that it
    was received with, all of which are rejected; it is empty if the source's mapping had no groups.
    """

    place: int
    raw: str
    errors: str
    form: str = ""
    arrived: int = 0
    group: str = ""

    @cached_property
    def reasons(self) -> list[dict[str, Any]]:
        """The errors: field, code, message, rejected value."""
        reasons: list[dict[str, Any]] = orjson.loads(self.errors)
        return reasons

    @property
    def codes(self) -> set[str]:
        """The codes of the errors."""
        return {reason["code"] for reason in self.reasons}


@dataclass(frozen=True, kw_only=True)
class RejectedRows:
    """The rejected rows of one delivery, by position."""

    delivery_id: str
    source_id: str
    data_type: str
    received_at: datetime
    rows: Sequence[RejectedRow]

    @property
    def key(self) -> str:
        """Key of the object."""
        return quarantine_key(self.received_at.date().isoformat(), self.delivery_id)

    @property
    def codes(self) -> Mapping[str, int]:
        """Number of rows by error code."""
        return Counter(code for row in self.rows for code in row.codes)

    def without(self, places: Collection[int]) -> "RejectedRows":
        """Return the other rows."""
        return replace(self, rows=[row for row in self.rows if row.place not in places])

    def to_parquet(self) -> bytes:
        """Serialize the rows with the columns of the quarantine table and those that a redrive needs."""
        size = len(self.rows)
        columns = [
            pa.repeat(pa.scalar(self.delivery_id), size),
            pa.repeat(pa.scalar(self.source_id), size),
            pa.repeat(pa.scalar(self.data_type), size),
            pa.array([each.place for each in self.rows], pa.int64()),
            pa.array([each.raw for each in self.rows], pa.string()),
            pa.array([each.errors for each in self.rows], pa.string()),
            pa.repeat(pa.scalar(to_milliseconds(self.received_at), pa.int64()), size).cast(MOMENT),
            pa.array([each.form or None for each in self.rows], pa.string()),
            pa.array([each.arrived for each in self.rows], pa.int64()).cast(MOMENT),
            pa.array([each.group or None for each in self.rows], pa.string()),
        ]
        return write_parquet(pa.table(columns, schema=SCHEMA))


def to_milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def read_rows(body: bytes) -> Iterator[RejectedRow]:
    """Yield the rows of a quarantine object, in order."""
    table = read_parquet(body, SCHEMA)
    arrived = table["ingested_at"].cast(pa.int64())
    columns = (table["row"], table["raw"], table["errors"], table["form"], arrived, table["row_group"])
    for place, raw, errors, form, at, group in zip(*(each.to_pylist() for each in columns), strict=True):
        yield RejectedRow(place=place, raw=raw, errors=errors, form=form or "", arrived=at or 0, group=group or "")


def take_rows(rows: Sequence[Any] | pa.Table, places: Sequence[int]) -> list[Any]:
    """Return the rows at these positions, one by one."""
    if isinstance(rows, pa.Table):
        found: list[Any] = rows.take(pa.array(places, pa.int64())).to_pylist()
        return found
    return [rows[each] for each in places]
