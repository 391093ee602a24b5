"""Puts the ids of valid rows into the namespace of their source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.validation.rows import ValidatedRows
from shared.records.ids import LONGEST_ID, id_too_long
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import DECISION_UNKNOWN, RowError


def in_namespace(data_type: DataType, validated: ValidatedRows, prefix: str, checked: int) -> ValidatedRows:
    """Prefix all ids of validated rows, references included; rows whose ids get too long become errors.

    The ids of decisions that labels wait for are prefixed too, since decisions are known by their prefixed ids.

    Args:
        data_type: the data type of the rows.
        validated: the valid rows and the errors of the others, by position among the checked rows.
        prefix: the prefix of the source; empty for the default namespace.
        checked: the number of rows that were checked.
    """
    if not prefix:
        return validated
    errors = [_awaiting(each, prefix) if each.code == DECISION_UNKNOWN else each for each in validated.errors]
    if not len(validated.table):
        return ValidatedRows(validated.table, errors)
    table = validated.table
    for name in SCHEMAS[data_type].namespaced:
        ids = pc.binary_join_element_wise(prefix, table[name].combine_chunks(), "")
        table = table.set_column(table.column_names.index(name), name, ids)
    too_long = {name: rows for name in SCHEMAS[data_type].namespaced if (rows := _too_long(table[name]))}
    if not too_long:
        return ValidatedRows(table, errors)
    rejected = {each.row for each in errors}
    places = [row for row in range(checked) if row not in rejected]
    bad = {row for rows in too_long.values() for row in rows}
    kept = pa.array([row for row in range(len(table)) if row not in bad], pa.int64())
    found = _errors(data_type, validated.table, too_long, prefix)
    return ValidatedRows(table.take(kept), [*errors, *(replace(each, row=places[each.row or 0]) for each in found)])


def _errors(
    data_type: DataType, given: pa.Table, too_long: Mapping[str, Sequence[int]], prefix: str
) -> Iterator[RowError]:
    """Yield the errors of ids; an id that is absent and was taken from another is no further error."""
    message = id_too_long(prefix)
    for name, rows in too_long.items():
        source = SCHEMAS[data_type].by_name[name].default_from
        for row in rows:
            value = given[name][row].as_py()
            if source is None or value != given[source][row].as_py():
                yield RowError(row, f"/{name}", "too_long", message, value)


def _awaiting(error: RowError, prefix: str) -> RowError:
    return replace(error, rejected_value=f"{prefix}{error.rejected_value}")


def _too_long(ids: pa.ChunkedArray) -> Sequence[int]:
    rows: list[int] = pc.indices_nonzero(pc.greater(pc.utf8_length(ids), LONGEST_ID)).to_pylist()
    return rows
