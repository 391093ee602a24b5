"""Combines roll-ups of portions of the same days: the result is the roll-up of all their rows, exactly.

Counts and sums are added, lowest and highest values compared, and what is said of the latest row is taken from the
portion with the latest one. So a day of any size is computed a portion at a time, in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from shared.lake.catalog.rollup_tables import FEATURES_DAILY, INVENTORY_DAILY, SALES_DAILY_BY_PRODUCT
from shared.lake.catalog.table import LakeTable
from shared.lake.rollups.feature_texts import fold
from shared.lake.rollups.group_by import DictionaryEncoded, Measures

NAMED_AT = "_named_at"
"""The column of portions of `sales_daily_by_product` with the time of the latest line that has a name."""


@dataclass(frozen=True)
class _Latest:
    """Columns that are those of the row with the highest values in `by`, of which null is the lowest."""

    by: tuple[str, ...]
    columns: tuple[str, ...]


_LATEST: Mapping[str, _Latest] = {
    SALES_DAILY_BY_PRODUCT.name: _Latest((NAMED_AT, "product_name"), ("product_name", NAMED_AT)),
    INVENTORY_DAILY.name: _Latest(("moment",), ("moment", "quantity_on_hand", "reserved", "unit_cost")),
}
_LOWEST = {"lowest_amount", "first_moment", "first_decided"}
_HIGHEST = {"highest_amount", "last_sold", "last_decided", "last_labelled", "highest_ms"}
_SUMMED = ("bigint", "decimal")


def combine(table: LakeTable, portions: Sequence[pa.Table]) -> pa.Table:
    """Combine portions of a roll-up, with their hidden columns; those of the same days and keys become one row."""
    rows = pa.concat_tables(portions)
    latest = _LATEST.get(table.name)
    if latest is not None:
        rows = rows.sort_by([(name, "descending") for name in latest.by])  # nulls come last
    encoded = DictionaryEncoded(rows)
    measures = _measures(table, rows)
    if latest is None:
        groups = encoded.group(_keys(table), measures)
    else:
        groups = encoded.group(_keys(table), {**measures, "_latest": (encoded.row_numbers, "min")})
        last = rows.take(groups["_latest"].combine_chunks())
        for name in latest.columns:
            groups = groups.append_column(name, last[name])
    combined = groups.select(rows.schema.names).cast(rows.schema)
    return fold(combined) if table.name == FEATURES_DAILY.name else combined


def _measures(table: LakeTable, rows: pa.Table) -> Measures:
    found: dict[str, tuple[pa.ChunkedArray, str]] = {}
    for column in table.columns:
        name = column.name
        if name in _LOWEST:
            found[name] = rows[name], "min"
        elif name in _HIGHEST:
            found[name] = rows[name], "max"
        elif name not in _latest_columns(table) and column.glue_type.startswith(_SUMMED):
            found[name] = rows[name], "sum"
    return found  # type: ignore[return-value] # the three words are literals


def _keys(table: LakeTable) -> list[str]:
    measured = {*_LOWEST, *_HIGHEST, *_latest_columns(table)}
    return [each.name for each in table.columns if each.name not in measured and not each.glue_type.startswith(_SUMMED)]


def _latest_columns(table: LakeTable) -> Sequence[str]:
    latest = _LATEST.get(table.name)
    return () if latest is None else latest.columns
