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
from shared.runtime.query_metadata import QueryMetadata
from shared.sources.freshness import Freshness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.athena.pinned_queries import LakeView, PinnedQueries, PinnedResult
    from shared.athena.sql import Statement
    from shared.products.days import ReportTimes
    from shared.runtime.models import Clock
    from shared.sources.arrivals import SourceArrivals

_TOLD_FROM = (DataType.TRANSACTIONS, DataType.EVENTS, DataType.INVENTORY)


@dataclass(frozen=True)
class _ReportFreshness:
    """The watermark of sales, and the freshness of all data types in the report."""

    sales: datetime
    all: Freshness

    @property
    def watermark(self) -> datetime:
        return self.all.watermark or NOTHING_DELIVERED


@dataclass(frozen=True, kw_only=True)
class ProductReports:
    """Computes product reports."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: ProductQuestion, view: "LakeView | None" = None) -> ProductPerformanceResponse:
        """Return the report for a question, by default from the current state of the lake.

        Raises:
            ExpiredSnapshot: the question is about a snapshot that is not kept.
        """
        began = perf_counter()
        fresh = self._freshness()
        view = view or self.queries.view(STATES, question.as_of)  # last: what is merged by now is not pending
        parts = parts_of(question.start, min(question.end, fresh.sales))
        asked: LakeQuery[Sequence[ProductRow]] = LakeQuery(
            statement=self._statement(question, times(question, view), parts),
            identity=self._statement(question, rolled_up_times(question), parts),
            depends_on=dependencies(question),
            form=PRODUCT_ROWS,
            parse=lambda rows: product_rows(rows, parts),
        )
        is_awaited = fresh.all.is_provisional(question.start, question.end)
        is_provisional = is_awaited or not view.is_reconciled(asked.depends_on)
        answered = self.queries.answer(asked, view, beside=(fresh.all.identity, is_provisional))
        told, hit = answered
        logger().info("products computed", tables=asked.statement.tables, cache_hit=hit, rows=len(told.result))
        metadata = _metadata(fresh, began, answered, provisional=is_provisional)
        return build_response(question, told.result, self.reporting_currency, metadata)

    def _statement(self, question: ProductQuestion, read: "ReportTimes", parts: Parts | None) -> "Statement":
        return query(question, read, parts, reporting_currency=self.reporting_currency)

    def _freshness(self) -> _ReportFreshness:
        """Return the freshness. Data types that no source delivers do not count; without sales nothing is fresh."""
        now = self.clock()
        found = self.arrivals.freshness(_TOLD_FROM, now)
        sales = found[DataType.TRANSACTIONS]
        if sales.watermark is None:
            return _ReportFreshness(now, sales)
        return _ReportFreshness(sales.watermark, sum(found.values(), Freshness()))


def _metadata(
    fresh: _ReportFreshness,
    began: float,
    answered: "tuple[PinnedResult[Sequence[ProductRow]], bool]",
    *,
    provisional: bool,
) -> QueryMetadata:
    told, hit = answered
    return QueryMetadata(
        total_records=told.result[0].all_lines if told.result else 0,
        query_time_ms=round((perf_counter() - began) * 1000, 3),
        cache_hit=hit,
        data_freshness=fresh.watermark,
        stale_sources=list(fresh.all.stale_sources) or None,
        excluded_records=told.result[0].all_excluded if told.result else 0,
        provisional=provisional,
        snapshots={name: str(snapshot) for name, snapshot in told.snapshots.items()},
    )
