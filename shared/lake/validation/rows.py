"""Validates rows and converts the valid ones to the columns of their data type.

Whole columns are checked first. Only rows that this cannot decide are checked one by one by `records.validation`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.validation.checked_columns import CheckedColumns, check_columns
from shared.lake.validation.tables import check_table
from shared.lake.validation.typed_rows import to_typed_columns
from shared.records.schema import DataType, RecordSchema
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, RowError, validate


@dataclass(frozen=True)
class ValidatedRows:
    """The valid rows as columns, and every error of the others."""

    table: pa.Table
    errors: Sequence[RowError] = ()

    @property
    def rejected(self) -> int:
        """The number of rejected rows."""
        return len({error.row for error in self.errors})

    def kept(self, keep: Sequence[bool]) -> pa.Table:
        """Return the valid rows that are to be kept."""
        return self.table if all(keep) else self.table.filter(pa.array(keep, pa.bool_()))


def validate_rows(
    data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime, stamp: IngestMetadata
) -> ValidatedRows:
    """Check rows and convert the valid ones to columns.

    Args:
        data_type: the data type of the rows.
        rows: the rows as received.
        form: the form of the values.
        at: the current time; event times may be at most 5 minutes later.
        stamp: the values of the platform's columns, with one `ingested_at` for all rows or one for each.
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
    """Check the rows of a table and convert the valid ones to columns: a faster equivalent of `validate_rows`.

    In a typed table null means absent, and columns are cast to the type of their field if that loses nothing.

    Args:
        data_type: the data type of the rows.
        table: the table as received; with the form `TEXT` all columns are text.
        form: the form of the values.
        at: the current time; event times may be at most 5 minutes later.
        stamp: the values of the platform's columns, with one `ingested_at` for all rows or one for each.
    """
    found = check_table(SCHEMAS[data_type], table, form=form, at=at)
    return _complete(found.checked, found.records, form=form, at=at, stamp=stamp)


class Records(Protocol):
    """Records as columns of text, one for each field; those that columns cannot represent are `unfit`."""

    def __len__(self) -> int:
        """The number of records."""

    @property
    def unfit(self) -> Iterable[int]:
        """The records that must be validated one by one."""

    def fields(self, schema: RecordSchema) -> Mapping[str, pa.Array]:
        """Return a column for each field of a schema; null means absent."""

    def attributes(self) -> pa.Array:
        """Return the fields that are not in the schema, as JSON text."""

    def take(self, records: Sequence[int]) -> Sequence[Any]:
        """Return these records, one by one."""


def validate_records(data_type: DataType, records: Records, *, at: datetime, stamp: IngestMetadata) -> ValidatedRows:
    """Check mapped records, which are columns of text, and convert the valid ones to columns.

    Args:
        data_type: the data type of the records.
        records: the records.
        at: the current time; event times may be at most 5 minutes later.
        stamp: the values of the platform's columns, with one `ingested_at` for all records or one for each.
    """
    schema = SCHEMAS[data_type]
    checked = check_columns(schema, records.fields(schema), records.attributes(), form=Form.MAPPED, at=at)
    return _complete(checked.without(records.unfit), records.take, form=Form.MAPPED, at=at, stamp=stamp)


def _complete(
    checked: CheckedColumns,
    records: Callable[[Sequence[int]], Sequence[Any]],
    *,
    form: Form,
    at: datetime,
    stamp: IngestMetadata,
) -> ValidatedRows:
    """Validate the undecided rows one by one, and return all valid rows in their original order."""
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
    errors = [replace(each, row=None if each.row is None else unsure[each.row]) for each in decided.errors]
    return ValidatedRows(pa.concat_tables([stored, decided.table]).take(order), errors)


def _validate_by_row(
    data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime, stamp: IngestMetadata
) -> ValidatedRows:
    checked = validate(data_type, rows, form=form, at=at)
    return ValidatedRows(to_table(data_type, checked.rows, _stamp_of(stamp, checked.places)), checked.errors)


def _stamp_of(stamp: IngestMetadata, places: Sequence[int]) -> IngestMetadata:
    """Return the values of the platform's columns for some of the rows."""
    if isinstance(stamp.ingested_at, datetime):
        return stamp
    return replace(stamp, ingested_at=[stamp.ingested_at[place] for place in places])
