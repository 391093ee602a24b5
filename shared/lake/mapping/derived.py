"""Derives further records from rows, such as a return from a column with refunds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.faults import Faults
from shared.lake.mapping.records import MappedRecords

if TYPE_CHECKING:
    from shared.lake.mapping.field_columns import FieldColumns
    from shared.mapping.derived import DerivedRecord
    from shared.records.schema import RecordSchema

IN_DERIVED = "(in a record derived from the row)"
"""Ends the messages about derived records, because their fields may differ from those of the row."""

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class _Derived:
    """The derived records of one rule, with the received row of each."""

    rows: pa.Int64Array
    columns: Mapping[str, pa.StringArray]
    kept: frozenset[str]


def with_derived_records(records: MappedRecords, fields: "FieldColumns") -> MappedRecords:
    """Return records with those derived from them, each behind the record of its row.

    A derived record whose key is absent or that of another record of its row is a fault of the row.
    """
    found = [_derive(records, rule, fields) for rule in fields.mapping.derive]
    found = [each for each in found if len(each.rows)]
    if not found:
        return records
    joined = _joined(records, found)
    _check_keys(joined, len(records), fields.schema, fields.faults)
    return _in_order(joined)


def _derive(records: MappedRecords, rule: "DerivedRecord", fields: "FieldColumns") -> _Derived:
    rows = pc.indices_nonzero(fields.condition("", rule.when)).cast(pa.int64())
    faults = Faults()
    some = fields.take(rows, faults)
    columns = {name: values.take(rows) for name, values in records.columns.items() if name not in rule.omit}
    for name, template in rule.template.items():
        columns[name] = some.finished(name, some.number_from_template(name, template))
    for name, expression in rule.expressions.items():
        columns[name] = some.finished(name, some.from_expression(name, expression))
    fields.faults.errors.extend(
        replace(each, row=rows[each.row].as_py(), message=f"{each.message} {IN_DERIVED}") for each in faults.errors
    )
    replaced = {*rule.omit, *rule.template, *rule.expressions}
    return _Derived(rows, columns, frozenset(records.nested.keys() - replaced))


def _joined(records: MappedRecords, found: Sequence[_Derived]) -> MappedRecords:
    """Return all records: those of the rows first, then the derived ones."""
    names = {*records.columns, *(name for each in found for name in each.columns)}
    parts = [(len(records), records.columns), *((len(each.rows), each.columns) for each in found)]
    columns = {
        name: pa.concat_arrays([columns.get(name, pa.nulls(size, pa.string())) for size, columns in parts])
        for name in names
    }
    nested: dict[str, dict[int, Any]] = {name: dict(values) for name, values in records.nested.items()}
    first = len(records)
    for each in found:
        for number, row in enumerate(each.rows.to_pylist()):
            for name in each.kept:
                if row in nested[name]:
                    nested[name][first + number] = nested[name][row]
        first += len(each.rows)
    sources = pa.concat_arrays([records.sources, *(each.rows for each in found)])
    return replace(records, columns=columns, sources=sources, nested=nested)


def _check_keys(joined: MappedRecords, own: int, schema: "RecordSchema", faults: Faults) -> None:
    keys = [joined.columns.get(name, pa.nulls(len(joined), pa.string())) for name in schema.key]
    first, sources = schema.key[0], joined.sources
    lacking = pc.indices_nonzero(pc.is_null(keys[0].slice(own))).to_pylist()
    faults.add_all(first, "derived", (sources[own + each].as_py() for each in lacking), "a derived record has no key")
    texts = [pc.fill_null(each, "") for each in keys]
    joint = pc.binary_join_element_wise(sources.cast(pa.string()), *texts, _SEPARATOR)
    if pc.count_distinct(joint).as_py() == len(joint):
        return
    counted = pc.value_counts(joint)
    often = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    rows = sorted(set(sources.filter(pc.is_in(joint, value_set=often)).to_pylist()))
    faults.add_all(first, "derived", rows, "a derived record must have a key of its own")


def _in_order(joined: MappedRecords) -> MappedRecords:
    """Return records in the order of their rows, derived ones behind those of their rows."""
    order = pc.sort_indices(joined.sources)  # stable
    places = {record: place for place, record in enumerate(order.to_pylist())}
    return replace(
        joined,
        columns={name: values.take(order) for name, values in joined.columns.items()},
        sources=joined.sources.take(order),
        nested={
            name: {places[record]: value for record, value in values.items()} for name, values in joined.nested.items()
        },
    )
