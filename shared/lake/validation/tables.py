"""Checks tables as received, and converts their rows to records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from shared.lake.validation.casts import cast_to_field, to_json_rows
from shared.lake.validation.checked_columns import CheckedColumns, check_columns
from shared.lake.validation.extra_fields import texts_as_json, values_as_json
from shared.records.schema import Field, RecordSchema
from shared.records.validation import Form


@dataclass(frozen=True)
class CheckedTable:
    """A table with its checked columns."""

    table: pa.Table
    form: Form
    checked: CheckedColumns

    def records(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Return the rows at these positions as records."""
        return rows_of(self.table.take(pa.array(places, pa.int64())), form=self.form)


def rows_of(table: pa.Table, *, form: Form) -> list[dict[str, Any]]:
    """Return the rows of a table as records: text unchanged, typed values as JSON values."""
    rows: list[dict[str, Any]] = table.to_pylist() if form is Form.TEXT else to_json_rows(table)
    return rows


def check_table(schema: RecordSchema, table: pa.Table, *, form: Form, at: datetime) -> CheckedTable:
    """Check the columns of a table; typed columns are cast to the type of their field if that loses nothing."""
    values = {each.name: _values(each, table, form) for each in schema.fields}
    for name in values.keys() & set(table.column_names) if form is Form.TYPED else ():
        table = table.set_column(table.column_names.index(name), name, values[name])
    known = schema.by_name.keys()
    unknown = texts_as_json(table, known) if form is Form.TEXT else values_as_json(table, known)
    return CheckedTable(table, form, check_columns(schema, values, unknown, form=form, at=at))


def _values(each: Field, table: pa.Table, form: Form) -> pa.Array:
    """Return the values of a field."""
    if each.name not in table.column_names:
        return pa.nulls(len(table), pa.string())
    values = table[each.name].combine_chunks()
    return cast_to_field(each, values) if form is Form.TYPED else values
