"""The receipt of a base object, stored in the object's metadata, so that both are written atomically."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

_METADATA = b"tally.receipt"


@dataclass(frozen=True)
class Receipt:
    """The number of writes of a partition, and the outcomes of each merged object that still exists.

    `merged` is keyed by key and ETag of the object, so that no object is merged twice, even after a crash.
    `restated_by` are the deliveries that changed the day after its maturity.
    """

    sequence: int = 0
    merged: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    restated_by: Sequence[str] = ()


def attach_receipt(table: pa.Table, receipt: Receipt) -> pa.Table:
    """Return the table with a receipt in its metadata."""
    text = orjson.dumps(
        {"sequence": receipt.sequence, "merged": receipt.merged, "restated_by": list(receipt.restated_by)}
    )
    return table.replace_schema_metadata({_METADATA: text})


def read_receipt(table: pa.Table) -> Receipt:
    """Return the receipt of a table; an empty one if it has none."""
    text = (table.schema.metadata or {}).get(_METADATA)
    return Receipt() if text is None else Receipt(**orjson.loads(text))


def read_sequence(body: bytes) -> int:
    """Return the sequence of a Parquet object's receipt, without reading its rows."""
    return read_receipt(pq.read_schema(pa.BufferReader(body)).empty_table()).sequence
