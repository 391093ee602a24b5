"""Adds the computed columns of a mapping to the source columns, in their order, so that each may read those before."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, DecimalException
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.computed import Computed
from shared.lake.mapping.decimals import plain_texts
from shared.lake.mapping.expressions import evaluate
from shared.mapping.computed import Computation, GroupTotal, LineNumber
from shared.mapping.expressions import Expression
from shared.records.plain_numbers import EXACT, MOST_DIGITS, decimal_text, plain_decimal

if TYPE_CHECKING:
    from shared.lake.mapping.field_columns import FieldColumns
    from shared.lake.mapping.groups import Groups

_DECIMAL = pa.decimal128(32, 12)
"""Six digits less than Arrow's sums have, which do not notice that they overflow: enough for a million rows."""


def with_computed_columns(fields: "FieldColumns", groups: "Groups | None") -> "FieldColumns":
    """Return the same with a further source column for each computed one."""
    for name, computation in fields.mapping.computations.items():
        values = fields.faults.values_of(name, "expression", _computed(computation, fields, groups))
        fields = replace(fields, texts={**fields.texts, name: values}, plain={**fields.plain, name: values})
    return fields


def _computed(computation: Computation, fields: "FieldColumns", groups: "Groups | None") -> Computed:
    match computation:
        case LineNumber():
            return Computed(_line_numbers(fields.size, groups))
        case GroupTotal(column):
            values = fields.plain.get(column, pa.nulls(fields.size, pa.string()))
            return Computed(values) if groups is None else _totals(column, values, groups)
        case Expression():
            return evaluate(computation, fields.plain, fields.size)


def _line_numbers(size: int, groups: "Groups | None") -> pa.StringArray:
    if groups is None:
        return pa.repeat(pa.scalar("1"), size)
    return pc.subtract(pa.array(range(1, size + 1), pa.int64()), groups.first_rows).cast(pa.string())


def _totals(column: str, values: pa.StringArray, groups: "Groups") -> Computed:
    try:
        numbers = values.cast(_DECIMAL)
        summed = pa.table({"group": groups.numbers, "value": numbers}).group_by("group").aggregate([("value", "sum")])
    except pa.ArrowInvalid:
        return _totals_one_by_one(column, values, groups)
    order = pc.sort_indices(summed["group"])
    return Computed(plain_texts(summed["value_sum"].combine_chunks().take(order)).take(groups.numbers))


def _totals_one_by_one(column: str, values: pa.StringArray, groups: "Groups") -> Computed:
    """Add up numbers that Arrow does not read, or that have too many digits for it."""
    found: list[str | None] = [None] * len(values)
    faults: dict[int, str] = {}
    for rows in groups.rows_of():
        numbers = {row: plain_decimal(values[row].as_py()) for row in rows if values[row].is_valid}
        wrong = [row for row, each in numbers.items() if each is None]
        faults |= dict.fromkeys(wrong, f"{column} must be a number to be added up")
        total = _sum(each for each in numbers.values() if each is not None)
        if total is None:
            faults |= dict.fromkeys(rows, f"the total of {column} has more than {MOST_DIGITS} digits")
        elif numbers:
            found[rows.start : rows.stop] = [decimal_text(total)] * len(rows)
    return Computed(pa.array(found, pa.string()), faults)


def _sum(numbers: Iterable[Decimal]) -> Decimal | None:
    try:
        return reduce(EXACT.add, numbers, Decimal(0))
    except DecimalException:
        return None
