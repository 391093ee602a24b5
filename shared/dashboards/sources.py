"""The sources of widgets as data: the types that show them, the query of their route, and who may read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.alerts.parameters import AlertsQuery
from shared.auth.scopes import Scope
from shared.dashboards.models import WidgetType
from shared.dashboards.parameters import SegmentsQuery
from shared.dashboards.reports import WidgetReports
from shared.dashboards.windows import TimeWindow
from shared.drift.parameters import DriftQuery
from shared.fraud.lake_reader import STATES as DECISION_TABLES
from shared.fraud.parameters import CohortsQuery, DashboardQuery, MatrixQuery, MetricsQuery
from shared.metrics.buckets import Granularity
from shared.metrics.dependencies import tables_of
from shared.metrics.parameters import GroupedMetricQuery, MetricQuery
from shared.pipelines.parameters import PipelineQuery
from shared.products.dependencies import STATES as PRODUCT_TABLES
from shared.products.parameters import ProductQuery
from shared.quality.parameters import QualityQuery
from shared.records.schema import DataType
from shared.runtime.query import Given, Query

GROUP_BY, VIEW = "group_by", "view"

_CARD, _LINE, _BAR, _PIE, _TABLE, _MAP = WidgetType
_ALL_BUT_MAP = (_CARD, _LINE, _BAR, _PIE, _TABLE)


@dataclass(frozen=True)
class RangeParameters:
    """The names of the parameters of a route that are the start and the end of its range."""

    start: str
    end: str


_TIME_RANGE = RangeParameters("time_range.start", "time_range.end")
_DATES = RangeParameters("startDate", "endDate")


@dataclass(frozen=True, kw_only=True)
class WidgetSource:
    """What a widget may ask.

    Attributes:
        types: the types of widgets that show it.
        query: the parameters of its route.
        scope: the scope of its route.
        depends_on: the tables and other things (`alerts`, `quality`, `pipelines`, `segments`) that an answer to a
            query depends on.
        answer: returns the body of the route for a query, or for its parameters.
        range: the parameters that the time window stands for.
        granularities: the buckets that the parameter `granularity` names.
        own_windows: the windows that the route has itself, as its parameter `timeWindow`.
        without: parameters of the route that widgets do not have.
    """

    types: tuple[WidgetType, ...]
    query: type[Query]
    scope: Scope
    depends_on: Callable[[Any], frozenset[str]]
    answer: Callable[[WidgetReports, Any], Any]
    range: RangeParameters | None = None
    granularities: Mapping[str, Granularity] = field(default_factory=dict)
    own_windows: frozenset[TimeWindow] = frozenset()
    without: frozenset[str] = frozenset()

    def with_range(self, start: Sequence[str], end: Sequence[str]) -> Given:
        """Return the parameters of the range, if the route has one."""
        return {self.range.start: start, self.range.end: end} if self.range else {}


def _tables(*names: str) -> Callable[[Any], frozenset[str]]:
    found = frozenset(map(str, names))
    return lambda _: found


_DECISIONS = _tables(*DECISION_TABLES, DataType.LABELS)
_STEPS = {"hour": Granularity.HOURLY, "day": Granularity.DAILY, "week": Granularity.WEEKLY}

SOURCES: Mapping[str, WidgetSource] = {
    "metrics": WidgetSource(
        types=(_CARD, _LINE, _BAR, _TABLE),
        query=MetricQuery,
        scope=Scope.ANALYTICS_READ,
        depends_on=lambda query: frozenset(tables_of(query.question)),
        answer=lambda reports, query: reports.metrics.report(query.question),
        range=_TIME_RANGE,
        granularities={str(each): each for each in Granularity},
    ),
    f"metrics/{GROUP_BY}": WidgetSource(
        types=(_PIE, _BAR, _TABLE, _MAP),
        query=GroupedMetricQuery,
        scope=Scope.ANALYTICS_READ,
        depends_on=lambda query: frozenset(tables_of(query.question)),
        answer=lambda reports, query: reports.metrics.breakdown(query.question),
        range=_TIME_RANGE,
        without=frozenset({"granularity", "include_comparison"}),
    ),
    "products": WidgetSource(
        types=(_TABLE, _BAR),
        query=ProductQuery,
        scope=Scope.ANALYTICS_READ,
        depends_on=_tables(*PRODUCT_TABLES),
        answer=lambda reports, query: reports.products.report(query.question),
        range=_TIME_RANGE,
    ),
    "segments": WidgetSource(
        types=(_PIE, _BAR, _TABLE),
        query=SegmentsQuery,
        scope=Scope.ANALYTICS_READ,
        depends_on=_tables("segments"),
        answer=lambda reports, _: reports.customers.segments(),
    ),
    "quality": WidgetSource(
        types=(_CARD, _LINE, _TABLE),
        query=QualityQuery,
        scope=Scope.QUALITY_READ,
        depends_on=_tables("quality"),
        answer=lambda reports, query: reports.quality.report(query.question),
        range=_TIME_RANGE,
    ),
    "alerts": WidgetSource(
        types=(_TABLE, _CARD),
        query=AlertsQuery,
        scope=Scope.ALERTS_READ,
        depends_on=_tables("alerts"),
        answer=lambda reports, query: reports.alerts.list(query),
    ),
    "fraud/metrics": WidgetSource(
        types=_ALL_BUT_MAP,
        query=MetricsQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_DECISIONS,
        answer=lambda reports, query: reports.fraud.metrics(query),
        range=_DATES,
    ),
    "fraud/trends": WidgetSource(
        types=_ALL_BUT_MAP,
        query=DashboardQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_tables(*DECISION_TABLES, DataType.LABELS, "pipelines"),
        answer=lambda reports, query: reports.fraud.dashboard(query),
        range=_DATES,
        own_windows=frozenset({TimeWindow.HOUR, TimeWindow.DAY, TimeWindow.WEEK, TimeWindow.MONTH, TimeWindow.QUARTER}),
    ),
    "fraud/cohorts": WidgetSource(
        types=_ALL_BUT_MAP,
        query=CohortsQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_DECISIONS,
        answer=lambda reports, query: reports.fraud.cohorts(query),
        range=_DATES,
    ),
    "fraud/confusion-matrix": WidgetSource(
        types=_ALL_BUT_MAP,
        query=MatrixQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_DECISIONS,
        answer=lambda reports, query: reports.fraud.confusion_matrix(query),
        range=_DATES,
        granularities=_STEPS,
    ),
    "fraud/drift": WidgetSource(
        types=_ALL_BUT_MAP,
        query=DriftQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_tables(DataType.DECISIONS),
        answer=lambda reports, query: reports.drift.drift(query.question),
        range=_DATES,
    ),
    "pipeline": WidgetSource(
        types=(_TABLE, _CARD),
        query=PipelineQuery,
        scope=Scope.FRAUD_READ,
        depends_on=_tables("pipelines"),
        answer=lambda reports, query: reports.pipelines.report(query.pipeline_id, query.stage),
    ),
}
"""The sources by their names; those of fraud followed by the view, and metrics with `group_by` by that word."""

SOURCE_NAMES = tuple(dict.fromkeys(name.split("/")[0] for name in SOURCES))
VIEWS = tuple(name.removeprefix("fraud/") for name in SOURCES if name.startswith("fraud/"))
