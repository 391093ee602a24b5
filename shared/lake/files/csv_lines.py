"""Assigns line numbers to the records of a CSV file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from shared.lake.files.csv_dialect import MOST_COLUMNS
from shared.lake.files.csv_repair import CsvRepair
from shared.lake.files.part import Chunk
from shared.records.malformed import MalformedRecord

_BREAK = "\r\n|\n|\r"
_BREAKS = re.compile(_BREAK)


@dataclass
class LineNumbers:
    """Counts records and the line breaks inside them, batch after batch.

    The parser skips records with other fields than the header, and reports their number; `keep_malformed` stores them.
    Those that can be repaired become rows.
    """

    repair: CsvRepair | None = None
    record: int = 1
    breaks: int = 0
    ragged: list[csv.InvalidRow] = field(default_factory=list)

    def keep_malformed(self, row: csv.InvalidRow) -> str:
        """Store a malformed record, and make the parser skip it."""
        self.ragged.append(row)
        return "skip"

    def number(self, batch: pa.RecordBatch, *, quoted: bool) -> Chunk:
        """Number the records of a batch and the malformed records among them; blank records are removed."""
        ragged = self._take_ragged(len(batch))
        inside = _breaks_inside(batch) if quoted else None
        rows = pa.Table.from_batches([batch])
        places: Sequence[int]
        if ragged or inside is not None:
            lines = self._assign_lines(len(batch), ragged, inside)
            rows, places = lines.insert_repaired(rows), lines.places
            malformed: Sequence[MalformedRecord] = lines.malformed
        else:
            first = self.record + self.breaks
            places, malformed = range(first, first + len(batch)), ()
        self.record += len(batch) + len(ragged)
        return _without_blanks(rows, places, malformed)

    def _take_ragged(self, good: int) -> list[csv.InvalidRow]:
        count = 0
        while count < len(self.ragged) and self.ragged[count].number <= self.record + good + count:
            count += 1
        found, self.ragged = self.ragged[:count], self.ragged[count:]
        return found

    def _assign_lines(self, good: int, ragged: Sequence[csv.InvalidRow], inside: Sequence[int] | None) -> "_Lines":
        misfits = {row.number: row for row in ragged}
        breaks: Iterator[int] = repeat(0) if inside is None else iter(inside)
        lines = _Lines()
        for number in range(self.record, self.record + good + len(ragged)):
            line, misfit = number + self.breaks, misfits.get(number)
            if misfit is None:
                lines.places.append(line)
                self.breaks += next(breaks)
            else:
                lines.add_misfit(line, misfit, self.repair)
                self.breaks += len(_BREAKS.findall(misfit.text))
        return lines


@dataclass
class _Lines:
    """The line of each row of a batch, with repaired ones at their positions among the rows; and malformed records."""

    places: list[int] = field(default_factory=list)
    malformed: list[MalformedRecord] = field(default_factory=list)
    repaired: list[tuple[int, Sequence[str]]] = field(default_factory=list)

    def add_misfit(self, line: int, misfit: csv.InvalidRow, repair: CsvRepair | None) -> None:
        """Add a record with other fields than the header."""
        fields = repair.read(misfit.text) if repair and misfit.actual_columns <= MOST_COLUMNS else None
        if fields is None:
            message = f"has {misfit.actual_columns} fields instead of {misfit.expected_columns}"
            self.malformed.append(MalformedRecord(line, misfit.text, "ragged", message))
        else:
            self.repaired.append((len(self.places), fields))
            self.places.append(line)

    def insert_repaired(self, rows: pa.Table) -> pa.Table:
        """Return the rows with the repaired ones among them."""
        if not self.repaired:
            return rows
        columns = zip(*(fields for _, fields in self.repaired), strict=True)
        added = pa.table([pa.array(each, pa.string()) for each in columns], names=rows.column_names)
        order = dict(zip((position for position, _ in self.repaired), count(len(rows))))
        others = count()
        indices = [order[each] if each in order else next(others) for each in range(len(self.places))]
        return pa.concat_tables([rows, added]).take(pa.array(indices, pa.int64()))


def _breaks_inside(batch: pa.RecordBatch) -> Sequence[int] | None:
    """Return the number of line breaks in each record; None if there are none at all."""
    counts = [pc.count_substring_regex(column, _BREAK) for column in batch.columns if _has_breaks(column)]
    total = None
    for each in counts:
        total = each if total is None else pc.add(total, each)
    found: Sequence[int] | None = None if total is None else total.to_pylist()
    return found


def _has_breaks(column: pa.StringArray) -> bool:
    data = column.buffers()[2]
    text = b"" if data is None else data.to_pybytes()
    return b"\n" in text or b"\r" in text


def _without_blanks(rows: pa.Table, places: Sequence[int], malformed: Sequence[MalformedRecord]) -> Chunk:
    blank = pc.equal(rows.column(0), "")
    for column in rows.columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(column, ""))
    if pc.any(blank).as_py():
        filled = pc.invert(blank)
        rows, places = rows.filter(filled), pa.array(places, pa.int64()).filter(filled).to_pylist()
    return Chunk(rows=rows, places=places, malformed=malformed, size=rows.get_total_buffer_size())
