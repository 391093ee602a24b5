"""Rows on their way out of quarantine, as one object: what is in it is driven, whoever finishes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shared.lake.parquet.columns import arrow_schema, by_day, latest_event, read_parquet, write_parquet
from shared.lake.quarantine.decisions import Decision, decisions_in
from shared.lake.storage.paths import PartitionId
from shared.records.catalogue import SCHEMAS
from shared.records.schema import DataType

_METADATA = b"tally.redrive"


@dataclass(frozen=True)
class Leaving:
    """Good rows of one type as columns, and their places in the delivery that brought them."""

    data_type: DataType
    table: pa.Table
    places: Sequence[int]

    @property
    def latest_event(self) -> datetime | None:
        """The latest event time among them."""
        return latest_event(self.data_type, self.table)

    @property
    def decisions(self) -> Iterator[Decision]:
        """The decisions among them."""
        return decisions_in(self.table) if SCHEMAS[self.data_type].indexed else iter(())

    def written(self) -> bytes:
        """Them as an object."""
        said = orjson.dumps({"data_type": self.data_type, "places": list(self.places)})
        return write_parquet(self.table.replace_schema_metadata({_METADATA: said}))

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read them from their object."""
        said = orjson.loads(pq.read_schema(pa.BufferReader(body)).metadata[_METADATA])
        data_type = DataType(said["data_type"])
        table = read_parquet(body, arrow_schema(data_type)).replace_schema_metadata(None)
        return cls(data_type, table, said["places"])

    def incoming(self, name: str) -> Iterator[tuple[str, str, bytes]]:
        """For each day its name, and the key and the bytes of the object that the merge will find."""
        for day, rows in by_day(self.data_type, self.table):
            body = write_parquet(rows, unique=SCHEMAS[self.data_type].key)
            yield day, PartitionId(self.data_type, day).incoming_key(name), body
