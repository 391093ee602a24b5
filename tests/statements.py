"""The corpus: every query that the platform has for Athena, made by its own builders with every option."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

from shared.athena.pinned_queries import LakeView
from shared.athena.sql import Statement, pinned
from shared.customers import queries as customers
from shared.customers.facts import HistoryPeriod
from shared.decisions.configuration import DEFAULTS, FraudParameters
from shared.drift.freezer import decisions_by_day
from shared.drift.label_delays import label_delays
from shared.drift.queries import baseline_profile, current_profile
from shared.drift.question import DriftQuestion
from shared.experiments.metrics import SAVINGS, UNIT_METRICS
from shared.experiments.queries import ArmsQuery
from shared.experiments.vocabulary import ExperimentUnit
from shared.explanations import queries as explanations
from shared.explanations.question import DriverQuestion
from shared.exports import queries as exports
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.fraud.lake_reader import Asked, Part, ask_all
from shared.fraud.question import FraudQuestion, LabelKind
from shared.fraud.steps import Span
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import BASE_TABLES
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Metric
from shared.metrics.facts import CURRENCY, Source
from shared.metrics.parameters import GroupedMetricQuery
from shared.metrics.planner import plan_from, with_dirty_days
from shared.metrics.queries.by_fact import query
from shared.metrics.queries.grouped.by_fact import grouped_query
from shared.metrics.split import Interval, Split
from shared.products.days import times
from shared.products.dependencies import STATES
from shared.products.queries import query as product_query
from shared.products.question import ProductQuestion, SortBy
from shared.products.trend import parts_of
from shared.recovery.reconciler import hash_ranges, repeated_keys
from shared.replay.known_features import feature_names
from shared.replay.queries import ReplayedDecisions, decision_rows, recorded_policies
from tests.unit.metrics.asking import ask, question

START = datetime(2025, 3, 1, tzinfo=UTC)
END = START + timedelta(days=31)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HOSTILE = "x') OR 1=1; DROP TABLE transactions; --"
"""A text of a caller wherever one is possible; it must not be in the text of any statement."""

LOCATION = "s3://runs/a/rows/"
WHOLE = Interval(START, END)
ROLLED_UP, OF_BASE, BOTH = (
    Split((WHOLE,), ()),
    Split((), (WHOLE,)),
    Split((Interval(START + DAY, END),), (Interval(START, START + DAY),)),
)


@dataclass(frozen=True)
class Rendered:
    """A statement, what it is of, and the tables that it reads."""

    name: str
    statement: Statement
    tables: tuple[str, ...]


def corpus() -> list[Rendered]:
    """Every distinct statement, each table at a snapshot."""
    found: dict[str, Rendered] = {}
    for name, made in _BUILDERS.items():
        for each in made():
            whole = pinned(each, dict.fromkeys(each.tables, 7341258034))
            found.setdefault(whole.text, Rendered(name, whole, each.tables))
    return list(found.values())


def _of_metrics() -> Iterator[Statement]:
    for name, metric in METRICS.items():
        for source, changes in product(metric.fact.tables, _options(metric)):
            asked = question(metric_type=name, **changes)
            yield query(asked, plan_from(asked, source, ""), reporting_currency="USD")
    for name, metric in METRICS.items():
        asked = question(metric_type=name)
        for source in metric.fact.tables:
            plan = with_dirty_days(asked, plan_from(asked, source, ""), {"2025-01-04": 0, "2025-01-09": 7})
            yield query(asked, plan, reporting_currency="USD")


def _options(metric: Metric) -> Iterator[Mapping[str, str | list[str]]]:
    yield from ({"aggregation": each} for each in metric.formulas)
    yield from ({"granularity": each} for each in Granularity)
    narrow: dict[str, str | list[str]] = {f"filters.{each}": [HOSTILE, "x"] for each in metric.fact.dimensions}
    yield narrow
    yield {**narrow, "timezone": "Asia/Kolkata", "granularity": "hourly", "time_range.start": "2025-01-01T10:17:00Z"}
    yield {"timezone": "Europe/Berlin", "time_range.start": "2024-01-01", "granularity": "monthly"}
    yield {f"filters.{metric.fact.dimensions[0]}": HOSTILE}
    if CURRENCY in metric.filters:
        yield {"filters.currency": "EUR"}


def _of_groups() -> Iterator[Statement]:
    for name, metric in METRICS.items():
        dimensions = metric.fact.dimensions
        filters: list[dict[str, str]] = [{}, {f"filters.{each}": HOSTILE for each in dimensions}]
        options = [*product(dimensions, filters, [metric.default]), *product(dimensions[:1], [{}], metric.formulas)]
        options += [(dimensions[0], {"filters.currency": "EUR"}, metric.default)] if CURRENCY in metric.filters else []
        for group_by, narrow, formula in options:
            parameters = ask(metric_type=name, group_by=group_by, aggregation=formula, **narrow)
            asked = GroupedMetricQuery.read(parameters).question
            for source in (each for each in metric.fact.tables if each is not Source.BY_DIMENSION or not narrow):
                yield grouped_query(asked, plan_from(asked, source, ""), reporting_currency="USD")


def _of_products() -> Iterator[Statement]:
    costs_change: list[tuple[str, ...]] = [(), ("2025-03-07",)]
    options = [
        *product(SortBy, [timedelta()], [()], [None]),
        *product([SortBy.MARGIN], (DAY, HOUR), costs_change, (None, HOSTILE)),
    ]
    for sort_by, begin, changing, category in options:
        asked = ProductQuestion(start=START + begin, end=END, sort_by=sort_by, category=category)
        states = {name: TableState(name=name, cost_days=changing) for name in STATES}
        parts = parts_of(asked.start, asked.end)
        yield product_query(asked, times(asked, LakeView(states)), parts, reporting_currency="USD")
    short = ProductQuestion(start=START, end=START + HOUR)
    yield product_query(short, times(short, LakeView({})), None, reporting_currency="USD")


def _of_customers() -> Iterator[Statement]:
    quarter = HistoryPeriod(first_day=date(2025, 1, 1), last_day=date(2025, 3, 31))
    yield customers.span(START)
    yield customers.boundaries(quarter, "USD", before=START)
    yield customers.customer_rows(quarter, "USD", before=START, slices=7, location=LOCATION)


def _of_explanations() -> Iterator[Statement]:
    yield explanations.decision(HOSTILE, START)
    for dimension, value, as_of in product((Dimension.CHANNEL, Dimension.RULE_VERSION), (HOSTILE, None), (START, None)):
        yield explanations.drivers(DriverQuestion(cohort=CohortId(dimension, value, START, END), as_of=as_of))


def _of_drift() -> Iterator[Statement]:
    asked = DriftQuestion(start=START, end=END)
    for model_version, frozen, read in product((None, HOSTILE), ((), (HOSTILE, "n")), (ROLLED_UP, OF_BASE, BOTH)):
        yield current_profile(replace(asked, model_version=model_version), read, read, frozen)
        yield baseline_profile(HOSTILE, WHOLE, read)
        yield label_delays(WHOLE, model_version)
        yield decisions_by_day(read)
        yield feature_names(read)


def _fraud_questions() -> Iterator[FraudQuestion]:
    now = END + 10 * DAY
    young = {LabelKind.FRAUD: now - 3 * DAY, LabelKind.CHARGEBACK: now - 5 * DAY}
    plain = FraudQuestion(span=Span(START, END, DAY), as_of=now, is_current=True, horizon=45 * DAY, young_since=young)
    yield plain
    yield replace(plain, span=Span(START, END, 28 * DAY), young_since={})
    yield replace(plain, span=Span(START + HOUR, END), is_current=False)
    yield replace(plain, investigation_id=HOSTILE, experiment_id=HOSTILE)
    for values in ((), (HOSTILE, None)):
        yield replace(plain, dimension=Dimension.CHANNEL, values=values)


def _of_fraud() -> Iterator[Statement]:
    states: list[tuple[bool, dict[str, int]]] = [(True, {}), (False, {}), (True, {"2025-03-07": 7})]
    for asked, (has_labels, dirty) in product(_fraud_questions(), states):
        whole = Asked(asked, dirty, has_labels=has_labels, currency="USD", newest=WHOLE)
        yield ask_all(whole, list(Part) if asked.dimension is None and has_labels else [Part.COUNTS])


def _of_experiments() -> Iterator[Statement]:
    plain = next(_fraud_questions())
    for unit, has_labels in product(ExperimentUnit, (True, False)):
        yield ArmsQuery(
            question=replace(plain, experiment_id=HOSTILE),
            variants=["a", HOSTILE],
            unit=unit,
            metrics=[*UNIT_METRICS.values(), *SAVINGS.values()],
            costs=FraudParameters.model_validate(DEFAULTS).cost_parameters,
            currency="USD",
            has_labels=has_labels,
        ).statement


def _of_replays() -> Iterator[Statement]:
    filters: list[Mapping[Dimension, list[str]]] = [{}, {each: [HOSTILE, "x"] for each in Dimension}]
    for narrow, with_features, has_labels in product(filters, (True, False), (True, False)):
        asked = ReplayedDecisions(
            start=START, end=END, as_of=END, horizon=45 * DAY, filters=narrow, with_features=with_features
        )
        yield recorded_policies(asked)
        yield decision_rows(asked, currency="USD", has_labels=has_labels, slices=7, location=LOCATION)


def _of_exports() -> Iterator[Statement]:
    many = [Interval(START, START + DAY), Interval(START + DAY, START + 2 * DAY), Interval(START + 2 * DAY, END)]
    for asked, has_labels in product(_fraud_questions(), (True, False)):
        yield exports.counts(asked, WHOLE)
        for intervals in ([WHOLE], many):
            yield exports.decisions(asked, intervals, has_labels=has_labels, location=LOCATION)


def _of_reconciliation() -> Iterator[Statement]:
    for data_type, rows in product(BASE_TABLES, (1, 3)):
        for condition in hash_ranges(rows, 1):
            yield repeated_keys(data_type, START, condition)


_BUILDERS = {
    "metrics": _of_metrics,
    "metrics by group": _of_groups,
    "products": _of_products,
    "customers": _of_customers,
    "explanations": _of_explanations,
    "drift": _of_drift,
    "fraud": _of_fraud,
    "experiments": _of_experiments,
    "replay": _of_replays,
    "exports": _of_exports,
    "reconciliation": _of_reconciliation,
}
