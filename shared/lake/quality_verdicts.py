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
            first, second = (table[name] for name in check.factors)
            return pc.less_equal(table[check.field], pc.abs(pc.multiply(first, second)))
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
    raise NotImplementedError(f"no verdict on {check}")


def _where(concerned: Verdict, verdict: Verdict) -> Verdict:
    return pc.if_else(concerned, verdict, pa.scalar(None, pa.bool_()))


def _concerned(values: pa.ChunkedArray, wanted: Sequence[str | bool]) -> Verdict:
    return pc.is_in(values, value_set=pa.array(wanted, values.type)) if wanted else pc.is_valid(values)


def _within(values: pa.ChunkedArray, check: say.Within) -> Verdict:
    bounds = {pc.greater_equal: check.low, pc.less_equal: check.high}
    return reduce(pc.and_, (keeps(values, pa.scalar(bound)) for keeps, bound in bounds.items() if bound is not None))


def _soon_after(table: pa.Table, later: str, earlier: str, window: timedelta) -> Verdict:
    waited = pc.subtract(table[later].cast(pa.int64()), table[earlier].cast(pa.int64()))
    return pc.less_equal(waited, pa.scalar(window // _MILLISECOND))


def _one_each(groups: pa.ChunkedArray, values: pa.ChunkedArray) -> Verdict:
    """Whether the group of each row has one value only: false for all rows of a group that has more."""
    concerned = pc.and_(pc.is_valid(groups), pc.is_valid(values))
    if pc.count_distinct(values).as_py() <= 1:
        return _where(concerned, pa.scalar(value=True))
    codes = pa.table({"group": groups, "value": _codes(values)})
    spread = codes.group_by("group").aggregate([("value", "min"), ("value", "max")])
    mixed = spread.filter(pc.not_equal(spread["value_min"], spread["value_max"]))["group"].combine_chunks()
    if not len(mixed):
        return _where(concerned, pa.scalar(value=True))
    return _where(concerned, pc.invert(pc.is_in(groups, value_set=mixed)))


def _codes(values: pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks().dictionary_encode().indices


def first_of_its_key(schema: RecordSchema, table: pa.Table) -> Verdict:
    """False for a row whose key (and version, where the client gives one) came earlier in the delivery."""
    names = [*schema.key, *({schema.version} - {INGESTED_AT, *schema.key})]
    if len(names) == 1 and pc.count_distinct(table[names[0]]).as_py() == len(table):
        return pa.repeat(pa.scalar(value=True), len(table))
    places = pa.array(range(len(table)), pa.int64())
    numbered = table.select(names).append_column("place", places)
    first = numbered.group_by(names).aggregate([("place", "min")])["place_min"]
    return pc.is_in(places, value_set=first.combine_chunks())


def failures(verdict: Verdict) -> int:
    """How many rows break a rule."""
    broken: int = len(verdict) - verdict.null_count - pc.sum(verdict, min_count=0).as_py()
    return broken
