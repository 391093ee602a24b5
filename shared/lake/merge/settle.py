"""Settles deliveries against a table: which rows are appended, which are replaced, and the outcome of every row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.merge.contest import ROW, Contest, days_of_rows
from shared.lake.merge.fingerprints import CONTENT, KEY, KEY2, ORIGIN
from shared.lake.merge.record_version import Outcome
from shared.lake.storage.stream_position import order_within_shards
from shared.quality.masks import mask_if_personal
from shared.quality.state import MOST_SAMPLES
from shared.records.schema import INGESTED_AT, SOURCE_ID, DataType, RecordSchema
from shared.records.schemas import SCHEMAS

_TABLE = "_table"
_OUTCOMES = tuple(Outcome)


@dataclass(frozen=True, kw_only=True)
class DeliverySettled:
    """What became of the rows of one delivery.

    `outcomes` has the number of rows by outcome. Of these, `also_superseded` are superseded though their outcome is
    another, and `shared_ids` are conflicts in which another source uses the id of the row; `samples` are masked keys of
    some. `superseded` has, by delivery, the number of held rows that its rows replaced by other content.
    """

    outcomes: Mapping[str, int]
    also_superseded: int
    shared_ids: int
    samples: tuple[str, ...]
    superseded: Mapping[str, int]


@dataclass(frozen=True)
class Settled:
    """The result of a settlement.

    `winners` are the rows to append, `beaten` those of the table that they replace (rank columns, file and position).
    `deliveries` are in the given order. `changes` has a row for each day that a delivered row changed: `day` (date),
    `_origin` and `ingested_at` of the row.
    """

    winners: pa.Table
    beaten: pa.Table
    deliveries: Sequence[DeliverySettled]
    changes: pa.Table


def rank_columns(data_type: DataType) -> list[str]:
    """Return the columns of held rows that decide between versions."""
    schema = SCHEMAS[data_type]
    names = [KEY, KEY2, CONTENT, schema.version, INGESTED_AT, ORIGIN, SOURCE_ID, schema.event_time]
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
    contest = Contest(schema, arrived.filter(is_contested), held)
    contest.run()
    outcome = pc.fill_null(_numbers(contest.outcomes, len(arrived)), _OUTCOMES.index(Outcome.LOADED))
    wins = pc.or_(pc.invert(is_contested), pc.is_in(arrived[ROW], value_set=pa.array(contest.winners, pa.int64())))
    beaten = held.take(pa.array(contest.beaten, pa.int64()))
    return Settled(
        winners=arrived.filter(wins).drop_columns([_TABLE, ROW]),
        beaten=beaten,
        deliveries=_by_delivery(schema, arrived, held, contest, _count(arrived[_TABLE], outcome, len(deliveries))),
        changes=_changes(schema, arrived, outcome, beaten, contest),
    )


def _numbers(outcomes: Mapping[int, Outcome], size: int) -> pa.Array:
    """Return the outcome of each arrived row as a number; null for rows that were not contested."""
    numbers: list[int | None] = [None] * size
    for row, outcome in outcomes.items():
        numbers[row] = _OUTCOMES.index(outcome)
    return pa.array(numbers, pa.int64())


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
    return rows.append_column(ROW, pa.array(range(len(rows)), pa.int64()))


def _repeated(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    times = pc.value_counts(keys)
    return pa.chunked_array([times.field("values").filter(pc.greater(times.field("counts"), 1))], pa.int64())


def _by_delivery(
    schema: RecordSchema, arrived: pa.Table, held: pa.Table, contest: Contest, counts: Sequence[Counter[str]]
) -> Sequence[DeliverySettled]:
    """Return what became of the rows of each delivery, given their counts by outcome."""
    also = Counter(
        _deliveries_of(arrived, (row for row in contest.superseded if contest.outcomes[row] is not Outcome.SUPERSEDED))
    )
    shared = Counter(_deliveries_of(arrived, contest.shared))
    superseded = [Counter[str]() for _ in counts]
    origins = held[ORIGIN].take(pa.array([place for place, _ in contest.replaced], pa.int64())).to_pylist()
    for origin, table in zip(origins, _deliveries_of(arrived, (row for _, row in contest.replaced)), strict=True):
        superseded[table][origin] += 1
    samples = _samples(schema, arrived, contest.shared, len(counts))
    return [
        DeliverySettled(
            outcomes=each,
            also_superseded=also[table],
            shared_ids=shared[table],
            samples=tuple(samples[table]),
            superseded=superseded[table],
        )
        for table, each in enumerate(counts)
    ]


def _deliveries_of(arrived: pa.Table, rows: Iterable[int]) -> list[int]:
    numbers: list[int] = arrived[_TABLE].take(pa.array([*rows], pa.int64())).to_pylist()
    return numbers


def _samples(schema: RecordSchema, arrived: pa.Table, rows: Sequence[int], size: int) -> Sequence[Sequence[str]]:
    """Return the masked keys of the first of these rows, by delivery."""
    found: list[list[str]] = [[] for _ in range(size)]
    for table, row in zip(_deliveries_of(arrived, rows), rows, strict=True):
        if len(found[table]) < MOST_SAMPLES:
            (key,) = arrived.select(schema.key).slice(row, 1).to_pylist()
            masked = (f"{name}={mask_if_personal(schema.by_name[name], value)}" for name, value in key.items())
            found[table].append(", ".join(masked))
    return found


def _count(tables: pa.ChunkedArray, outcomes: pa.Array, size: int) -> Sequence[Counter[str]]:
    counts = [Counter[str]() for _ in range(size)]
    groups = (
        pa.table({"table": tables, "outcome": outcomes}).group_by(["table", "outcome"]).aggregate([([], "count_all")])
    )
    for table, outcome, number in zip(*(column.to_pylist() for column in groups.columns), strict=True):
        counts[table][_OUTCOMES[outcome].value] = number
    return counts


def _changes(
    schema: RecordSchema, arrived: pa.Table, outcome: pa.Array, beaten: pa.Table, contest: Contest
) -> pa.Table:
    """Return the days that the rows changed: their own, and that of a row which a row of another day replaced.

    Copies change nothing, and neither do versions that are not current.
    """
    copies = pc.equal(outcome, _OUTCOMES.index(Outcome.DUPLICATE))
    superseded = pc.is_in(arrived[ROW], value_set=pa.array(contest.superseded, pa.int64()))
    own = _change_rows(schema, arrived, arrived).filter(pc.invert(pc.or_(copies, superseded)))
    winners = arrived.take(pa.array(contest.beaten_by, pa.int64()))
    has_moved = pc.not_equal(days_of_rows(schema, beaten), days_of_rows(schema, winners))
    return pa.concat_tables([own, _change_rows(schema, beaten, winners).filter(has_moved)])


def _change_rows(schema: RecordSchema, rows: pa.Table, caused_by: pa.Table) -> pa.Table:
    return pa.table({"day": days_of_rows(schema, rows), ORIGIN: caused_by[ORIGIN], INGESTED_AT: caused_by[INGESTED_AT]})
