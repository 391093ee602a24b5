"""Settles deliveries against a table: which rows are appended, which are replaced, and the outcome of every row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.fingerprints import CONTENT, KEY, KEY2, ORIGIN
from shared.lake.merge.record_version import Outcome, RecordVersion, resolve
from shared.lake.storage.stream_position import order_within_shards
from shared.records.schema import INGESTED_AT, DataType, RecordSchema
from shared.records.schemas import SCHEMAS

_TABLE, _ROW = "_table", "_row"
_OUTCOMES = tuple(Outcome)


@dataclass(frozen=True)
class Settled:
    """The result of a settlement.

    `winners` are the rows to append, `beaten` those of the table that they replace (rank columns, file and position).
    `outcomes` has, for each delivery in the given order, the number of rows by outcome. `changes` has a row for each
    day that a delivered row changed: `day` (date), `_origin` and `ingested_at` of the row.
    """

    winners: pa.Table
    beaten: pa.Table
    outcomes: Sequence[Mapping[str, int]]
    changes: pa.Table


def rank_columns(data_type: DataType) -> list[str]:
    """Return the columns of held rows that decide between versions."""
    schema = SCHEMAS[data_type]
    names = [KEY, KEY2, CONTENT, schema.version, INGESTED_AT, ORIGIN, schema.event_time]
    return list(dict.fromkeys(name for name in names if name is not None))


def keys_of(deliveries: Sequence[pa.Table]) -> pa.Array:
    """Return the distinct first halves of the key hashes of all rows."""
    return pc.unique(pa.chunked_array([chunk for each in deliveries for chunk in each[KEY].chunks], pa.int64()))


def settle(data_type: DataType, deliveries: Sequence[pa.Table], held: pa.Table) -> Settled:
    """Settle deliveries against the rows of the table that may have their keys.

    Only keys that occur more than once are resolved one by one; the rows of all others are new.

    Args:
        data_type: the data type of the rows.
        deliveries: the rows of each delivery, with the hidden columns.
        held: the `rank_columns` of the table's rows under the keys of the deliveries, with file and position.
    """
    schema = SCHEMAS[data_type]
    arrived = _in_order(deliveries)
    contested = pc.unique(pa.chunked_array([*held[KEY].chunks, *_repeated(arrived[KEY]).chunks], pa.int64()))
    is_contested = pc.is_in(arrived[KEY], value_set=contested)
    contest = _Contest(schema, arrived.filter(is_contested), held)
    contest.run()
    outcome = pc.fill_null(contest.outcomes_in(len(arrived)), _OUTCOMES.index(Outcome.LOADED))
    wins = pc.or_(pc.invert(is_contested), pc.is_in(arrived[_ROW], value_set=pa.array(contest.winners, pa.int64())))
    beaten = held.take(pa.array(contest.beaten, pa.int64()))
    return Settled(
        winners=arrived.filter(wins).drop_columns([_TABLE, _ROW]),
        beaten=beaten,
        outcomes=_count(arrived[_TABLE], outcome, len(deliveries)),
        changes=_changes(schema, arrived, outcome, beaten, contest.beaten_by),
    )


class _Contest:
    """Resolves the keys that occur more than once, one by one."""

    def __init__(self, schema: RecordSchema, arrived: pa.Table, held: pa.Table) -> None:
        self._versions = [*_versions(schema, held), *_versions(schema, arrived)]
        self._held = len(held)
        self._rows = arrived[_ROW].to_pylist()
        self._keys = [key for table in (held, arrived) for key in zip(*_keys(table), strict=True)]
        self.winners: list[int] = []
        self.beaten: list[int] = []
        self.beaten_by: list[int] = []
        self._outcomes: dict[int, Outcome] = {}

    def run(self) -> None:
        """Resolve every key."""
        by_key: dict[tuple[int, int], list[int]] = {}
        for place, key in enumerate(self._keys):
            by_key.setdefault(key, []).append(place)
        for places in by_key.values():
            incoming = [place for place in places if place >= self._held]
            if incoming:
                self._resolve([place for place in places if place < self._held], incoming)

    def outcomes_in(self, size: int) -> pa.Array:
        """Return the outcome of each arrived row as a number; null for rows that were not contested."""
        numbers: list[int | None] = [None] * size
        for row, outcome in self._outcomes.items():
            numbers[row] = _OUTCOMES.index(outcome)
        return pa.array(numbers, pa.int64())

    def _resolve(self, held: Sequence[int], incoming: Sequence[int]) -> None:
        """Resolve one key. The table has at most one row of it, unless something else than this code wrote to it."""
        base = max((self._versions[place] for place in held), key=lambda each: each.rank, default=None)
        kept, outcomes = resolve(base, [self._versions[place] for place in incoming])
        for place, outcome in zip(incoming, outcomes, strict=True):
            self._outcomes[self._rows[place - self._held]] = outcome
        winner = next((place for place in incoming if self._versions[place] is kept), None)
        if winner is not None:
            row = self._rows[winner - self._held]
            self.winners.append(row)
            self.beaten += held
            self.beaten_by += [row] * len(held)


def _in_order(deliveries: Sequence[pa.Table]) -> pa.Table:
    """Concatenate the deliveries, oldest first; `_table` is the number of the delivery, `_row` that of the row."""
    marked = [
        each.append_column(_TABLE, pa.repeat(pa.scalar(number, pa.int64()), len(each)))
        for number, each in enumerate(deliveries)
    ]
    age = sorted(
        marked, key=lambda each: (each[INGESTED_AT][0].value, each[ORIGIN][0].as_py()) if len(each) else (0, "")
    )
    in_order = order_within_shards(age, lambda each: each[ORIGIN][0].as_py() if len(each) else "")
    rows = pa.concat_tables(in_order).combine_chunks()
    return rows.append_column(_ROW, pa.array(range(len(rows)), pa.int64()))


def _repeated(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    times = pc.value_counts(keys)
    return pa.chunked_array([times.field("values").filter(pc.greater(times.field("counts"), 1))], pa.int64())


def _keys(table: pa.Table) -> tuple[list[int], list[int]]:
    return table[KEY].to_pylist(), table[KEY2].to_pylist()


def _versions(schema: RecordSchema, rows: pa.Table) -> list[RecordVersion]:
    values = (rows[name].to_pylist() for name in (schema.version, CONTENT, ORIGIN, INGESTED_AT))
    return [
        RecordVersion(version, (content,), delivery_id, ingested_at, place, day)
        for place, (version, content, delivery_id, ingested_at, day) in enumerate(
            zip(*values, _days(schema, rows).cast(pa.int32()).to_pylist(), strict=True)
        )
    ]


def _days(schema: RecordSchema, rows: pa.Table) -> pa.ChunkedArray:
    """Return the UTC day of each row; day 0 for types without event time."""
    if schema.event_time is None:
        return pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), len(rows)).cast(pa.date32())])
    return rows[schema.event_time].cast(pa.date32(), safe=False)


def _count(tables: pa.ChunkedArray, outcomes: pa.Array, deliveries: int) -> Sequence[Mapping[str, int]]:
    counts = [Counter[str]() for _ in range(deliveries)]
    groups = (
        pa.table({"table": tables, "outcome": outcomes}).group_by(["table", "outcome"]).aggregate([([], "count_all")])
    )
    for table, outcome, number in zip(*(column.to_pylist() for column in groups.columns), strict=True):
        counts[table][_OUTCOMES[outcome].value] = number
    return counts


def _changes(
    schema: RecordSchema, arrived: pa.Table, outcome: pa.Array, beaten: pa.Table, beaten_by: Sequence[int]
) -> pa.Table:
    """Return the days that the rows changed: their own, and that of a row which a row of another day replaced.

    Copies change nothing, and neither do versions older than the current one.
    """
    changing = pc.is_in(
        outcome, value_set=pa.array([_OUTCOMES.index(each) for each in (Outcome.LOADED, Outcome.CONFLICT)])
    )
    own = _change_rows(schema, arrived, arrived).filter(changing)
    winners = arrived.take(pa.array(beaten_by, pa.int64()))
    moved = _change_rows(schema, beaten, winners).filter(pc.not_equal(_days(schema, beaten), _days(schema, winners)))
    return pa.concat_tables([own, moved])


def _change_rows(schema: RecordSchema, rows: pa.Table, caused_by: pa.Table) -> pa.Table:
    return pa.table({"day": _days(schema, rows), ORIGIN: caused_by[ORIGIN], INGESTED_AT: caused_by[INGESTED_AT]})
