"""A table as received, judged column by column: what goes straight into the lake, and which rows are in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import Stamp, arrow_type, completed
from shared.lake.validation.bounds import surely_within
from shared.lake.validation.casts import judged_as, plain_rows
from shared.lake.validation.extra_fields import texts_as_json, values_as_json
from shared.lake.validation.text_columns import Judge
from shared.lake.validation.typed_columns import typed_verdict
from shared.records.schema import Field, RecordSchema
from shared.records.validation import Form


@dataclass(frozen=True)
class JudgedTable:
    """A table with every row's verdict."""

    schema: RecordSchema
    table: pa.Table
    form: Form
    columns: Mapping[str, pa.Array]
    attributes: pa.Array
    sure: pa.BooleanArray

    @property
    def straight(self) -> Sequence[int]:
        """The places of the rows that go straight."""
        if pc.all(self.sure, min_count=0).as_py():
            return range(len(self.table))
        places: list[int] = pc.indices_nonzero(self.sure).to_pylist()
        return places

    @property
    def doubtful(self) -> Sequence[int]:
        """The places of the rows that the rules must decide about."""
        places: list[int] = pc.indices_nonzero(pc.invert(self.sure)).to_pylist()
        return places

    def stored(self, stamp: Stamp) -> pa.Table:
        """The rows that go straight as they are stored."""
        all_sure = len(self.straight) == len(self.table)
        if all_sure:
            return completed(self.schema, self.columns, self.attributes, stamp)
        columns = {name: each.filter(self.sure) for name, each in self.columns.items()}
        return completed(self.schema, columns, self.attributes.filter(self.sure), stamp)

    def records(self, places: Sequence[int]) -> list[dict[str, Any]]:
        """Some rows as records."""
        return rows_of(self.table.take(pa.array(places, pa.int64())), form=self.form)


def rows_of(table: pa.Table, *, form: Form) -> list[dict[str, Any]]:
    """The rows of a part as records: texts as they are, typed values as JSON would have them."""
    rows: list[dict[str, Any]] = table.to_pylist() if form is Form.TEXT else plain_rows(table)
    return rows


def judged(schema: RecordSchema, table: pa.Table, *, form: Form, at: datetime) -> JudgedTable:
    """Judge each field's column; a row is sure if all its values are and none is missing."""
    judge = Judge(at, frozenset(name for name in (schema.event_time, schema.version) if name is not None))
    found = {each.name: _values(each, table, form) for each in schema.fields}
    for name in found.keys() & set(table.column_names) if form is Form.TYPED else ():
        table = table.set_column(table.column_names.index(name), name, found[name])
    columns, sure = {}, pa.repeat(pa.scalar(value=True), len(table))
    for each in schema.fields:
        values, needed = found[each.name], each.required or each.name == schema.event_time
        if values.null_count == len(values):
            columns[each.name] = pa.nulls(len(values), arrow_type(each))
            sure = pa.repeat(pa.scalar(value=False), len(table)) if needed else sure
            continue
        verdict = judge.of_text(each, values) if form is Form.TEXT else typed_verdict(judge, each, values)
        columns[each.name] = verdict.column
        kept = pc.fill_null(verdict.sure, fill_value=False)
        if values.null_count:
            kept = pc.if_else(pc.is_valid(values), kept, pa.scalar(not needed))
        sure = pc.and_(sure, kept)
    known = schema.by_name.keys()
    unknown = texts_as_json(table, known) if form is Form.TEXT else values_as_json(table, known)
    return JudgedTable(schema, table, form, columns, unknown, pc.and_(sure, surely_within(schema, columns, unknown)))


def _values(each: Field, table: pa.Table, form: Form) -> pa.Array:
    """The values of a field; what is blank in a text is absent."""
    if each.name not in table.column_names:
        return pa.nulls(len(table), pa.string())
    values = table[each.name].combine_chunks()
    if form is Form.TYPED:
        return judged_as(each, values)
    blank = pc.equal(values, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), values) if pc.any(blank).as_py() else values
