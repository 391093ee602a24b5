"""Records that are told to belong to one day after another: which other days hold them, and how those are told.

A merge tells another day's partition of every record that both may hold, after its own base is written. That
partition's next merge compares: it lets go of what ranks lower, and answers where its own ranks higher. What is told
lies in the other partition's incoming prefix, and is consumed there like any delivery.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.parquet.record_keys import keys_of
from shared.lake.storage.object_store import LakeStore
from shared.lake.storage.paths import PartitionId
from shared.records.catalogue import SCHEMAS
from shared.records.schema import INGESTED_AT, DataType, RecordSchema

Meeting = tuple[PartitionId, pa.Array]


@dataclass(frozen=True)
class Rivals:
    """Rows of other days under keys of a partition, and which keys it has, or may have, in common with whom."""

    rows: pa.Table
    meetings: Sequence[Meeting]


def rivals_of(
    lake: LakeStore, data_type: DataType, found: Mapping[PartitionId, pa.Array], news: Sequence[pa.Table]
) -> Rivals:
    """Read the rows of other days that a merge must heed.

    Args:
        lake: where the other partitions lie.
        data_type: what is merged.
        found: keys that come to the partition and that others may hold.
        news: what other partitions told this one.
    """
    rows = [_standing(lake, there, keys) for there, keys in found.items()]
    told = list(_told(SCHEMAS[data_type], news))
    meetings = [*found.items(), *((there, pc.unique(keys_of(data_type, table))) for there, table in told)]
    empty = arrow_schema(data_type).empty_table()
    return Rivals(pa.concat_tables([empty, *rows, *(table for _, table in told)]), meetings)


def tell(lake: LakeStore, partition: PartitionId, base: pa.Table, meetings: Sequence[Meeting]) -> None:
    """Tell other partitions which of the keys in common stand in this one, as it is written now."""
    lake.put_all(
        (there.moved_key(partition.day, hashlib.blake2b(body, digest_size=8).hexdigest()), body)
        for there, body in _news(partition.data_type, base, meetings)
    )


def _news(data_type: DataType, base: pa.Table, meetings: Sequence[Meeting]) -> Iterator[tuple[PartitionId, bytes]]:
    keys = keys_of(data_type, base) if meetings else None
    for there, common in meetings:
        rows = base.filter(pc.is_in(keys, value_set=common))
        if len(rows):
            yield there, write_parquet(_ranked(data_type, rows).replace_schema_metadata(None))


def _ranked(data_type: DataType, rows: pa.Table) -> pa.Table:
    """What decides between rows: their key and all that their rank is made of."""
    schema = SCHEMAS[data_type]
    names = {*schema.key, schema.version, schema.event_time, INGESTED_AT, "_origin"}
    return rows.select([name for name in rows.column_names if name in names])


def _standing(lake: LakeStore, there: PartitionId, keys: pa.Array) -> pa.Table:
    schema, stored = arrow_schema(there.data_type), lake.get(there.base_key)
    if stored is None:
        return schema.empty_table()
    base = read_parquet(stored.body, schema)
    return base.filter(pc.is_in(keys_of(there.data_type, base), value_set=keys)).replace_schema_metadata(None)


def _told(schema: RecordSchema, news: Sequence[pa.Table]) -> Iterator[tuple[PartitionId, pa.Table]]:
    for table in news:
        yield PartitionId(schema.data_type, table[schema.event_time][0].as_py().date().isoformat()), table
