"""Reports on business metrics, computed by Athena or read from the cache, with the freshness of the data."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from shared.athena.pinned_queries import LakeQuery, LakeView
from shared.metrics.breakdown import Groups, build_breakdown
from shared.metrics.dependencies import dependencies, states_of
from shared.metrics.facts import Source
from shared.metrics.models import MetricBreakdown, MetricsResponse
from shared.metrics.periods import periods
from shared.metrics.planner import Plan, choose_plan, plan_from, with_dirty_days
from shared.metrics.queries.by_fact import query
from shared.metrics.queries.grouped.by_fact import grouped_query
from shared.metrics.queries.rows import GROUP_ROWS, ROWS, group_rows, rows
from shared.metrics.question import GroupedQuestion, MetricQuestion
from shared.metrics.response import build_response
from shared.runtime.observability import logger
from shared.runtime.query_metadata import QueryMetadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import TypeAdapter

    from shared.athena.pinned_queries import PinnedQueries, PinnedResult
    from shared.athena.sql import Statement
    from shared.runtime.models import Clock
    from shared.sources.arrivals import SourceArrivals
    from shared.sources.freshness import Freshness

NOTHING_DELIVERED = datetime(1970, 1, 1, tzinfo=UTC)

Q = TypeVar("Q", bound=MetricQuestion)
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class MetricReports:
    """Computes reports on metrics."""

    queries: "PinnedQueries"
    arrivals: "SourceArrivals"
    reporting_currency: str
    clock: "Clock"

    def report(self, question: MetricQuestion, source: Source | None = None) -> MetricsResponse:
        """Return the report for a question, by default from the source that the planner chooses.

        Raises:
            ExpiredSnapshot: the question is about a snapshot that is not kept.
        """
        asked = self._ask(question, source, query, ROWS, rows)
        found = periods(asked.question, asked.rows)
        metadata = asked.metadata(found.current.records, found.current.excluded)
        return build_response(asked.question, found, metadata, currency=self._currency(question))

    def breakdown(self, question: GroupedQuestion, source: Source | None = None) -> MetricBreakdown:
        """Return the metric by the values of a dimension, as `report` does for its buckets.

        Raises:
            ExpiredSnapshot: the question is about a snapshot that is not kept.
        """
        asked = self._ask(question, source, grouped_query, GROUP_ROWS, group_rows)
        found = Groups.of(asked.question, asked.rows)
        metadata = asked.metadata(found.records, found.excluded)
        return build_breakdown(asked.question, found, metadata, currency=self._currency(question))

    def _currency(self, question: MetricQuestion) -> str | None:
        return (question.currency or self.reporting_currency) if question.metric.fact.has_amounts else None

    def _ask(
        self,
        question: Q,
        source: Source | None,
        write: "Callable[..., Statement]",
        form: "TypeAdapter[PinnedResult[Sequence[R]]]",
        parse: "Callable[[list[dict[str, Any]]], Sequence[R]]",
    ) -> "_Answered[Q, R]":
        began = perf_counter()
        freshness = self._freshness(question)
        view = self.queries.view(states_of(question), question.as_of)  # last: what is merged by now is not pending
        question = _with_history_start(question, view)
        identity = _plan(question, view, source)
        plan = _with_dirty_days(question, identity, view)
        asked: LakeQuery[Sequence[R]] = LakeQuery(
            statement=write(question, plan, reporting_currency=self.reporting_currency),
            identity=write(question, identity, reporting_currency=self.reporting_currency),
            depends_on=dependencies(question),
            form=form,
            parse=parse,
        )
        is_awaited = freshness.is_provisional(question.history_start or question.previous_start, question.end)
        is_provisional = is_awaited or not view.is_reconciled(asked.depends_on)
        told, hit = self.queries.answer(asked, view, beside=(freshness.identity, is_provisional))
        logger().info(
            "metric computed", tables=asked.statement.tables, reason=plan.reason, cache_hit=hit, rows=len(told.result)
        )
        return _Answered(question, told, hit, freshness, is_provisional, began)

    def _freshness(self, question: MetricQuestion) -> "Freshness":
        data_type = question.metric.fact.data_type
        return self.arrivals.freshness((data_type,), self.clock())[data_type]


@dataclass(frozen=True)
class _Answered(Generic[Q, R]):
    """A question as it was asked, and the rows of its answer."""

    question: Q
    told: "PinnedResult[Sequence[R]]"
    hit: bool
    freshness: "Freshness"
    is_provisional: bool
    began: float

    @property
    def rows(self) -> "Sequence[R]":
        return self.told.result

    def metadata(self, records: int, excluded: int) -> QueryMetadata:
        return QueryMetadata(
            total_records=records,
            query_time_ms=round((perf_counter() - self.began) * 1000, 3),
            cache_hit=self.hit,
            data_freshness=self.freshness.watermark or NOTHING_DELIVERED,
            stale_sources=list(self.freshness.stale_sources) or None,
            excluded_records=excluded,
            provisional=self.is_provisional,
            snapshots={name: str(snapshot) for name, snapshot in self.told.snapshots.items()},
        )


def _with_history_start(question: Q, view: LakeView) -> Q:
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
