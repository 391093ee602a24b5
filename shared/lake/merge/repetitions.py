"""Finds rows of a table that others with their key beat: what merges do not see beyond their horizon."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import KEY, KEY2, ORIGIN
from shared.lake.merge.record_version import Outcome
from shared.lake.merge.settle import DeliverySettled, rank_columns, settle
from shared.lake.rollups.portions import ranges_of, together
from shared.lake.storage.paths import delivery_of
from shared.lake.table.port import FILE, POSITION
from shared.records.schema import INGESTED_AT, DataType
from shared.records.schemas import SCHEMAS

if TYPE_CHECKING:
    from shared.lake.table.port import TableSnapshot, TableStore

SHARED_IDS = "shared_ids"
"""Beside the outcomes, the conflicts in which another source uses the id of the row."""

_SUPERSEDED = Outcome.SUPERSEDED.value
_MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Repetitions:
    """Rows that are beaten by others with their key, and how many rows of each delivery have another outcome by that.

    `beaten` has the rank columns, file and position. `moves` has the outcomes besides loaded, by delivery, and under
    `superseded` the rows that others with other content beat, whatever their outcome.
    """

    beaten: pa.Table
    moves: Mapping[str, Mapping[str, int]]


def repetitions(
    tables: "TableStore", data_type: DataType, head: "TableSnapshot", keys: Sequence[int], days: Sequence[str] | None
) -> Repetitions:
    """Find the beaten rows under some keys. The row that was received first counts as the one that was there.

    Args:
        tables: the tables.
        data_type: the data type.
        head: a snapshot of its table.
        keys: first halves of the hashes of keys.
        days: the UTC days of the rows under these keys, in order; None reads the whole table.
    """
    held = _held(tables, data_type, head, pa.array(keys, pa.int64()), days)
    first, later = _divide(held)
    if not later:
        return Repetitions(held.slice(0, 0), {})
    settled = settle(data_type, later, first)
    stays = _places(settled.winners)
    losers = [each.filter(pc.invert(pc.is_in(_places(each), value_set=stays))) for each in later]
    beaten = pa.concat_tables([settled.beaten, *losers])
    return Repetitions(beaten, _moves([each[ORIGIN][0].as_py() for each in later], settled.deliveries))


def _moves(origins: Sequence[str], settled: Sequence[DeliverySettled]) -> Mapping[str, Mapping[str, int]]:
    """Return what changes for each delivery: those that were settled, and those whose rows these replaced."""
    moves = defaultdict[str, Counter[str]](Counter)
    for origin, delivered in zip(origins, settled, strict=True):
        other = {name: number for name, number in delivered.outcomes.items() if name != Outcome.LOADED}
        moves[delivery_of(origin)].update(other)
        moves[delivery_of(origin)].update({_SUPERSEDED: delivered.also_superseded, SHARED_IDS: delivered.shared_ids})
        for replaced, number in delivered.superseded.items():
            moves[delivery_of(replaced)][_SUPERSEDED] += number
    return {name: +moved for name, moved in moves.items() if +moved}


def _held(
    tables: "TableStore", data_type: DataType, head: "TableSnapshot", keys: pa.Array, days: Sequence[str] | None
) -> pa.Table:
    """Read what settlements need of the rows under the keys, a group of files after the other."""
    table, columns = BASE_TABLES[data_type], list(dict.fromkeys([*rank_columns(data_type), *SCHEMAS[data_type].key]))
    ranges = None if days is None else ranges_of(table, days)
    found = []
    for files in together([each for each in head.files if each.may_have(ranges)], _MOST_ROWS):
        rows = tables.rows(table, head, columns, ranges=ranges, files=files)
        found.append(rows.filter(pc.is_in(rows[KEY], value_set=keys)))
    rows = pa.concat_tables(found, promote_options="default")
    return rows.set_column(rows.schema.get_field_index(FILE), FILE, rows[FILE].cast(pa.string()))


def _divide(held: pa.Table) -> tuple[pa.Table, list[pa.Table]]:
    """Divide rows into the first of each key that was received, and the others by the delivery that brought them."""
    rows = held.sort_by([(name, "ascending") for name in (KEY, KEY2, INGESTED_AT, ORIGIN)]).combine_chunks()
    keys, halves = rows[KEY].combine_chunks(), rows[KEY2].combine_chunks()
    if not len(rows):
        return rows, []
    repeats = pc.and_(pc.equal(keys[1:], keys[:-1]), pc.equal(halves[1:], halves[:-1]))
    is_later = pa.concat_arrays([pa.array([False]), repeats])
    later = rows.filter(is_later)
    origins = pc.unique(later[ORIGIN]).sort()
    return rows.filter(pc.invert(is_later)), [later.filter(pc.equal(later[ORIGIN], origin)) for origin in origins]


def _places(rows: pa.Table) -> pa.ChunkedArray:
    """Name each row by its file and position."""
    return pc.binary_join_element_wise(rows[FILE].cast(pa.string()), rows[POSITION].cast(pa.string()), "#")
