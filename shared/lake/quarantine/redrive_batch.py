"""Rows that a redrive takes out of quarantine, stored as one object, so that any run can complete it.

Rows that are dropped leave the quarantine in the same way; their object has only their positions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from shared.decisions.models import IndexedDecision
from shared.lake.parquet.columns import arrow_schema, event_range, read_parquet, write_parquet
from shared.lake.quarantine.decisions import extract_decisions
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS

_METADATA = b"tally.redrive"


@dataclass(frozen=True)
class RedriveBatch:
    """Valid records of one type as columns, and the positions of their rows in the original delivery.

    `data_type` is None if the rows are dropped; then there are no records.
    """

    data_type: DataType | None
    table: pa.Table
    places: Sequence[int]

    @classmethod
    def of_dropped(cls, places: Sequence[int]) -> Self:
        """Return the rows at these positions as dropped ones."""
        return cls(None, pa.table({}), places)

    @property
    def is_dropped(self) -> bool:
        """Whether the rows are dropped."""
        return self.data_type is None

    @property
    def derived(self) -> int:
        """The number of records that were derived from the rows."""
        return 0 if self.is_dropped else len(self.table) - len(self.places)

    @property
    def event_range(self) -> tuple[datetime, datetime] | None:
        """The earliest and the latest event time."""
        return None if self.data_type is None else event_range(self.data_type, self.table)

    @property
    def decisions(self) -> Iterator[IndexedDecision]:
        """The decisions among the rows."""
        is_indexed = self.data_type is not None and SCHEMAS[self.data_type].indexed
        return extract_decisions(self.table) if is_indexed else iter(())

    def to_parquet(self) -> bytes:
        """Serialize the rows with their positions."""
        metadata = orjson.dumps({"data_type": self.data_type, "places": list(self.places)})
        return write_parquet(self.table.replace_schema_metadata({_METADATA: metadata}))

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse a stored object."""
        metadata = orjson.loads(pq.read_schema(pa.BufferReader(body)).metadata[_METADATA])
        if metadata["data_type"] is None:
            return cls.of_dropped(metadata["places"])
        data_type = DataType(metadata["data_type"])
        table = read_parquet(body, arrow_schema(data_type)).replace_schema_metadata(None)
        return cls(data_type, table, metadata["places"])

    def to_incoming(self, data_type: DataType) -> bytes:
        """Serialize the rows as the content of an incoming object of their data type."""
        return write_parquet(self.table, unique=SCHEMAS[data_type].key)
