"""Assigns line numbers to the records of a CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from shared.lake.files.part import Chunk
from shared.records.malformed import MalformedRecord

_BREAK = "\r\n|\n|\r"


@dataclass
class LineNumbers:
    """Counts records and the line breaks inside them, batch after batch.

    The parser skips malformed records and reports their number; `keep_malformed` stores them.
    """

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
        if ragged or inside is not None:
            places, malformed = self._assign_lines(len(batch), ragged, inside)
        else:
            first = self.record + self.breaks
            places, malformed = range(first, first + len(batch)), []
        self.record += len(batch) + len(ragged)
        return _without_blanks(pa.Table.from_batches([batch]), places, malformed)

    def _take_ragged(self, good: int) -> list[csv.InvalidRow]:
        count = 0
        while count < len(self.ragged) and self.ragged[count].number <= self.record + good + count:
            count += 1
        found, self.ragged = self.ragged[:count], self.ragged[count:]
        return found

    def _assign_lines(
        self, good: int, ragged: Sequence[csv.InvalidRow], inside: Sequence[int] | None
    ) -> tuple[Sequence[int], list[MalformedRecord]]:
        misfits = {row.number: row for row in ragged}
        breaks: Iterator[int] = repeat(0) if inside is None else iter(inside)
        places, malformed = list[int](), list[MalformedRecord]()
        for number in range(self.record, self.record + good + len(ragged)):
            line, misfit = number + self.breaks, misfits.get(number)
            if misfit is None:
                places.append(line)
                self.breaks += next(breaks)
            else:
                message = f"has {misfit.actual_columns} fields instead of {misfit.expected_columns}"
                malformed.append(MalformedRecord(line, misfit.text, "ragged", message))
                self.breaks += len(misfit.text.splitlines()) - 1
        return places, malformed


def _breaks_inside(batch: pa.RecordBatch) -> Sequence[int] | None:
    """Return the number of line breaks in each record; None if there are none at all."""
    counts = [pc.count_substring_regex(column, _BREAK) for column in batch.columns if _has_breaks(column)]
    total = None
    for count in counts:
        total = count if total is None else pc.add(total, count)
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
