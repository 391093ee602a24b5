"""Source columns with their numbers as plain decimals, for fields and for arithmetic."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed
from shared.lake.mapping.faults import Faults
from shared.lake.mapping.numbers import in_major_units, plain_numbers
from shared.mapping.computed import columns_read
from shared.mapping.expression_tree import Yields
from shared.mapping.expressions import Expression, parse, parse_condition
from shared.mapping.number_format import NumberFormat
from shared.records.currencies import minor_places
from shared.records.plain_numbers import plain_decimal
from shared.records.schema import Kind, RecordSchema

if TYPE_CHECKING:
    from shared.mapping.model import SourceMapping

EVERY = "*"
NUMERIC = frozenset({Kind.MONEY, Kind.QUANTITY, Kind.NUMBER, Kind.INTEGER})


def plain_columns(
    texts: Mapping[str, pa.StringArray],
    mapping: "SourceMapping",
    schema: RecordSchema,
    currencies: pa.StringArray,
    faults: Faults,
) -> dict[str, pa.StringArray]:
    """Return source columns with the numbers of those that have a format as plain decimals.

    A format for `*` applies to columns of numeric fields, where what is no number is a fault, and to columns that
    expressions and allocations read as numbers. There it remains a text that may be compared with others, unless it
    would be read as a plain number, which the format rules out.
    """
    found, in_arithmetic = dict(texts), _in_arithmetic(mapping, schema)
    for name, values in texts.items():
        field = mapping.columns.get(name, name)
        own = mapping.numbers.get(name) or mapping.numbers.get(field)
        written = own or mapping.numbers.get(EVERY)
        if written is None:
            continue
        if own or _is_numeric(field, schema):
            found[name] = faults.values_of(field, "number", read_numbers(values, written, currencies), values)
        elif name in in_arithmetic:
            read = read_numbers(values, written, currencies)
            unclear = {row: why for row, why in read.faults.items() if plain_decimal(values[row].as_py()) is not None}
            faults.add(field, "number", unclear, values)
            found[name] = pc.coalesce(read.values, values)
    return found


def _in_arithmetic(mapping: "SourceMapping", schema: RecordSchema) -> set[str]:
    """Return the columns that are read as numbers, also by way of computed columns; others, such as ids, stay texts."""
    found = {name for each in mapping.allocate for name in (each.column, each.by)}
    for when in (parse_condition(each.when) for each in mapping.derive):
        found |= when.numbers
    for fields in (mapping.expressions, *(each.expressions for each in mapping.derive)):
        for field, text in fields.items():
            found |= _numbers_of(parse(text), wanted=_is_numeric(field, schema))
    for name, computation in reversed(mapping.computations.items()):
        if isinstance(computation, Expression):
            found |= _numbers_of(computation, wanted=name in found)
        else:
            found |= columns_read(computation)
    return found


def _numbers_of(expression: Expression, *, wanted: bool) -> frozenset[str]:
    """Return the columns that an expression reads as numbers, or passes on as they are if a number is wanted."""
    return expression.columns if wanted and expression.root.yields is Yields.TEXT else expression.numbers


def _is_numeric(field: str, schema: RecordSchema) -> bool:
    return field in schema.by_name and schema.by_name[field].kind in NUMERIC


def read_numbers(values: pa.StringArray, written: NumberFormat, currencies: pa.StringArray) -> Computed:
    """Read numbers in a format as plain decimals; minor units of the currency of each row in whole units."""
    found = plain_numbers(values, written)
    if not written.minor_units:
        return found
    encoded = pc.dictionary_encode(currencies)
    places = pa.array(map(minor_places, encoded.dictionary.to_pylist()), pa.int64()).take(encoded.indices)
    scaled = in_major_units(found.values, places)
    unknown = pc.indices_nonzero(pc.and_(pc.is_valid(found.values), pc.is_null(currencies))).to_pylist()
    reason = "has no currency, which defines its minor unit"
    return Computed(scaled.values, {**found.faults, **scaled.faults, **dict.fromkeys(unknown, reason)})
