"""The use case: a question about products goes to the cache, else to Athena, and comes back as an answer."""

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
    """Up to when sales are delivered or not to be waited for, and up to when all that an answer tells of is."""

    sales: datetime
    all: datetime


@dataclass(frozen=True, kw_only=True)
class ProductReports:
    """Answers questions about products."""

    athena: "Athena"
    cache: "ResultCache"
    sources: "Sources"
    lake_state: Callable[[], LakeState]
    reporting_currency: str
    clock: "Clock"

    def report(self, question: ProductQuestion, state: LakeState | None = None) -> ProductPerformanceResponse:
        """Answer a question from the present state of the lake, unless another state is given."""
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
        """Nothing is waited for that no source delivers any more; but nothing is fresh of which no sales are."""
        now = self.clock()
        marks = self.sources.watermarks(now)
        sales = marks.get(DataType.TRANSACTIONS)
        if sales is None:
            return Freshness(now, NOTHING_DELIVERED)
        return Freshness(sales, min(mark for data_type, mark in marks.items() if data_type in _TOLD_FROM))
