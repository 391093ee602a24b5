"""Divides the base rows of days into portions that fit into memory, and computes the roll-ups of a part from them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.rollups.compute import COLUMNS, ROLLUPS, roll_up_portion
from shared.lake.rollups.schema import schema_of
from shared.lake.rollups.spill import Spill

if TYPE_CHECKING:
    from shared.lake.catalog.table import LakeTable
    from shared.lake.table.port import Bound, DataFile, TableSnapshot, TableStore
    from shared.records.schema import DataType

_DAY, _MOMENT = timedelta(days=1), timedelta(milliseconds=1)


@dataclass(frozen=True)
class Computed:
    """The roll-ups of a part, by table and to be read once, and the number of base rows that they are computed from."""

    rows: int
    tables: Mapping[str, Iterable[pa.Table]]


@contextmanager
def computed(data_type: "DataType", portions: Iterable[pa.Table], most_rows: int) -> Iterator[Computed]:
    """Compute the roll-ups of portions of whole days; those of several are combined from temporary files."""
    rows, only = 0, dict[str, pa.Table]()
    with TemporaryDirectory(prefix="roll-ups-") as directory:
        spills = {table.name: Spill(table, Path(directory)) for table in ROLLUPS[data_type]}
        for portion in portions:
            made = roll_up_portion(data_type, portion)
            if rows:
                _add(spills, only)
                _add(spills, made)
                only = {}
            else:
                only = made
            rows += len(portion)
            del portion, made
        if only:
            names = {table.name: schema_of(table).names for table in ROLLUPS[data_type]}
            yield Computed(rows, {name: [made.select(names[name])] for name, made in only.items()})
        else:
            yield Computed(rows, {name: spill.combined(most_rows) for name, spill in spills.items()})


def _add(spills: Mapping[str, Spill], made: Mapping[str, pa.Table]) -> None:
    for name, table in made.items():
        spills[name].add(table)


def portions(
    tables: "TableStore", data_type: "DataType", base: "TableSnapshot", days: Sequence[str], most_rows: int
) -> Iterator[pa.Table]:
    """Yield the base rows of days, in portions of about so many; the next is read when the one before is done with."""
    held, size = list[pa.Table](), 0
    for rows in _read(tables, data_type, base, days, most_rows):
        held.append(rows)
        size += len(rows)
        del rows
        if 2 * size >= most_rows:  # another group of files may have as many again
            yield _emptied(held)
            size = 0
    if held:
        yield _emptied(held)


def _emptied(held: list[pa.Table]) -> pa.Table:
    """Put tables together, and keep no reference to them."""
    whole = pa.concat_tables(held)
    held.clear()
    return whole


def _read(
    tables: "TableStore", data_type: "DataType", base: "TableSnapshot", days: Sequence[str], most_rows: int
) -> Iterator[pa.Table]:
    """Yield the base rows of days, one group of files after another, and at least one table."""
    table = BASE_TABLES[data_type]
    time_column = table.time_column or ""
    columns = list(dict.fromkeys([*COLUMNS[data_type], time_column]))
    ranges = ranges_of(table, days)

    def read(files: "Sequence[DataFile]") -> pa.Table:
        rows = tables.rows(table, base, columns, ranges=ranges, files=files).select(columns)
        return rows.filter(is_of_days(rows[time_column], days))

    yield from map(read, together([each for each in base.files if each.may_have(ranges)], most_rows))


def together(files: "Sequence[DataFile]", most_rows: int) -> "Iterator[Sequence[DataFile]]":
    """Yield groups of files with at most so many rows, or one file; an empty group without files."""
    group, rows = list["DataFile"](), 0
    for each in files:
        if group and rows + each.rows > most_rows:
            yield group
            group, rows = [], 0
        group.append(each)
        rows += each.rows
    yield group


def first_part(base: "TableSnapshot", days: Sequence[str], most_rows: int) -> Sequence[str]:
    """Return the first of these days, at least one, that have about so many rows, as far as the files tell."""
    numbers = [date.fromisoformat(day).toordinal() for day in days]
    expected = [0.0] * len(days)
    for file in base.files:
        if file.first is None or file.last is None:
            continue
        first, last = (date.fromisoformat(str(end)[:10]).toordinal() for end in (file.first, file.last))
        for place in range(bisect_left(numbers, first), bisect_right(numbers, last)):
            expected[place] += file.rows / (last - first + 1)
    rows = 0.0
    for place, each in enumerate(expected):
        rows += each
        if place and rows > most_rows:
            return days[:place]
    return days


def is_of_days(times: pa.ChunkedArray, days: Sequence[str]) -> pa.ChunkedArray:
    """Return whether each moment, hour or day lies in one of the UTC days."""
    texts = times if pa.types.is_string(times.type) else times.cast(pa.date32(), safe=False).cast(pa.string())
    return pc.is_in(texts, value_set=pa.array(days, pa.string()))


def ranges_of(table: "LakeTable", days: Sequence[str]) -> "list[tuple[Bound, Bound]]":
    """Return the ranges of the time column that cover days; runs of days are one range."""
    by_text = any(column.name == table.time_column and column.glue_type == "string" for column in table.columns)
    found: list[tuple[Bound, Bound]] = []
    numbered = [(date.fromisoformat(day).toordinal() - place, day) for place, day in enumerate(days)]
    for _, run in groupby(numbered, key=lambda each: each[0]):
        names = [day for _, day in run]
        found.append((names[0], names[-1]) if by_text else (_start(names[0]), _start(names[-1]) + _DAY - _MOMENT))
    return found


def _start(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time())
