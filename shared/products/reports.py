"""Product reports, computed by Athena or read from the cache, with the freshness of the data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from shared.metrics.reports import NOTHING_DELIVERED
from shared.products.facts import PRODUCT_ROWS, ProductRow, product_rows
from shared.products.models import ProductPerformanceResponse
from shared.products.queries import LakeState, plan
from shared.products.question import ProductQuestion
from shared.products.response import build_response
from shared.products.trend import Parts, parts_of
from shared.records.schema import DataType
from shared.runtime.observability import logger
from shared.runtime.query_metadata import QueryMetadata

if TYPE_CHECKING:
    from shared.athena.client import Athena
    from shared.athena.result_cache import ResultCache
    from shared.athena.sql import Statement
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

    athena: "Athena"
    cache: "ResultCache"
    sources: "Sources"
    lake_state: Callable[[], LakeState]
    reporting_currency: str
    clock: "Clock"

    def report(self, question: ProductQuestion, state: LakeState | None = None) -> ProductPerformanceResponse:
        """Return the report for a question, by default from the current state of the lake."""
        began = perf_counter()
        fresh = self._freshness()
        parts = parts_of(question.start, min(question.end, fresh.sales))
        query = plan(question, parts, state or self.lake_state(), reporting_currency=self.reporting_currency)
        rows, hit = self.cache.get_or_compute(
            query.statement,
            query.tables,
            PRODUCT_ROWS,
            lambda: self._rows(query.statement, parts),
            beside=(fresh.all,),
        )
        logger().info("products computed", tables=query.tables, cache_hit=hit, rows=len(rows))
        metadata = QueryMetadata(
            total_records=rows[0].all_lines if rows else 0,
            query_time_ms=round((perf_counter() - began) * 1000, 3),
            cache_hit=hit,
            data_freshness=fresh.all,
            excluded_records=rows[0].all_excluded if rows else 0,
            provisional=question.end > fresh.all,
        )
        return build_response(question, rows, self.reporting_currency, metadata)

    def _rows(self, statement: "Statement", parts: Parts | None) -> Sequence[ProductRow]:
        return product_rows(self.athena.run(statement), parts)

    def _freshness(self) -> Freshness:
        """Return the watermarks. Data types that no source delivers do not count; without sales nothing is fresh."""
        now = self.clock()
        marks = self.sources.watermarks(now)
        sales = marks.get(DataType.TRANSACTIONS)
        if sales is None:
            return Freshness(now, NOTHING_DELIVERED)
        return Freshness(sales, min(mark for data_type, mark in marks.items() if data_type in _TOLD_FROM))
