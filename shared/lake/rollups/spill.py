"""Keeps the portions of a roll-up on disk until all are computed, and combines them a section at a time.

A section has all rows of a range of keys, so sections are combined apart from each other. Their number follows the
number of rows: how many are in memory at once does not depend on the size of a day.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.table import LakeTable
from shared.lake.rollups.combination import combine
from shared.lake.rollups.schema import schema_of

_BATCH = 65_536
_SAMPLES = 1_000
_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


class Spill:
    """The portions of one roll-up, in a file."""

    def __init__(self, table: LakeTable, directory: Path) -> None:
        self._table = table
        self._path = directory / f"{table.name}.arrow"
        self._writer: pa.RecordBatchFileWriter | None = None
        self._ends: list[tuple[pa.Scalar, pa.Scalar]] = []
        self._samples: list[pa.Array] = []
        self._rows = 0

    def add(self, portion: pa.Table) -> None:
        """Append a portion to the file."""
        if self._writer is None:
            self._writer = pa.ipc.new_file(str(self._path), portion.schema, options=_OPTIONS)
        for batch in portion.combine_chunks().to_batches(max_chunksize=_BATCH):
            self._writer.write_batch(batch)
            ends = pc.min_max(batch[self._spread])
            self._ends.append((ends["min"], ends["max"]))
        values = portion[self._spread]
        places = pa.array(range(0, len(values), max(1, len(values) // _SAMPLES)), pa.int64())
        self._samples.append(values.take(places).drop_null().combine_chunks())
        self._rows += len(portion)

    def combined(self, most_rows: int) -> Iterator[pa.Table]:
        """Yield the roll-up of all portions; about so many of their rows are in memory at once."""
        if self._writer is None:
            return
        self._writer.close()
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_file(file) as reader:
            for low, high in pairwise([None, *self._limits(most_rows), None]):
                rows = self._section(reader, low, high)
                if len(rows):
                    yield combine(self._table, [rows]).select(schema_of(self._table).names)

    @property
    def _spread(self) -> str:
        """The column whose ranges are combined apart: the first key besides the day."""
        first, second = self._table.columns[:2]
        return second.name if first.name == self._table.time_column == "dt" else str(self._table.time_column)

    def _limits(self, most_rows: int) -> list[pa.Scalar]:
        """Return values between which there are about so many rows each, in order."""
        samples = pa.chunked_array(self._samples).combine_chunks().sort()
        sections = ceil(self._rows / most_rows)
        places = [len(samples) * number // sections for number in range(1, sections)] if len(samples) else []
        return list(pc.unique(samples.take(pa.array(places, pa.int64()))))

    def _section(self, reader: pa.RecordBatchFileReader, low: pa.Scalar | None, high: pa.Scalar | None) -> pa.Table:
        """Read the rows from a value on and below another; null is above all."""
        batches = []
        for number, (first, last) in enumerate(self._ends):
            if _may_lie(first, last, low, high):
                batch = reader.get_batch(number)
                batches.append(batch.filter(_mask(batch[self._spread], low, high)))
        return pa.Table.from_batches(batches, reader.schema)


def _may_lie(first: pa.Scalar, last: pa.Scalar, low: pa.Scalar | None, high: pa.Scalar | None) -> bool:
    """Whether values of a batch may lie between limits; the last section has every batch that may have nulls."""
    if high is None:
        return True
    return bool(first.is_valid and pc.less(first, high).as_py() and (low is None or pc.less_equal(low, last).as_py()))


def _mask(values: pa.Array, low: pa.Scalar | None, high: pa.Scalar | None) -> pa.Array:
    above = pa.repeat(pa.scalar(value=True), len(values)) if low is None else pc.greater_equal(values, low)
    below = pc.less(values, high) if high is not None else pa.repeat(pa.scalar(value=True), len(values))
    return pc.fill_null(pc.and_(above, below), pa.scalar(high is None))
