"""One partition's merge as a function: what stood and what arrived, to what stands and what became of each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.positions import in_shard_order
from shared.lake.versions import Fate, Version, settle
from shared.records.catalogue import SCHEMAS
from shared.records.schema import INGESTED_AT, STORED_FIELDS, DataType, RecordSchema

ORIGIN = "_origin"
_NOT_CONTENT = {INGESTED_AT, ORIGIN, "source_id"}


@dataclass(frozen=True)
class Merged:
    """A partition after a merge, and the fates of the rows of each incoming table, in the order given."""

    table: pa.Table
    fates: Sequence[Mapping[str, int]]


def merge(data_type: DataType, base: pa.Table, incoming: Sequence[pa.Table]) -> Merged:
    """Merge deliveries into a partition, keeping the highest version of each key.

    Only keys that occur more than once are looked at one by one; all others are anti-joined as columns, so that the
    cost is one pass over the base plus work in proportion to what arrived.
    """
    schema = SCHEMAS[data_type]
    arrived, counts = _in_order(incoming), [Counter[Fate]() for _ in incoming]
    keys, base_keys = _key(schema, arrived), _key(schema, base)
    hit = pc.is_in(base_keys, value_set=pc.unique(keys))
    contested = _contested(keys, base_keys.filter(hit))
    fresh_mask = pc.invert(pc.is_in(keys, value_set=contested))
    _count_fresh(counts, arrived["_table"].filter(fresh_mask))
    arena = pa.concat_tables([_with_table(base.filter(hit), -1), arrived.filter(pc.invert(fresh_mask))])
    winners = _settle_all(schema, arena, counts)
    newcomers = arena.take(pa.array(winners, pa.int64()))
    newcomers = newcomers.filter(pc.greater_equal(newcomers["_table"], 0)).drop_columns("_table")
    beaten = pc.is_in(base_keys, value_set=pc.unique(_key(schema, newcomers)))
    standing = base.filter(pc.invert(beaten)) if pc.any(beaten).as_py() else base
    fates = [{fate.value: number for fate, number in each.items()} for each in counts]
    return Merged(pa.concat_tables([standing, arrived.filter(fresh_mask).drop_columns("_table"), newcomers]), fates)


def _in_order(incoming: Sequence[pa.Table]) -> pa.Table:
    """Put the deliveries one behind the other, oldest first; `_table` remembers which is whose."""
    marked = [_with_table(table, number) for number, table in enumerate(incoming)]
    age = sorted(
        marked, key=lambda table: (table[INGESTED_AT][0].value, table[ORIGIN][0].as_py()) if len(table) else (0, "")
    )
    in_order = in_shard_order(age, lambda table: table[ORIGIN][0].as_py() if len(table) else "")
    return pa.concat_tables(in_order).combine_chunks()


def _with_table(table: pa.Table, number: int) -> pa.Table:
    return table.append_column("_table", pa.repeat(pa.scalar(number, pa.int64()), len(table)))


def _key(schema: RecordSchema, table: pa.Table) -> pa.ChunkedArray:
    """One text per row that is equal exactly where the record's key is: each part behind its own length."""
    columns = [table[name].cast(pa.string()) for name in schema.key]
    if len(columns) == 1:
        return columns[0]
    parts = [part for column in columns for part in (pc.utf8_length(column).cast(pa.string()), column)]
    return reduce(lambda left, right: pc.binary_join_element_wise(left, right, ":"), parts)


def _contested(keys: pa.ChunkedArray, hit_base_keys: pa.ChunkedArray) -> pa.Array:
    times = pc.value_counts(keys)
    repeated = times.field("values").filter(pc.greater(times.field("counts"), 1))
    return pc.unique(pa.chunked_array([*hit_base_keys.chunks, repeated], pa.string()))


def _count_fresh(counts: list[Counter[Fate]], numbers: pa.ChunkedArray) -> None:
    for each in pc.value_counts(numbers).to_pylist():
        counts[each["values"]][Fate.LOADED] += each["counts"]


def _settle_all(schema: RecordSchema, arena: pa.Table, counts: list[Counter[Fate]]) -> list[int]:
    versions, numbers, keys = _versions(schema, arena), arena["_table"].to_pylist(), _key(schema, arena)
    by_key: dict[str, list[int]] = {}
    for place, key in enumerate(keys.to_pylist()):
        by_key.setdefault(key, []).append(place)
    winners = []
    for places in by_key.values():
        bases = [place for place in places if numbers[place] < 0]
        arrivals = [place for place in places if numbers[place] >= 0]
        standing, fates = settle(versions[bases[0]] if bases else None, [versions[place] for place in arrivals])
        winners.append(standing.place)
        for place, fate in zip(arrivals, fates, strict=True):
            counts[numbers[place]][fate] += 1
    return sorted(winners)


def _versions(schema: RecordSchema, arena: pa.Table) -> list[Version]:
    said_by_column = [_hashable(arena[name]) for name in _content_columns(schema)]
    told: list[tuple[Any, ...]] = list(zip(*said_by_column, strict=True))
    meta = (arena[name].to_pylist() for name in (schema.version, ORIGIN, INGESTED_AT))
    return [
        Version(version, said, origin, ingested_at, place)
        for place, (said, version, origin, ingested_at) in enumerate(zip(told, *meta, strict=True))
    ]


def _content_columns(schema: RecordSchema) -> list[str]:
    names = [each.name for each in schema.fields] + [each.name for each in STORED_FIELDS]
    return [name for name in names if name not in _NOT_CONTENT and name != schema.version]


def _hashable(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_map(column.type):
        return [None if value is None else frozenset(value) for value in values]
    return values
