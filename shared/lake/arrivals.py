"""What waits for a partition: rows of deliveries, markers that cancel such rows, news of records that moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.columns import read_parquet
from shared.lake.paths import Arrival, IncomingKey
from shared.lake.receipt import Receipt
from shared.lake.store import StoredObject

CANCELLED = "cancelled"


@dataclass(frozen=True)
class Arrivals:
    """Everything that waits, sorted by what it is."""

    rows: Sequence[StoredObject]
    news: Sequence[StoredObject]
    cancelled: Mapping[str, StoredObject]

    @classmethod
    def of(cls, waiting: Sequence[StoredObject]) -> Self:
        """Sort what was listed."""
        found = {arrival: list[tuple[IncomingKey, StoredObject]]() for arrival in Arrival}
        for each in waiting:
            name = IncomingKey.parse(each.key)
            if name is not None:
                found[name.arrival].append((name, each))
        return cls(
            rows=[each for _, each in found[Arrival.ROWS]],
            news=[each for _, each in found[Arrival.MOVES]],
            cancelled={name.rows_key: each for name, each in found[Arrival.CANCELLATION]},
        )

    def opened(self, receipt: Receipt, schema: pa.Schema) -> "Opened":
        """Read the rows, as far as they are in the base or shall be; a delivery that is in it stays in it."""
        fates = {name_of(each): receipt.merged.get(name_of(each)) for each in self.rows}
        merged = {name.split(" ")[0] for name, told in receipt.merged.items() if CANCELLED not in told}
        cancelled = {
            name_of(each): pq.read_metadata(pa.BufferReader(each.body)).num_rows
            for each in self.rows
            if fates[name_of(each)] is None and each.key in self.cancelled and each.key not in merged
        }
        tables = {
            name_of(each): read_parquet(each.body, schema)
            for each in self.rows
            if name_of(each) not in cancelled and CANCELLED not in (fates[name_of(each)] or ())
        }
        fresh = {name: table for name, table in tables.items() if fates[name] is None}
        return Opened(fresh, [table for name, table in tables.items() if name not in fresh], cancelled)

    @property
    def settled(self) -> list[StoredObject]:
        """What has done its work when the partition is up to date: all but markers whose rows are not there."""
        there = {each.key for each in self.rows}
        return [*self.rows, *self.news, *(each for key, each in self.cancelled.items() if key in there)]

    @property
    def early(self) -> list[StoredObject]:
        """The markers whose rows are not there: not yet, or not any more."""
        there = {each.key for each in self.rows}
        return [each for key, each in self.cancelled.items() if key not in there]


@dataclass(frozen=True)
class Opened:
    """The rows that wait: those to merge, by object; those that are in the base already; how many are cancelled."""

    fresh: Mapping[str, pa.Table]
    repeated: Sequence[pa.Table]
    cancelled: Mapping[str, int]


def name_of(stored: StoredObject) -> str:
    """An object as a receipt names it: its key and what it held."""
    return f"{stored.key} {stored.etag}"
