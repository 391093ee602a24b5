"""Rows as received to the columns of their data type, and every reason against the rows that are not valid.

Rows become columns, whole columns are checked, and only rows that no column decides about go through the rules of
`records.validation` one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.validation.checked_columns import CheckedColumns, check_columns
from shared.lake.validation.tables import check_table
from shared.lake.validation.typed_rows import to_typed_columns
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, RowError, validate


@dataclass(frozen=True)
class ValidatedRows:
    """The valid rows as columns, and every reason against the rest."""

    table: pa.Table
    errors: Sequence[RowError] = ()

    @property
    def rejected(self) -> int:
        """How many rows are not valid."""
        return len({error.row for error in self.errors})

    def within(self, places: Sequence[int], others: Sequence[RowError]) -> "ValidatedRows":
        """The same as part of a delivery: its rows have these places there, and the others are rejected as well."""
        errors = [replace(each, row=None if each.row is None else places[each.row]) for each in self.errors]
        return ValidatedRows(self.table, [*errors, *others])


def validate_rows(
    data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime, stamp: IngestMetadata
) -> ValidatedRows:
    """Check rows and turn the valid ones into columns.

    Args:
        data_type: what the rows are.
        rows: as received.
        form: how values are written.
        at: the present moment; a record may lie at most 5 minutes after it.
        stamp: what the platform adds, with one `ingested_at` for all rows or one for each.
    """
    typed = to_typed_columns(SCHEMAS[data_type], rows) if form is Form.TYPED else None
    if typed is None:
        return _validate_by_row(data_type, rows, form=form, at=at, stamp=stamp)
    checked = check_columns(SCHEMAS[data_type], typed.values, typed.attributes, form=form, at=at)
    return _complete(
        checked.without(typed.unfit), lambda places: [rows[place] for place in places], form=form, at=at, stamp=stamp
    )


def validate_table(
    data_type: DataType, table: pa.Table, *, form: Form, at: datetime, stamp: IngestMetadata
) -> ValidatedRows:
    """Check the rows of a table and turn the valid ones into columns: what `validate_rows` would, much sooner.

    In a typed table null means absent, and a column of another type than its field's is cast where nothing is lost.

    Args:
        data_type: what the rows are.
        table: as received; in the form `TEXT` each column is text.
        form: how values are written.
        at: the present moment; a record may lie at most 5 minutes after it.
        stamp: what the platform adds, with one `ingested_at` for all rows or one for each.
    """
    found = check_table(SCHEMAS[data_type], table, form=form, at=at)
    return _complete(found.checked, found.records, form=form, at=at, stamp=stamp)


def _complete(
    checked: CheckedColumns,
    records: Callable[[Sequence[int]], Sequence[Any]],
    *,
    form: Form,
    at: datetime,
    stamp: IngestMetadata,
) -> ValidatedRows:
    """Let the rules decide about the rows that the columns do not, and put all valid rows in their order."""
    valid, unsure = checked.valid_rows, checked.unsure_rows
    if not unsure:
        return ValidatedRows(checked.stored(stamp))
    decided = _validate_by_row(
        checked.schema.data_type, records(unsure), form=form, at=at, stamp=_stamp_of(stamp, unsure)
    )
    rejected = {error.row for error in decided.errors}
    places = [*valid, *(place for row, place in enumerate(unsure) if row not in rejected)]
    order = pc.sort_indices(pa.array(places, pa.int64()))
    stored = checked.stored(_stamp_of(stamp, valid))
    return ValidatedRows(pa.concat_tables([stored, decided.table]).take(order), decided.errors).within(unsure, ())


def _validate_by_row(
    data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime, stamp: IngestMetadata
) -> ValidatedRows:
    checked = validate(data_type, rows, form=form, at=at)
    return ValidatedRows(to_table(data_type, checked.rows, _stamp_of(stamp, checked.places)), checked.errors)


def _stamp_of(stamp: IngestMetadata, places: Sequence[int]) -> IngestMetadata:
    """What the platform adds to some of the rows."""
    if isinstance(stamp.ingested_at, datetime):
        return stamp
    return replace(stamp, ingested_at=[stamp.ingested_at[place] for place in places])
