"""The engine knows every function that the platform's own SQL calls."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, product

from sqlglot import exp

from infra.local.athena.allowlist import PRODUCT, vet
from infra.local.athena.statement import Select, Unload, parse
from shared.athena.pinned_queries import LakeView
from shared.athena.sql import Statement
from shared.customers import queries as customers
from shared.customers.facts import HistoryPeriod
from shared.drift.label_delays import label_delays
from shared.drift.queries import baseline_profile, current_profile
from shared.drift.question import DriftQuestion
from shared.explanations import queries as explanations
from shared.explanations.question import DriverQuestion
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.fraud.lake_reader import Asked, Part, ask_all
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import Span
from shared.lake.catalog.state import TableState
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS
from shared.metrics.facts import CURRENCY
from shared.metrics.planner import plan_from
from shared.metrics.queries.by_fact import query
from shared.metrics.split import Interval, Split
from shared.products.days import times
from shared.products.dependencies import STATES
from shared.products.queries import query as product_query
from shared.products.question import ProductQuestion, SortBy
from shared.products.trend import parts_of
from tests.unit.metrics.asking import question

START = datetime(2025, 3, 1, tzinfo=UTC)
QUARTER = HistoryPeriod(first_day=date(2025, 1, 1), last_day=date(2025, 3, 31))


def _of_metrics() -> Iterator[Statement]:
    for (name, metric), granularity in product(METRICS.items(), Granularity):
        narrow = {f"filters.{dimension}": ["x", "y"] for dimension in metric.fact.dimensions}
        in_euros = {"filters.currency": "EUR"} if CURRENCY in metric.filters else {}
        for source in metric.fact.tables:
            for filters in (narrow, in_euros):
                asked = question(metric_type=name, granularity=granularity, **filters)
                yield query(asked, plan_from(asked, source, ""), reporting_currency="USD")


def _of_products() -> Iterator[Statement]:
    for sort_by, begin, changing in product(SortBy, (timedelta(), timedelta(hours=1)), ((), ("2025-03-07",))):
        asked = ProductQuestion(start=START + begin, end=START + timedelta(days=31), sort_by=sort_by)
        states = {name: TableState(name=name, cost_days=changing) for name in STATES}
        parts = parts_of(asked.start, asked.end)
        yield product_query(asked, times(asked, LakeView(states)), parts, reporting_currency="USD")


def _of_customers() -> Iterator[Statement]:
    yield customers.span(START)
    yield customers.boundaries(QUARTER, "USD", before=START)
    yield customers.customer_rows(QUARTER, "USD", before=START, slices=7, location="s3://runs/a/rows/")


def _of_explanations() -> Iterator[Statement]:
    yield explanations.decision("d-1", START)
    for value, as_of in product(("web", None), (START, None)):
        cohort = CohortId(Dimension.CHANNEL, value, START, START + timedelta(days=31))
        yield explanations.drivers(DriverQuestion(cohort=cohort, as_of=as_of))


def _of_drift() -> Iterator[Statement]:
    asked = DriftQuestion(start=START, end=START + timedelta(days=30))
    whole = Interval(asked.start, asked.end)
    for model_version, frozen, read in product(
        (None, "m"), ((), ("m", "n")), (Split((whole,), ()), Split((), (whole,)))
    ):
        yield current_profile(replace(asked, model_version=model_version), read, read, frozen)
        yield baseline_profile("m", whole, read)
        yield label_delays(whole, model_version)


def _of_fraud() -> Iterator[Statement]:
    span = Span(START, START + timedelta(days=60), timedelta(days=1))
    for is_current, has_labels in product((True, False), (True, False)):
        now = span.end + timedelta(days=10)
        asked = FraudQuestion(span=span, as_of=now, is_current=is_current, horizon=timedelta(days=45))
        newest = Interval(span.start, span.end)
        yield ask_all(Asked(asked, (), has_labels=has_labels, currency="USD", newest=newest), list(Part))


def _bound(node: exp.Expr) -> exp.Expr:
    return exp.null() if isinstance(node, exp.Placeholder) else node


def test_every_function_of_the_platforms_sql_is_allowed_and_listed() -> None:
    used: set[type[exp.Expr]] = set()
    parts = (_of_metrics(), _of_products(), _of_customers(), _of_explanations(), _of_drift(), _of_fraud())
    for statement in chain.from_iterable(parts):
        parsed = parse(statement.text, "lake")
        assert isinstance(parsed, Select | Unload)
        tree = parsed.query.transform(_bound)
        assert isinstance(tree, exp.Query)
        vet(tree)
        used |= {type(node) for node in tree.find_all(exp.Func)} - {exp.Anonymous}  # which `vet` knows by name

    assert used == set(PRODUCT)
