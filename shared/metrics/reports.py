"""Reports on business metrics, computed by Athena or read from the cache, with the freshness of the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from shared.metrics.facts import Source
from shared.metrics.models import MetricsResponse
from shared.metrics.periods import Period, periods
from shared.metrics.planner import choose_plan, plan_from
from shared.metrics.queries.by_fact import query
from shared.metrics.queries.rows import ROWS, MetricRow, rows
from shared.metrics.question import MetricQuestion
from shared.metrics.response import build_response
from shared.runtime.observability import logger
from shared.runtime.query_metadata import QueryMetadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.athena.client import Athena
    from shared.athena.result_cache import ResultCache
    from shared.athena.sql import Statement
    from shared.records.schema import DataType
    from shared.runtime.models import Clock
    from shared.sources.directory import Sources

NOTHING_DELIVERED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MetricReports:
    """Computes reports on metrics."""

    athena: "Athena"
    cache: "ResultCache"
    sources: "Sources"
    first_day: "Callable[[DataType], datetime | None]"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: MetricQuestion, source: Source | None = None) -> MetricsResponse:
        """Return the report for a question, by default from the source that the planner chooses."""
        began = perf_counter()
        question = self._with_history_start(question)
        plan = plan_from(question, source, "the caller chose this source") if source else choose_plan(question)
        asked = query(question, plan, reporting_currency=self.reporting_currency)
        freshness = self.sources.watermark(question.metric.fact.data_type, self.clock()) or NOTHING_DELIVERED
        told, hit = self.cache.get_or_compute(
            asked.statement, asked.tables, ROWS, lambda: self._rows(asked.statement), beside=(freshness,)
        )
        logger().info("metric computed", tables=asked.tables, reason=plan.reason, cache_hit=hit, rows=len(told))
        found = periods(question, told)
        return build_response(question, found, self._metadata(question, found.current, freshness, began, hit=hit))

    def _with_history_start(self, question: MetricQuestion) -> MetricQuestion:
        """Limit the history to be read to the first day with data."""
        fact = question.metric.fact
        since = self.first_day(fact.data_type) if fact.semi_additive else None
        return replace(question, history_start=since) if since else question

    def _rows(self, statement: "Statement") -> Sequence[MetricRow]:
        return rows(self.athena.run(statement))

    def _metadata(
        self, question: MetricQuestion, current: Period, freshness: datetime, began: float, *, hit: bool
    ) -> QueryMetadata:
        return QueryMetadata(
            total_records=current.records,
            query_time_ms=round((perf_counter() - began) * 1000, 3),
            cache_hit=hit,
            data_freshness=freshness,
            excluded_records=current.excluded,
            provisional=question.end > freshness,
        )
