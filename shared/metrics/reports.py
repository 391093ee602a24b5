"""The use case: a question goes to the cache, else to Athena, and comes back as an answer that tells its freshness."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from shared.metrics.answer import Period, answer, period
from shared.metrics.models import MetricsResponse, QueryMetadata
from shared.metrics.plan import Plan, choose
from shared.metrics.queries import SALES_ROWS, SalesRow, Span, sales
from shared.metrics.question import Question
from shared.records.schema import DataType
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from shared.ingestion.sources import Sources
    from shared.metrics.cache import ResultCache
    from shared.runtime.athena import Athena, Statement
    from shared.runtime.models import Clock

NOTHING_DELIVERED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MetricReports:
    """Answers questions about metrics."""

    athena: "Athena"
    cache: "ResultCache"
    sources: "Sources"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: Question, plan: Plan | None = None) -> MetricsResponse:
        """Answer a question, from the table that the planner chooses unless told otherwise."""
        began = perf_counter()
        followed = plan or choose(question)
        statement = sales(question, followed.source, reporting_currency=self.reporting_currency)
        rows, hit = self.cache.recall(statement, [followed.source], SALES_ROWS, lambda: self._sales(statement))
        logger().info("metric answered", source=followed.source, why=followed.why, cache_hit=hit, rows=len(rows))
        current, previous = (
            period(row for row in rows if row.period == each) for each in (Span.CURRENT, Span.PREVIOUS)
        )
        return answer(question, current, previous, self._metadata(question, current, began, hit=hit))

    def _sales(self, statement: "Statement") -> Sequence[SalesRow]:
        return SALES_ROWS.validate_python(self.athena.run(statement))

    def _metadata(self, question: Question, current: Period, began: float, *, hit: bool) -> QueryMetadata:
        freshness = self.sources.watermark(DataType.TRANSACTIONS, self.clock()) or NOTHING_DELIVERED
        return QueryMetadata(
            total_records=current.lines,
            query_time_ms=round((perf_counter() - began) * 1000, 3),
            cache_hit=hit,
            data_freshness=freshness,
            excluded_records=current.excluded,
            provisional=question.end > freshness,
        )
