"""The declared quality checks, as Arrow decides them: whole columns at a time.

A verdict is a column of booleans: true where a row keeps the rule, false where it breaks it, null where the rule has
nothing to look at.
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

Verdict = Any
"""A column of booleans."""


def verdict_on(check: say.Check, table: pa.Table) -> Verdict:  # noqa: PLR0911 # one way out for each word
    """Which rows keep a declared rule."""
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
            return _where(_concerned(table[check.field], check.values), pc.is_valid(table[check.needs]))
        case say.Implies():
            return _where(pc.equal(table[check.field], check.value), pc.equal(table[check.other], check.other_value))
        case say.OneEach():
            return _one_each(table[check.of], table[check.field])
    raise NotImplementedError(f"unsupported check {check}")


def _where(concerned: Verdict, verdict: Verdict) -> Verdict:
    return pc.if_else(concerned, verdict, pa.scalar(None, pa.bool_()))


def _concerned(values: pa.ChunkedArray, wanted: Sequence[str | bool]) -> Verdict:
    return pc.is_in(values, value_set=pa.array(wanted, values.type)) if wanted else pc.is_valid(values)


def _within(values: pa.ChunkedArray, check: say.Within) -> Verdict:
    bounds = {pc.greater_equal: check.low, pc.less_equal: check.high}
    return reduce(pc.and_, (keeps(values, pa.scalar(bound)) for keeps, bound in bounds.items() if bound is not None))


def _within_product(table: pa.Table, check: say.NotAboveProduct) -> Verdict:
    """Products are exact, and take their time: only what is above zero can be above one."""
    amounts = table[check.field].combine_chunks()
    above = pc.fill_null(pc.greater(amounts, pa.scalar(0)), fill_value=False)
    first, second = (table[name].combine_chunks().filter(above) for name in check.factors)
    kept = pc.less_equal(amounts.filter(above), pc.abs(pc.multiply(first, second)))
    return pc.replace_with_mask(_where(pc.is_valid(amounts), pa.scalar(value=True)), above, kept)


def _soon_after(table: pa.Table, later: str, earlier: str, window: timedelta) -> Verdict:
    waited = pc.subtract(table[later].cast(pa.int64()), table[earlier].cast(pa.int64()))
    return pc.less_equal(waited, pa.scalar(window // _MILLISECOND))


def _one_each(groups: pa.ChunkedArray, values: pa.ChunkedArray) -> Verdict:
    """Whether the group of each row has one value only: false for all rows of a group that has more."""
    concerned = pc.and_(pc.is_valid(groups), pc.is_valid(values))
    mixed = _mixed(groups, values)
    if not len(mixed):
        return _where(concerned, pa.scalar(value=True))
    return _where(concerned, pc.invert(pc.is_in(groups, value_set=mixed)))


def _mixed(groups: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.Array:
    """The groups with more than one value: only those with another value than the most frequent one can be such."""
    codes = pa.chunked_array([values.combine_chunks().dictionary_encode().indices])
    frequent = pc.mode(codes)
    if not len(frequent):
        return pa.array([], groups.type)
    rare = pc.filter(groups, pc.not_equal(codes, frequent[0]["mode"])).unique()
    concerned = pc.is_in(groups, value_set=rare)
    table = pa.table({"group": groups.filter(concerned), "value": codes.filter(concerned)})
    spread = table.group_by("group").aggregate([("value", "min"), ("value", "max")])
    return spread.filter(pc.not_equal(spread["value_min"], spread["value_max"]))["group"].combine_chunks()


def by_key(schema: RecordSchema, table: pa.Table) -> pa.Table:
    """Each key (with its version, where the client gives one), and how often it comes, as `count_all`."""
    names = [*schema.key, *({schema.version} - {INGESTED_AT, *schema.key})]
    return table.group_by(names, use_threads=False).aggregate([([], "count_all")])


def failing(table: pa.Table, verdict: Verdict, most: int) -> pa.Table:
    """The first rows that break a rule."""
    broken = pc.invert(pc.fill_null(verdict, fill_value=True))
    return table.take(pc.indices_nonzero(broken).slice(0, most))


def failures(verdict: Verdict) -> int:
    """How many rows break a rule."""
    broken: int = len(verdict) - verdict.null_count - pc.sum(verdict, min_count=0).as_py()
    return broken
