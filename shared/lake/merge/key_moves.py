"""Records that moved to another day: finds older versions in other partitions, and notifies these partitions.

After a merge has written its base, it sends every partition with keys in common the rows of these keys. The next merge
of that partition compares them: it removes its own row where it is older, and replies where it is newer. A notice is an
object in the other partition's incoming prefix, consumed like a delivery.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.parquet.key_columns import key_column
from shared.lake.storage.object_store import LakeStore
from shared.lake.storage.paths import PartitionId
from shared.records.schema import INGESTED_AT, DataType, RecordSchema
from shared.records.schemas import SCHEMAS

SharedKeys = tuple[PartitionId, pa.Array]


@dataclass(frozen=True)
class CompetingRows:
    """Rows of other days under keys of a partition, and the keys that it shares, or may share, with each partition."""

    rows: pa.Table
    shared_keys: Sequence[SharedKeys]


def load_competing_rows(
    lake: LakeStore, data_type: DataType, found: Mapping[PartitionId, pa.Array], move_notices: Sequence[pa.Table]
) -> CompetingRows:
    """Read the rows of other days that compete with the rows of a merge.

    Args:
        lake: the store of the other partitions.
        data_type: the data type of the merge.
        found: by partition, keys of the merge that it may have too.
        move_notices: rows that other partitions sent.
    """
    rows = [_current_rows(lake, other, keys) for other, keys in found.items()]
    noticed = list(_read_notices(SCHEMAS[data_type], move_notices))
    shared_keys = [*found.items(), *((other, pc.unique(key_column(data_type, table))) for other, table in noticed)]
    empty = arrow_schema(data_type).empty_table()
    return CompetingRows(pa.concat_tables([empty, *rows, *(table for _, table in noticed)]), shared_keys)


def notify_partitions(
    lake: LakeStore, partition: PartitionId, base: pa.Table, shared_keys: Sequence[SharedKeys]
) -> None:
    """Send other partitions the current rows of the shared keys."""
    lake.put_all(
        (other.move_notice_key(partition.day, hashlib.blake2b(body, digest_size=8).hexdigest()), body)
        for other, body in _move_notices(partition.data_type, base, shared_keys)
    )


def _move_notices(
    data_type: DataType, base: pa.Table, shared_keys: Sequence[SharedKeys]
) -> Iterator[tuple[PartitionId, bytes]]:
    keys = key_column(data_type, base) if shared_keys else None
    for other, common in shared_keys:
        rows = base.filter(pc.is_in(keys, value_set=common))
        if len(rows):
            yield other, write_parquet(_rank_columns(data_type, rows).replace_schema_metadata(None))


def _rank_columns(data_type: DataType, rows: pa.Table) -> pa.Table:
    """Select the columns that decide between versions: the key and the parts of the rank."""
    schema = SCHEMAS[data_type]
    names = {*schema.key, schema.version, schema.event_time, INGESTED_AT, "_origin"}
    return rows.select([name for name in rows.column_names if name in names])


def _current_rows(lake: LakeStore, other: PartitionId, keys: pa.Array) -> pa.Table:
    schema, stored = arrow_schema(other.data_type), lake.get(other.base_key)
    if stored is None:
        return schema.empty_table()
    base = read_parquet(stored.body, schema)
    return base.filter(pc.is_in(key_column(other.data_type, base), value_set=keys)).replace_schema_metadata(None)


def _read_notices(schema: RecordSchema, notices: Sequence[pa.Table]) -> Iterator[tuple[PartitionId, pa.Table]]:
    for table in notices:
        yield PartitionId(schema.data_type, table[schema.event_time][0].as_py().date().isoformat()), table
