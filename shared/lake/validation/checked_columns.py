"""Checks columns: which rows are certain to be valid, and how they are stored.

A row is certain to be valid if all its values are and no required one is missing; `records.validation` decides about
the others. This check never rejects a row, it only avoids the slower one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import IngestMetadata, add_platform_columns, arrow_type
from shared.lake.validation.bounds import surely_within
from shared.lake.validation.currencies import currencies_in_use
from shared.lake.validation.text_columns import ColumnChecker, present_texts
from shared.lake.validation.typed_columns import check_typed
from shared.records.absent_words import absent_words
from shared.records.schema import RecordSchema
from shared.records.validation import Form

_FALSE = pa.scalar(value=False)


@dataclass(frozen=True)
class CheckedColumns:
    """Columns as stored, and the rows that are certain to be valid."""

    schema: RecordSchema
    columns: Mapping[str, pa.Array]
    attributes: pa.Array
    valid: pa.BooleanArray

    @property
    def valid_rows(self) -> Sequence[int]:
        """The positions of the rows that are certain to be valid."""
        if self._all_valid:
            return range(len(self.valid))
        places: list[int] = pc.indices_nonzero(self.valid).to_pylist()
        return places

    @property
    def unsure_rows(self) -> Sequence[int]:
        """The positions of the rows that need validation by row."""
        places: list[int] = pc.indices_nonzero(pc.invert(self.valid)).to_pylist()
        return places

    def without(self, unfit: Iterable[int]) -> "CheckedColumns":
        """Mark further rows as needing validation by row."""
        others = pa.array([*unfit], pa.int64())
        if not len(others):
            return self
        fit = pc.invert(pc.is_in(pa.array(range(len(self.valid)), pa.int64()), value_set=others))
        return replace(self, valid=pc.and_(self.valid, fit))

    def stored(self, stamp: IngestMetadata) -> pa.Table:
        """Return the rows that are certain to be valid, as stored."""
        if self._all_valid:
            return add_platform_columns(self.schema, self.columns, self.attributes, stamp)
        columns = {name: each.filter(self.valid) for name, each in self.columns.items()}
        return add_platform_columns(self.schema, columns, self.attributes.filter(self.valid), stamp)

    @property
    def _all_valid(self) -> bool:
        return bool(pc.all(self.valid, min_count=0).as_py())


def check_columns(
    schema: RecordSchema, values: Mapping[str, pa.Array], attributes: pa.Array, *, form: Form, at: datetime
) -> CheckedColumns:
    """Check the column of each field.

    Args:
        schema: the schema of the rows.
        values: a column for each field of the schema; null means absent.
        attributes: the fields that are not in the schema, as JSON text.
        form: the form of the values.
        at: the current time; event times may be at most 5 minutes later.
    """
    checker = ColumnChecker(at, schema.dated)
    columns, valid = {}, pa.repeat(pa.scalar(value=True), len(attributes))
    for each in schema.fields:
        found, is_needed = values[each.name], each.required or each.name == schema.event_time
        if pa.types.is_string(found.type):
            found = present_texts(found, absent_words(each.kind) if form is Form.TEXT else ())
        if found.null_count == len(found):
            columns[each.name] = pa.nulls(len(found), arrow_type(each))
            valid = pa.repeat(_FALSE, len(found)) if is_needed else valid
            continue
        checked = check_typed(checker, each, found) if form is Form.TYPED else checker.check_text(each, found)
        columns[each.name] = checked.column
        kept = pc.coalesce(checked.valid, _FALSE) if checked.valid.null_count else checked.valid
        if found.null_count:
            kept = pc.if_else(pc.is_valid(found), kept, pa.scalar(not is_needed))
        valid = pc.and_(valid, kept)
    in_use = currencies_in_use(schema, columns, len(attributes), at)
    valid = valid if in_use is None else pc.and_(valid, in_use)
    return CheckedColumns(schema, columns, attributes, pc.and_(valid, surely_within(schema, columns, attributes)))
