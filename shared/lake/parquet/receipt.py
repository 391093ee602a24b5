"""What a base object says of its own last merges, inside the object itself and so as atomic as its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

_METADATA = b"tally.receipt"


@dataclass(frozen=True)
class Receipt:
    """How often the partition was written, and the fates in each incoming object that is in it and still lies there.

    `merged` is keyed by the object's key and ETag: the same object is never merged twice, whoever crashes when.
    `restated_by` names the deliveries that changed the day, when all that was expected of it had come.
    """

    sequence: int = 0
    merged: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    restated_by: Sequence[str] = ()


def with_receipt(table: pa.Table, receipt: Receipt) -> pa.Table:
    """Attach a receipt to a table about to be written."""
    text = orjson.dumps(
        {"sequence": receipt.sequence, "merged": receipt.merged, "restated_by": list(receipt.restated_by)}
    )
    return table.replace_schema_metadata({_METADATA: text})


def receipt_of(table: pa.Table) -> Receipt:
    """Read the receipt of a table that was written."""
    text = (table.schema.metadata or {}).get(_METADATA)
    return Receipt() if text is None else Receipt(**orjson.loads(text))


def sequence_of(body: bytes) -> int:
    """Read how often what a Parquet object stems from was written, without reading its rows."""
    return receipt_of(pq.read_schema(pa.BufferReader(body)).empty_table()).sequence
