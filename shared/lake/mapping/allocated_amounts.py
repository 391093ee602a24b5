"""Adds to the fields of records their shares of the amounts of their groups."""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, Inexact
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping.allocation import allocate
from shared.lake.mapping.common_shares import common_shares
from shared.mapping.groups import LINE_AMOUNT
from shared.records.currencies import minor_places
from shared.records.plain_numbers import plain_decimal

if TYPE_CHECKING:
    from shared.lake.mapping.field_columns import FieldColumns
    from shared.lake.mapping.groups import Groups
    from shared.mapping.groups import Allocation

_Columns = dict[str, pa.StringArray]
_EXACT = Context(prec=400, traps=[Inexact])
"""Enough for sums and products of any two plain numbers, whose exponents have two digits."""


def allocate_amounts(columns: _Columns, fields: "FieldColumns", groups: "Groups") -> _Columns:
    """Return the columns of records with the shares of all allocations.

    A share is added to what the record already has in the field, e.g. a discount of the line alone.
    """
    found = dict(columns)
    for allocation in fields.mapping.allocate:
        _add_shares(found, allocation, fields, groups)
    return found


def _add_shares(columns: _Columns, allocation: "Allocation", fields: "FieldColumns", groups: "Groups") -> None:
    given = fields.plain.get(allocation.column)
    if given is None or given.null_count == len(given):
        return
    shared = _common_shares(columns, allocation, fields, groups)
    if shared is not None:
        columns[allocation.to] = shared
        return
    concerned = _groups_with_amount(given, groups)
    rows = [row for each in concerned for row in each]
    amounts = _decimals(given, rows)
    not_numbers = sorted((_present(given) & set(rows)) - amounts.keys())
    fields.faults.add_all(allocation.to, "allocation", not_numbers, f"{allocation.column} must be a number")
    weights = _weights(columns, allocation, fields, rows)
    currency = columns.get("currency")
    currencies = [None] * len(given) if currency is None else currency.to_pylist()
    unclear = {*not_numbers, *groups.faults}
    certain = [each for each in concerned if unclear.isdisjoint(each)]
    found = allocate(certain, amounts, weights, currencies)
    fields.faults.add(allocation.to, "allocation", found.faults)
    own = _decimals(columns[allocation.to], found.shares) if allocation.to in columns else {}
    present = columns.get(allocation.to, pa.nulls(len(given), pa.string()))
    mixed = sorted((_present(present) & found.shares.keys()) - own.keys())
    fields.faults.add_all(allocation.to, "allocation", mixed, "must be a number, so that a share can be added")
    texts = {row: format(_EXACT.add(share, own.get(row, 0)), "f") for row, share in found.shares.items()}
    columns[allocation.to] = pc.coalesce(_column(texts, len(given)), present)


def _common_shares(
    columns: _Columns, allocation: "Allocation", fields: "FieldColumns", groups: "Groups"
) -> pa.StringArray | None:
    """Return all shares at once if there is nothing to explain, and nothing in the field to add them to."""
    present, weights = columns.get(allocation.to), _weight_columns(columns, allocation, fields)
    currencies = columns["currency"].unique().to_pylist() if "currency" in columns else [None]
    if groups.faults or len(currencies) != 1 or any(each is None for each in weights):
        return None
    if present is not None and present.null_count != len(present):
        return None
    given = fields.plain[allocation.column]
    return common_shares(given, weights, groups, minor_places(currencies[0] or ""))


def _weight_columns(columns: _Columns, allocation: "Allocation", fields: "FieldColumns") -> list[pa.StringArray]:
    """Return the columns whose product is the weight of a row; null for one that does not exist."""
    if allocation.by == LINE_AMOUNT and LINE_AMOUNT not in columns:
        return [columns.get("quantity"), columns.get("unit_price")]
    by = columns.get(allocation.by)
    return [fields.plain.get(allocation.by) if by is None else by]


def _present(values: pa.StringArray) -> set[int]:
    return set(pc.indices_nonzero(pc.is_valid(values)).to_pylist())


def _groups_with_amount(amounts: pa.StringArray, groups: "Groups") -> list[range]:
    with_amount = set(groups.numbers.filter(pc.is_valid(amounts)).to_pylist())
    return [rows for number, rows in enumerate(groups.rows_of()) if number in with_amount]


def _weights(
    columns: _Columns, allocation: "Allocation", fields: "FieldColumns", rows: Sequence[int]
) -> dict[int, Decimal]:
    first, *others = (_decimals(each, rows) for each in _weight_columns(columns, allocation, fields))
    for each in others:
        first = {row: _EXACT.multiply(first[row], each[row]) for row in first.keys() & each.keys()}
    return first


def _decimals(values: pa.StringArray | None, rows: Iterable[int]) -> dict[int, Decimal]:
    """Return the numbers of a column at some rows; other texts are omitted."""
    if values is None:
        return {}
    chosen = list(rows)
    found = {}
    for row, text in zip(chosen, values.take(pa.array(chosen, pa.int64())).to_pylist(), strict=True):
        number = None if text is None else plain_decimal(text)
        if number is not None:
            found[row] = number
    return found


def _column(texts: dict[int, str], size: int) -> pa.StringArray:
    return pa.array([texts.get(row) for row in range(size)], pa.string())
