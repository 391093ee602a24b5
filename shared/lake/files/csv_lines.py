"""On which line of a CSV file each record begins, and which records do not fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from shared.lake.files.part import Chunk, Malformed

_BREAK = "\r\n|\n|\r"


@dataclass
class Lines:
    """Counts records and the line breaks inside them, batch after batch.

    The parser passes over records that do not fit, and tells their number: `set_aside` keeps them.
    """

    record: int = 1
    breaks: int = 0
    ragged: list[csv.InvalidRow] = field(default_factory=list)

    def set_aside(self, row: csv.InvalidRow) -> str:
        """Keep a record that does not fit, and tell the parser to go on."""
        self.ragged.append(row)
        return "skip"

    def numbered(self, batch: pa.RecordBatch, *, quoted: bool) -> Chunk:
        """Tell the lines of a batch and of what was set aside in it; blank records fall away."""
        ragged = self._ragged_among(len(batch))
        inside = _breaks_inside(batch) if quoted else None
        if ragged or inside is not None:
            places, malformed = self._walked(len(batch), ragged, inside)
        else:
            first = self.record + self.breaks
            places, malformed = range(first, first + len(batch)), []
        self.record += len(batch) + len(ragged)
        return _without_blanks(pa.Table.from_batches([batch]), places, malformed)

    def _ragged_among(self, good: int) -> list[csv.InvalidRow]:
        count = 0
        while count < len(self.ragged) and self.ragged[count].number <= self.record + good + count:
            count += 1
        found, self.ragged = self.ragged[:count], self.ragged[count:]
        return found

    def _walked(
        self, good: int, ragged: Sequence[csv.InvalidRow], inside: Sequence[int] | None
    ) -> tuple[Sequence[int], list[Malformed]]:
        misfits = {row.number: row for row in ragged}
        breaks: Iterator[int] = repeat(0) if inside is None else iter(inside)
        places, malformed = list[int](), list[Malformed]()
        for number in range(self.record, self.record + good + len(ragged)):
            line, misfit = number + self.breaks, misfits.get(number)
            if misfit is None:
                places.append(line)
                self.breaks += next(breaks)
            else:
                message = f"has {misfit.actual_columns} fields instead of {misfit.expected_columns}"
                malformed.append(Malformed(line, misfit.text, "ragged", message))
                self.breaks += len(misfit.text.splitlines()) - 1
        return places, malformed


def _breaks_inside(batch: pa.RecordBatch) -> Sequence[int] | None:
    """How many line breaks are in each record; None where there are none at all."""
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


def _without_blanks(rows: pa.Table, places: Sequence[int], malformed: Sequence[Malformed]) -> Chunk:
    blank = pc.equal(rows.column(0), "")
    for column in rows.columns[1:]:
        if not pc.any(blank).as_py():
            break
        blank = pc.and_(blank, pc.equal(column, ""))
    if pc.any(blank).as_py():
        filled = pc.invert(blank)
        rows, places = rows.filter(filled), pa.array(places, pa.int64()).filter(filled).to_pylist()
    return Chunk(rows=rows, places=places, malformed=malformed, size=rows.get_total_buffer_size())
