"""The merge of one partition as a function: from base and incoming rows to the new base and the rows' outcomes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.record_version import Outcome, RecordVersion, resolve
from shared.lake.parquet.key_columns import distinct_keys, key_column
from shared.lake.storage.stream_position import order_within_shards
from shared.records.schema import INGESTED_AT, STORED_FIELDS, DataType, RecordSchema
from shared.records.schemas import SCHEMAS

ORIGIN = "_origin"
_NOT_CONTENT = {INGESTED_AT, ORIGIN, "source_id"}
_BASE, _COMPETING = -1, -2


@dataclass(frozen=True)
class UpsertResult:
    """A partition after a merge, and the outcomes of the rows of each incoming table, in the given order.

    `winners_elsewhere` are the competing rows of other days that replace rows of the base.
    """

    table: pa.Table
    outcomes: Sequence[Mapping[str, int]]
    winners_elsewhere: pa.Table


def upsert(
    data_type: DataType, base: pa.Table, incoming: Sequence[pa.Table], competing: pa.Table | None = None
) -> UpsertResult:
    """Merge deliveries into a partition, keeping the highest version of each key.

    Only keys that occur more than once are resolved one by one; all others are anti-joined as columns. The cost is one
    pass over the base plus work in proportion to the incoming rows.

    Args:
        data_type: the data type of the rows.
        base: the current partition.
        incoming: the rows of each delivery.
        competing: current rows of other days under keys of this partition; they take part in the resolution, but are
            not added.
    """
    schema = SCHEMAS[data_type]
    competing = base.slice(0, 0) if competing is None else competing
    arrived, counts = _order_deliveries(incoming, base.schema), [Counter[Outcome]() for _ in incoming]
    keys, base_keys, competing_keys = (key_column(data_type, table) for table in (arrived, base, competing))
    hit = pc.is_in(base_keys, value_set=distinct_keys(keys, competing_keys))
    conflicting_keys = distinct_keys(base_keys.filter(hit), competing_keys, _repeated_keys(keys))
    fresh_mask = pc.invert(pc.is_in(keys, value_set=conflicting_keys))
    _count_fresh(counts, arrived["_table"].filter(fresh_mask))
    known = [_with_table(base.filter(hit), _BASE), _with_table(competing, _COMPETING)]
    candidates = pa.concat_tables([*known, arrived.filter(pc.invert(fresh_mask))])
    winners = candidates.take(pa.array(_resolve_all(schema, candidates, counts), pa.int64()))
    newcomers = winners.filter(pc.greater_equal(winners["_table"], 0)).drop_columns("_table")
    foreign_winners = winners.filter(pc.equal(winners["_table"], _COMPETING)).drop_columns("_table")
    winners_elsewhere = foreign_winners.filter(
        pc.is_in(key_column(data_type, foreign_winners), value_set=pc.unique(base_keys.filter(hit)))
    )
    replaced = pc.is_in(
        base_keys, value_set=distinct_keys(key_column(data_type, newcomers), key_column(data_type, winners_elsewhere))
    )
    kept = base.filter(pc.invert(replaced)) if pc.any(replaced).as_py() else base
    table = pa.concat_tables([kept, arrived.filter(fresh_mask).drop_columns("_table"), newcomers])
    return UpsertResult(
        table, [{outcome.value: number for outcome, number in each.items()} for each in counts], winners_elsewhere
    )


def _order_deliveries(incoming: Sequence[pa.Table], schema: pa.Schema) -> pa.Table:
    """Concatenate the deliveries, oldest first; `_table` is the number of the delivery."""
    marked = [_with_table(table, number) for number, table in enumerate([*incoming, schema.empty_table()])]
    age = sorted(
        marked, key=lambda table: (table[INGESTED_AT][0].value, table[ORIGIN][0].as_py()) if len(table) else (0, "")
    )
    in_order = order_within_shards(age, lambda table: table[ORIGIN][0].as_py() if len(table) else "")
    return pa.concat_tables(in_order).combine_chunks()


def _with_table(table: pa.Table, number: int) -> pa.Table:
    return table.append_column("_table", pa.repeat(pa.scalar(number, pa.int64()), len(table)))


def _repeated_keys(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    times = pc.value_counts(keys)
    return pa.chunked_array([times.field("values").filter(pc.greater(times.field("counts"), 1))])


def _count_fresh(counts: list[Counter[Outcome]], numbers: pa.ChunkedArray) -> None:
    for each in pc.value_counts(numbers).to_pylist():
        counts[each["values"]][Outcome.LOADED] += each["counts"]


def _resolve_all(schema: RecordSchema, candidates: pa.Table, counts: list[Counter[Outcome]]) -> list[int]:
    versions, numbers, keys = (
        _versions(schema, candidates),
        candidates["_table"].to_pylist(),
        key_column(schema.data_type, candidates),
    )
    by_key: dict[str, list[int]] = {}
    for place, key in enumerate(keys.to_pylist()):
        by_key.setdefault(key, []).append(place)
    winners = []
    for places in by_key.values():
        base = next((versions[place] for place in places if numbers[place] == _BASE), None)
        competing = [versions[place] for place in places if numbers[place] == _COMPETING]
        incoming_rows = [place for place in places if numbers[place] >= 0]
        highest = max(competing, key=lambda each: each.rank, default=None)
        kept, outcomes = resolve(base, [versions[place] for place in incoming_rows], highest)
        winners.append(kept.place)
        for place, outcome in zip(incoming_rows, outcomes, strict=True):
            counts[numbers[place]][outcome] += 1
    return sorted(winners)


def _versions(schema: RecordSchema, candidates: pa.Table) -> list[RecordVersion]:
    content_by_column = [_hashable(candidates[name]) for name in _content_columns(schema)]
    contents: list[tuple[Any, ...]] = list(zip(*content_by_column, strict=True))
    meta = (candidates[name].to_pylist() for name in (schema.version, ORIGIN, INGESTED_AT))
    return [
        RecordVersion(version, content, delivery_id, ingested_at, place, day)
        for place, (content, version, delivery_id, ingested_at, day) in enumerate(
            zip(contents, *meta, _days(schema, candidates), strict=True)
        )
    ]


def _days(schema: RecordSchema, candidates: pa.Table) -> list[int]:
    if schema.event_time is None:
        return [0] * len(candidates)
    days: list[int] = candidates[schema.event_time].cast(pa.date32(), safe=False).cast(pa.int32()).to_pylist()
    return days


def _content_columns(schema: RecordSchema) -> list[str]:
    names = [each.name for each in schema.fields] + [each.name for each in STORED_FIELDS]
    return [name for name in names if name not in _NOT_CONTENT and name != schema.version]


def _hashable(column: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if pa.types.is_map(column.type):
        return [None if value is None else frozenset(value) for value in values]
    return values
