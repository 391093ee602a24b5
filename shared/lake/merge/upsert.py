"""One partition's merge as a function: what stood and what arrived, to what stands and what became of each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.record_version import Fate, Version, settle
from shared.lake.parquet.record_keys import distinct, keys_of
from shared.lake.storage.stream_position import in_shard_order
from shared.records.catalogue import SCHEMAS
from shared.records.schema import INGESTED_AT, STORED_FIELDS, DataType, RecordSchema

ORIGIN = "_origin"
_NOT_CONTENT = {INGESTED_AT, ORIGIN, "source_id"}
_BASE, _RIVAL = -1, -2


@dataclass(frozen=True)
class Merged:
    """A partition after a merge, and the fates of the rows of each incoming table, in the order given.

    `lost_to` holds the rivals that rows of the base gave way to.
    """

    table: pa.Table
    fates: Sequence[Mapping[str, int]]
    lost_to: pa.Table


def merge(data_type: DataType, base: pa.Table, incoming: Sequence[pa.Table], rivals: pa.Table | None = None) -> Merged:
    """Merge deliveries into a partition, keeping the highest version of each key.

    Only keys that occur more than once are looked at one by one; all others are anti-joined as columns, so that the
    cost is one pass over the base plus work in proportion to what arrived.

    Args:
        data_type: what the rows are.
        base: the partition as it stands.
        incoming: what arrived.
        rivals: rows that stand in other days' partitions under keys of this one; they decide, but do not come in.
    """
    schema = SCHEMAS[data_type]
    rivals = base.slice(0, 0) if rivals is None else rivals
    arrived, counts = _in_order(incoming, base.schema), [Counter[Fate]() for _ in incoming]
    keys, base_keys, rival_keys = (keys_of(data_type, table) for table in (arrived, base, rivals))
    hit = pc.is_in(base_keys, value_set=distinct(keys, rival_keys))
    contested = distinct(base_keys.filter(hit), rival_keys, _repeated(keys))
    fresh_mask = pc.invert(pc.is_in(keys, value_set=contested))
    _count_fresh(counts, arrived["_table"].filter(fresh_mask))
    known = [_with_table(base.filter(hit), _BASE), _with_table(rivals, _RIVAL)]
    arena = pa.concat_tables([*known, arrived.filter(pc.invert(fresh_mask))])
    winners = arena.take(pa.array(_settle_all(schema, arena, counts), pa.int64()))
    newcomers = winners.filter(pc.greater_equal(winners["_table"], 0)).drop_columns("_table")
    ahead = winners.filter(pc.equal(winners["_table"], _RIVAL)).drop_columns("_table")
    lost_to = ahead.filter(pc.is_in(keys_of(data_type, ahead), value_set=pc.unique(base_keys.filter(hit))))
    beaten = pc.is_in(base_keys, value_set=distinct(keys_of(data_type, newcomers), keys_of(data_type, lost_to)))
    standing = base.filter(pc.invert(beaten)) if pc.any(beaten).as_py() else base
    table = pa.concat_tables([standing, arrived.filter(fresh_mask).drop_columns("_table"), newcomers])
    return Merged(table, [{fate.value: number for fate, number in each.items()} for each in counts], lost_to)


def _in_order(incoming: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """Put the deliveries one behind the other, oldest first; `_table` remembers which is whose."""
    marked = [_with_table(table, number) for number, table in enumerate([*incoming, schema.empty_table()])]
    age = sorted(
        marked, key=lambda table: (table[INGESTED_AT][0].value, table[ORIGIN][0].as_py()) if len(table) else (0, "")
    )
    in_order = in_shard_order(age, lambda table: table[ORIGIN][0].as_py() if len(table) else "")
    return pa.concat_tables(in_order).combine_chunks()


def _with_table(table: pa.Table, number: int) -> pa.Table:
    return table.append_column("_table", pa.repeat(pa.scalar(number, pa.int64()), len(table)))


def _repeated(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    times = pc.value_counts(keys)
    return pa.chunked_array([times.field("values").filter(pc.greater(times.field("counts"), 1))])


def _count_fresh(counts: list[Counter[Fate]], numbers: pa.ChunkedArray) -> None:
    for each in pc.value_counts(numbers).to_pylist():
        counts[each["values"]][Fate.LOADED] += each["counts"]


def _settle_all(schema: RecordSchema, arena: pa.Table, counts: list[Counter[Fate]]) -> list[int]:
    versions, numbers, keys = _versions(schema, arena), arena["_table"].to_pylist(), keys_of(schema.data_type, arena)
    by_key: dict[str, list[int]] = {}
    for place, key in enumerate(keys.to_pylist()):
        by_key.setdefault(key, []).append(place)
    winners = []
    for places in by_key.values():
        base = next((versions[place] for place in places if numbers[place] == _BASE), None)
        rivals = [versions[place] for place in places if numbers[place] == _RIVAL]
        arrivals = [place for place in places if numbers[place] >= 0]
        highest = max(rivals, key=lambda each: each.rank, default=None)
        standing, fates = settle(base, [versions[place] for place in arrivals], highest)
        winners.append(standing.place)
        for place, fate in zip(arrivals, fates, strict=True):
            counts[numbers[place]][fate] += 1
    return sorted(winners)


def _versions(schema: RecordSchema, arena: pa.Table) -> list[Version]:
    said_by_column = [_hashable(arena[name]) for name in _content_columns(schema)]
    told: list[tuple[Any, ...]] = list(zip(*said_by_column, strict=True))
    meta = (arena[name].to_pylist() for name in (schema.version, ORIGIN, INGESTED_AT))
    return [
        Version(version, said, origin, ingested_at, place, day)
        for place, (said, version, origin, ingested_at, day) in enumerate(
            zip(told, *meta, _days(schema, arena), strict=True)
        )
    ]


def _days(schema: RecordSchema, arena: pa.Table) -> list[int]:
    if schema.event_time is None:
        return [0] * len(arena)
    days: list[int] = arena[schema.event_time].cast(pa.date32(), safe=False).cast(pa.int32()).to_pylist()
    return days


def _content_columns(schema: RecordSchema) -> list[str]:
    names = [each.name for each in schema.fields] + [each.name for each in STORED_FIELDS]
    return [name for name in names if name not in _NOT_CONTENT and name != schema.version]


def _hashable(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_map(column.type):
        return [None if value is None else frozenset(value) for value in values]
    return values
