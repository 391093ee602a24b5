"""Divides the time of a report between roll-ups and base tables."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from shared.lake.catalog.rollup_tables import INVENTORY_DAILY, PRODUCT_SESSIONS_DAILY, SALES_DAILY_BY_PRODUCT
from shared.metrics.facts import Grain
from shared.metrics.split import MAX_INTERVALS, Interval, Split, at_most, between, dirty_within, merge
from shared.products.question import ProductQuestion
from shared.records.schema import DataType
from shared.records.value_schemas import EARLIEST

if TYPE_CHECKING:
    from shared.athena.pinned_queries import LakeView


@dataclass(frozen=True)
class ReportTimes:
    """The time of sales, of visits and of stock levels, each divided between a roll-up by day and a base table.

    Stock levels before the range apply until the next one, so their time begins at the first level.
    """

    sales: Split
    visits: Split
    stock: Split


def rolled_up_times(question: ProductQuestion) -> ReportTimes:
    """Read everything but partial days from roll-ups; so every question has one statement, whatever was loaded."""
    asked = _asked(question)
    return ReportTimes(split(asked), split(asked), split(replace(asked, start=EARLIEST), _cut_day(question)))


def times(question: ProductQuestion, view: "LakeView") -> ReportTimes:
    """Return what is read at a state of the lake: days that a roll-up does not give exactly are read from the base.

    These are partial days, dirty days, and for sales the days on which the cost of a product changed: only the base
    has the moment of a sale, which decides which cost applies to it.
    """
    asked = _asked(question)
    if not view.uses_rollups:
        of_base = Split((), (asked,))
        return ReportTimes(of_base, of_base, Split((), (replace(asked, start=EARLIEST),)))
    dirty_sales = view.dirty_days(DataType.TRANSACTIONS, SALES_DAILY_BY_PRODUCT.name)
    dirty_levels = view.dirty_days(DataType.INVENTORY, INVENTORY_DAILY.name)
    return ReportTimes(
        split(asked, [*view.cost_days, *dirty_sales]),
        split(asked, view.dirty_days(DataType.EVENTS, PRODUCT_SESSIONS_DAILY.name)),
        split(_stock_time(asked, view), [*_cut_day(question), *dirty_levels]),
    )


def split(whole: Interval, excluded: Iterable[str] = ()) -> Split:
    """Divide an interval: UTC days that lie in it entirely are read from a roll-up, except `excluded` days."""
    cut = [boundary.date().isoformat() for boundary in (whole.start, whole.end) if boundary.time() != time()]
    base = at_most(MAX_INTERVALS, merge(dirty_within(whole, dict.fromkeys([*cut, *excluded], 0), Grain.DAY)))
    return Split(tuple(between(base, whole)), tuple(base))


def _asked(question: ProductQuestion) -> Interval:
    return Interval(question.start, question.end)


def _cut_day(question: ProductQuestion) -> list[str]:
    """Return the day within which the range begins: its last level before the range is not the last of the day."""
    return [question.start.date().isoformat()] if question.start.time() != time() else []


def _stock_time(asked: Interval, view: "LakeView") -> Interval:
    first_day = view.first_day(DataType.INVENTORY)
    since = asked.start if first_day is None else datetime.fromisoformat(first_day).replace(tzinfo=UTC)
    return replace(asked, start=min(since, asked.start))
