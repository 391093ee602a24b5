"""Product reports, computed by Athena or read from the cache, with the freshness of the data."""

from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from shared.athena.pinned_queries import LakeQuery
from shared.metrics.reports import NOTHING_DELIVERED
from shared.products.days import rolled_up_times, times
from shared.products.dependencies import STATES, dependencies
from shared.products.facts import PRODUCT_ROWS, ProductRow, product_rows
from shared.products.models import ProductPerformanceResponse
from shared.products.queries import query
from shared.products.question import ProductQuestion
from shared.products.response import build_response
from shared.products.trend import Parts, parts_of
from shared.records.schema import DataType
from shared.runtime.observability import logger
from shared.runtime.parallel import both
from shared.runtime.query_metadata import QueryMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.athena.pinned_queries import LakeView, PinnedQueries, PinnedResult
    from shared.athena.sql import Statement
    from shared.products.days import ReportTimes
    from shared.runtime.models import Clock
    from shared.sources.directory import Sources

_TOLD_FROM = (DataType.TRANSACTIONS, DataType.EVENTS, DataType.INVENTORY)


@dataclass(frozen=True)
class Freshness:
    """The watermark of sales, and the watermark of all data types in the report."""

    sales: datetime
    all: datetime


@dataclass(frozen=True, kw_only=True)
class ProductReports:
    """Computes product reports."""

    queries: "PinnedQueries"
    sources: "Sources"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: ProductQuestion, view: "LakeView | None" = None) -> ProductPerformanceResponse:
        """Return the report for a question, by default from the current state of the lake.

        Raises:
            ExpiredSnapshot: the question is about a snapshot that is not kept.
        """
        began = perf_counter()
        current, fresh = both(lambda: self.queries.view(STATES, question.as_of), self._freshness)
        view = view or current
        parts = parts_of(question.start, min(question.end, fresh.sales))
        asked: LakeQuery[Sequence[ProductRow]] = LakeQuery(
            statement=self._statement(question, times(question, view), parts),
            identity=self._statement(question, rolled_up_times(question), parts),
            depends_on=dependencies(question),
            form=PRODUCT_ROWS,
            parse=lambda rows: product_rows(rows, parts),
        )
        answered = self.queries.answer(asked, view, beside=(fresh.all,))
        told, hit = answered
        logger().info("products computed", tables=asked.statement.tables, cache_hit=hit, rows=len(told.result))
        metadata = _metadata(question, fresh, began, answered)
        return build_response(question, told.result, self.reporting_currency, metadata)

    def _statement(self, question: ProductQuestion, read: "ReportTimes", parts: Parts | None) -> "Statement":
        return query(question, read, parts, reporting_currency=self.reporting_currency)

    def _freshness(self) -> Freshness:
        """Return the watermarks. Data types that no source delivers do not count; without sales nothing is fresh."""
        now = self.clock()
        marks = self.sources.watermarks(now)
        sales = marks.get(DataType.TRANSACTIONS)
        if sales is None:
            return Freshness(now, NOTHING_DELIVERED)
        return Freshness(sales, min(mark for data_type, mark in marks.items() if data_type in _TOLD_FROM))


def _metadata(
    question: ProductQuestion,
    fresh: Freshness,
    began: float,
    answered: "tuple[PinnedResult[Sequence[ProductRow]], bool]",
) -> QueryMetadata:
    told, hit = answered
    return QueryMetadata(
        total_records=told.result[0].all_lines if told.result else 0,
        query_time_ms=round((perf_counter() - began) * 1000, 3),
        cache_hit=hit,
        data_freshness=fresh.all,
        excluded_records=told.result[0].all_excluded if told.result else 0,
        provisional=question.end > fresh.all,
        snapshots={name: str(snapshot) for name, snapshot in told.snapshots.items()},
    )
