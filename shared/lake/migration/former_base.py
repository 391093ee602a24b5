"""Reads base objects of the former format in parts that fit into memory."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa

from shared.lake.merge.receipt import ObjectReceipt
from shared.lake.migration.former_paths import day_of
from shared.lake.parquet.columns import UnreadableObject, arrow_schema, parquet_metadata, read_parquet_parts
from shared.lake.storage.object_store import ObjectName, StoredObject
from shared.lake.storage.paths import IncomingKey
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore
    from shared.records.schema import DataType

MOST_ROWS = 200_000
"""Rows of one commit."""

_AT_ONCE = 8
_MOST_BYTES = 64 * 1024 * 1024
_RECEIPT = b"tally.receipt"


@dataclass(frozen=True, kw_only=True)
class Portion:
    """Rows that are converted by one commit.

    `objects` are the base objects of which this portion has the last rows; `merged` has, by name, the outcomes of the
    incoming objects that were merged into them.
    """

    rows: pa.Table
    merged: Mapping[str, ObjectReceipt] = field(default_factory=dict)
    objects: Sequence[ObjectName] = ()


def read_portions(
    lake: "LakeStore", data_type: "DataType", names: Sequence[ObjectName], most_rows: int = MOST_ROWS
) -> Iterator[Portion]:
    """Read base objects in the given order. Damaged ones are reported and left out."""
    collected = list[Portion]()
    for stored in _objects(lake, names):
        for part in _parts(data_type, stored, most_rows):
            if collected and sum(len(each.rows) for each in (*collected, part)) > most_rows:
                yield _together(collected)
                collected = []
            collected.append(part)
    if collected:
        yield _together(collected)


def _together(parts: Sequence[Portion]) -> Portion:
    return Portion(
        rows=pa.concat_tables(each.rows for each in parts),
        merged={name: receipt for each in parts for name, receipt in each.merged.items()},
        objects=[name for each in parts for name in each.objects],
    )


def _objects(lake: "LakeStore", names: Sequence[ObjectName]) -> Iterator[StoredObject]:
    """Read objects in the given order, small ones several at a time; those that are gone are left out."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in _batches(names):
            yield from filter(None, pool.map(lambda each: lake.get(each.key), some))


def _batches(names: Sequence[ObjectName]) -> Iterator[Sequence[ObjectName]]:
    batch = list[ObjectName]()
    for name in names:
        if batch and (len(batch) == _AT_ONCE or sum(each.size for each in (*batch, name)) > _MOST_BYTES):
            yield batch
            batch = []
        batch.append(name)
    if batch:
        yield batch


def _parts(data_type: "DataType", stored: StoredObject, most_rows: int) -> Iterator[Portion]:
    """Yield the rows of an object, then a portion without rows that completes it."""
    schema = arrow_schema(data_type)
    try:
        merged = _merged(stored.key, parquet_metadata(stored.body))
        for rows in read_parquet_parts(stored.body, schema, most_rows):
            yield Portion(rows=rows.replace_schema_metadata(None))
    except UnreadableObject as error:
        logger().error("a base object of the former format cannot be read", key=stored.key, reason=str(error))
        count("UnreadableBaseObjects")
        return
    yield Portion(rows=schema.empty_table(), merged=merged, objects=[ObjectName(stored.key, stored.etag)])


def _merged(base_key: str, metadata: Mapping[bytes, bytes]) -> Mapping[str, ObjectReceipt]:
    """Return the outcomes in the metadata of a base object, except those of move notices, which have no rows."""
    receipt = orjson.loads(metadata.get(_RECEIPT, b"{}"))
    late, day = set(receipt.get("restated_by", ())), day_of(base_key)
    found = dict[str, ObjectReceipt]()
    for name, outcomes in receipt.get("merged", {}).items():
        key = IncomingKey.parse(name.split(" ")[0])
        if key is not None:
            restated = (day,) if day is not None and key.delivery_id in late else ()
            found[name] = ObjectReceipt(outcomes=outcomes, restated=restated)
    return found
