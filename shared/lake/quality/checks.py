"""Evaluates the declared quality checks with Arrow, whole columns at a time.

A mask is a boolean column: true if the row passes, false if it fails, null if the check does not apply.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.quality import checks as say
from shared.records.schema import INGESTED_AT, RecordSchema

_MILLISECOND = timedelta(milliseconds=1)

Mask = Any
"""A boolean column."""


def evaluate(check: say.Check, table: pa.Table) -> Mask:  # noqa: PLR0911 # one way out for each word
    """Return which rows pass a check."""
    match check:
        case say.Within():
            return _within(table[check.field], check)
        case say.NotAbove():
            return pc.less_equal(table[check.field], table[check.other])
        case say.NotAboveProduct():
            return _within_product(table, check)
        case say.Ratio():
            most = pc.multiply(table[check.to], pa.scalar(Decimal(check.at_most)))
            return _where(pc.greater(table[check.to], pa.scalar(0)), pc.less_equal(table[check.field], most))
        case say.SoonAfter():
            return _soon_after(table, check.field, check.after, check.within)
        case say.YearNotAfter():
            return pc.less_equal(table[check.field], pc.year(table[check.moment]))
        case say.Requires():
            return _where(_applies(table[check.field], check.values), pc.is_valid(table[check.needs]))
        case say.Implies():
            return _where(pc.equal(table[check.field], check.value), pc.equal(table[check.other], check.other_value))
        case say.FunctionallyDependent():
            return _one_each(table[check.of], table[check.field])
    raise NotImplementedError(f"unsupported check {check}")


def _where(concerned: Mask, mask: Mask) -> Mask:
    return pc.if_else(concerned, mask, pa.scalar(None, pa.bool_()))


def _applies(values: pa.ChunkedArray, wanted: Sequence[str | bool]) -> Mask:
    return pc.is_in(values, value_set=pa.array(wanted, values.type)) if wanted else pc.is_valid(values)


def _within(values: pa.ChunkedArray, check: say.Within) -> Mask:
    bounds = {pc.greater_equal: check.low, pc.less_equal: check.high}
    return reduce(
        pc.and_, (compare(values, pa.scalar(bound)) for compare, bound in bounds.items() if bound is not None)
    )


def _within_product(table: pa.Table, check: say.NotAboveProduct) -> Mask:
    """Decimal products are exact but slow, so only amounts other than zero are compared."""
    amounts = pc.abs(table[check.field].combine_chunks())
    above = pc.fill_null(pc.greater(amounts, pa.scalar(0)), fill_value=False)
    first, second = (table[name].combine_chunks().filter(above) for name in check.factors)
    within = pc.less_equal(amounts.filter(above), pc.abs(pc.multiply(first, second)))
    return pc.replace_with_mask(_where(pc.is_valid(amounts), pa.scalar(value=True)), above, within)


def _soon_after(table: pa.Table, later: str, earlier: str, window: timedelta) -> Mask:
    waited = pc.subtract(table[later].cast(pa.int64()), table[earlier].cast(pa.int64()))
    return pc.less_equal(waited, pa.scalar(window // _MILLISECOND))


def _one_each(groups: pa.ChunkedArray, values: pa.ChunkedArray) -> Mask:
    """Whether the group of each row has only one value; false for all rows of other groups."""
    concerned = pc.and_(pc.is_valid(groups), pc.is_valid(values))
    mixed = _mixed_groups(groups, values)
    if not len(mixed):
        return _where(concerned, pa.scalar(value=True))
    return _where(concerned, pc.invert(pc.is_in(groups, value_set=mixed)))


def _mixed_groups(groups: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.Array:
    """Return the groups with several values; only groups with a value other than the most frequent are candidates."""
    codes = pa.chunked_array([values.combine_chunks().dictionary_encode().indices])
    frequent = pc.mode(codes)
    if not len(frequent):
        return pa.array([], groups.type)
    rare = pc.filter(groups, pc.not_equal(codes, frequent[0]["mode"])).unique()
    concerned = pc.is_in(groups, value_set=rare)
    table = pa.table({"group": groups.filter(concerned), "value": codes.filter(concerned)})
    spread = table.group_by("group").aggregate([("value", "min"), ("value", "max")])
    return spread.filter(pc.not_equal(spread["value_min"], spread["value_max"]))["group"].combine_chunks()


def key_counts(schema: RecordSchema, table: pa.Table) -> pa.Table:
    """Return each key (with its version if the client gives one), and its number of rows as `count_all`."""
    names, by_platform = [*schema.key], pc.equal(table[schema.version], table[INGESTED_AT])
    if schema.version not in schema.key and not pc.all(by_platform, min_count=0).as_py():
        given = pc.if_else(by_platform, pa.scalar(None, table[schema.version].type), table[schema.version])
        table = table.set_column(table.column_names.index(schema.version), schema.version, given)
        names.append(schema.version)
    return table.group_by(names, use_threads=False).aggregate([([], "count_all")])


def failing(table: pa.Table, mask: Mask, most: int) -> pa.Table:
    """Return the first rows that fail."""
    broken = pc.invert(pc.fill_null(mask, fill_value=True))
    return table.take(pc.indices_nonzero(broken).slice(0, most))


def failures(mask: Mask) -> int:
    """Return the number of rows that fail."""
    broken: int = len(mask) - mask.null_count - pc.sum(mask, min_count=0).as_py()
    return broken
