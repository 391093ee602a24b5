"""Applies a source's mapping to received rows: the one engine for batches, files, the stream and redrives.

The order is: words that mean absent; cells filled down; plain numbers; computed columns; fields (see `FieldColumns`);
shares of amounts; derived records. What is wrong with a row is an error of this row and of the field concerned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from shared.lake.mapping.absent_words import without_absent_words
from shared.lake.mapping.allocated_amounts import allocate_amounts
from shared.lake.mapping.computed_columns import with_computed_columns
from shared.lake.mapping.derived import with_derived_records
from shared.lake.mapping.faults import Faults
from shared.lake.mapping.field_columns import FieldColumns
from shared.lake.mapping.groups import Groups, find_groups
from shared.lake.mapping.records import MappedRecords
from shared.lake.mapping.rounded_amounts import check_rounded_prices
from shared.lake.mapping.source_columns import EVERY, SourceColumns, columns_of_rows, columns_of_table
from shared.lake.mapping.source_numbers import plain_columns
from shared.lake.validation.tables import rows_of
from shared.mapping.model import EVERY_OTHER, SourceMapping
from shared.records.schema import RecordSchema
from shared.records.validation import Form


def map_records(  # noqa: PLR0913 # what is known of a delivery
    rows: Sequence[Any] | pa.Table,
    mapping: SourceMapping,
    schema: RecordSchema,
    *,
    form: Form,
    places: Sequence[int],
    blocks: Sequence[int | str] = (),
    gaps: Sequence[int] = (),
) -> MappedRecords:
    """Map the rows of a delivery to records of a data type.

    Args:
        rows: the rows as received.
        mapping: the effective mapping of the source.
        schema: the schema of the data type.
        form: the form of the values.
        places: the positions of the rows in the received data.
        blocks: what each row was received in, if groups must not extend over several; see `find_groups`.
        gaps: the positions of records that could not be read.
    """
    source, faults = _source_columns(rows, mapping, schema, form), Faults()
    absent = without_absent_words(source.texts, mapping, schema, form)
    texts, groups = _filled_down(replace(source, texts=absent), mapping, (blocks, places, gaps), faults)
    written = FieldColumns(mapping, schema, texts, texts, pa.array(places, pa.int64()).cast(pa.string()), faults)
    fields = replace(written, plain=plain_columns(texts, mapping, schema, written.currencies(), faults))
    fields = with_computed_columns(fields, groups)
    columns = fields.every_field()
    check_rounded_prices(columns, fields)
    if groups is not None:
        columns = allocate_amounts(columns, fields, groups)
    records = MappedRecords(
        columns=columns,
        sources=pa.array(range(len(rows)), pa.int64()),
        untouched=source.untouched,
        nested=_nested_fields(source, mapping, schema),
        malformed=source.malformed,
        groups=groups,
    )
    return with_derived_records(records, fields).with_errors(faults.errors)


def _source_columns(
    rows: Sequence[Any] | pa.Table, mapping: SourceMapping, schema: RecordSchema, form: Form
) -> SourceColumns:
    own = schema.by_name.keys() | mapping.targets
    read, named = own | mapping.source_columns, own | mapping.columns.keys() | set(mapping.drop)
    taken = EVERY if EVERY_OTHER in mapping.drop else named
    if isinstance(rows, Sequence):
        return columns_of_rows(rows, read, taken)
    if form is Form.TEXT:
        return columns_of_table(rows, read, taken)
    return columns_of_rows(rows_of(rows, form=form), read, taken)


def _filled_down(
    source: SourceColumns, mapping: SourceMapping, position: tuple[Any, Sequence[int], Sequence[int]], faults: Faults
) -> tuple[Mapping[str, pa.StringArray], Groups | None]:
    """Find the groups of rows, and fill the blank cells that the mapping names."""
    column = mapping.group_column
    if column is None:
        return source.texts, None
    blocks, places, gaps = position
    malformed = [places[row] for row in source.malformed]
    groups = find_groups(column, source.text(column), blocks, places, sorted([*gaps, *malformed]))
    faults.add("", "group", groups.faults)
    names = mapping.fill_down.columns if mapping.fill_down else []
    filled = {name: groups.fill(source.texts[name]) for name in names if name in source.texts}
    return {**source.texts, **filled}, groups


def _nested_fields(source: SourceColumns, mapping: SourceMapping, schema: RecordSchema) -> dict[str, Mapping[int, Any]]:
    """Return lists and objects by field; unless something else fills the field, they pass through unchanged."""
    found: dict[str, Mapping[int, Any]] = {}
    known: Callable[[str], bool] = (schema.by_name.keys() | mapping.targets).__contains__
    for name, values in source.nested.items():
        field = mapping.columns.get(name, name)
        if known(field) and name not in mapping.drop and field not in mapping.constants:
            found[field] = {**found.get(field, {}), **values}
    return found
