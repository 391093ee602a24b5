"""Reads CSV records that have other fields than the header: blank ones at the end, or too few where that is allowed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from shared.lake.files.csv_dialect import CsvDialect


@dataclass(frozen=True)
class CsvRepair:
    """What is allowed of records that have more or fewer fields than the header."""

    dialect: CsvDialect

    @classmethod
    def of(cls, dialect: CsvDialect) -> Self | None:
        """Return what a dialect allows; None if all records must have the header's fields."""
        return cls(dialect) if dialect.allow_short_rows or dialect.allow_trailing_empty else None

    def read(self, text: str) -> Sequence[str] | None:
        """Return the fields of a record, as many as the header has; None if it is malformed."""
        dialect, record = self.dialect, self._fields(text)
        if record is None:
            return None
        missing = len(dialect.names) - len(record)
        if missing > 0:
            return [*record, *[""] * missing] if dialect.allow_short_rows else None
        if dialect.allow_trailing_empty and not any(cell.strip() for cell in record[len(dialect.names) :]):
            return record[: len(dialect.names)]
        return None

    def _fields(self, text: str) -> list[str] | None:
        dialect = self.dialect
        if dialect.quote not in text and dialect.escape is None:
            return text.split(dialect.delimiter)
        lines = io.StringIO(text, newline="")
        reader = csv.reader(
            lines, delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape, strict=True
        )
        try:
            return next(reader, [])
        except csv.Error:
            return None
