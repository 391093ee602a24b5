"""Reports on business metrics, computed by Athena or read from the cache, with the freshness of the data."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from shared.athena.pinned_queries import LakeQuery, LakeView
from shared.metrics.dependencies import dependencies, tables_of
from shared.metrics.facts import Source
from shared.metrics.models import MetricsResponse
from shared.metrics.periods import Period, periods
from shared.metrics.planner import Plan, choose_plan, plan_from, with_dirty_days
from shared.metrics.queries.by_fact import query
from shared.metrics.queries.rows import ROWS, MetricRow, rows
from shared.metrics.question import MetricQuestion
from shared.metrics.response import build_response
from shared.runtime.observability import logger
from shared.runtime.parallel import both
from shared.runtime.query_metadata import QueryMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.athena.pinned_queries import PinnedQueries, PinnedResult
    from shared.athena.sql import Statement
    from shared.runtime.models import Clock
    from shared.sources.directory import Sources

NOTHING_DELIVERED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class MetricReports:
    """Computes reports on metrics."""

    queries: "PinnedQueries"
    sources: "Sources"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: MetricQuestion, source: Source | None = None) -> MetricsResponse:
        """Return the report for a question, by default from the source that the planner chooses.

        Raises:
            ExpiredSnapshot: the question is about a snapshot that is not kept.
        """
        began = perf_counter()
        view, freshness = both(
            lambda: self.queries.view(tables_of(question), question.as_of), lambda: self._freshness(question)
        )
        question = _with_history_start(question, view)
        identity = _plan(question, view, source)
        plan = _with_dirty_days(question, identity, view)
        asked: LakeQuery[Sequence[MetricRow]] = LakeQuery(
            statement=self._statement(question, plan),
            identity=self._statement(question, identity),
            depends_on=dependencies(question),
            form=ROWS,
            parse=rows,
        )
        answered = self.queries.answer(asked, view, beside=(freshness,))
        told, hit = answered
        logger().info(
            "metric computed", tables=asked.statement.tables, reason=plan.reason, cache_hit=hit, rows=len(told.result)
        )
        found = periods(question, told.result)
        return build_response(question, found, _metadata(question, found.current, freshness, began, answered))

    def _freshness(self, question: MetricQuestion) -> datetime:
        return self.sources.watermark(question.metric.fact.data_type, self.clock()) or NOTHING_DELIVERED

    def _statement(self, question: MetricQuestion, plan: Plan) -> "Statement":
        return query(question, plan, reporting_currency=self.reporting_currency)


def _metadata(
    question: MetricQuestion,
    current: Period,
    freshness: datetime,
    began: float,
    answered: "tuple[PinnedResult[Sequence[MetricRow]], bool]",
) -> QueryMetadata:
    result, hit = answered
    return QueryMetadata(
        total_records=current.records,
        query_time_ms=round((perf_counter() - began) * 1000, 3),
        cache_hit=hit,
        data_freshness=freshness,
        excluded_records=current.excluded,
        provisional=question.end > freshness,
        snapshots={name: str(snapshot) for name, snapshot in result.snapshots.items()},
    )


def _with_history_start(question: MetricQuestion, view: LakeView) -> MetricQuestion:
    """Limit the history to be read to the first day with data."""
    fact = question.metric.fact
    since = view.first_day(fact.base) if fact.semi_additive else None
    return replace(question, history_start=datetime.fromisoformat(since).replace(tzinfo=UTC)) if since else question


def _plan(question: MetricQuestion, view: LakeView, source: Source | None) -> Plan:
    if not view.uses_rollups:
        return plan_from(question, Source.BASE, "roll-ups are of the current snapshots only")
    return plan_from(question, source, "the caller chose this source") if source else choose_plan(question)


def _with_dirty_days(question: MetricQuestion, plan: Plan, view: LakeView) -> Plan:
    fact = question.metric.fact
    return with_dirty_days(question, plan, view.dirty_days(fact.base, fact.tables[plan.source].name))
