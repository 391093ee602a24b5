"""Histories of few records, repeated, late and restated, and the queries between them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, Dimension, MetricType
from shared.metrics.question import MetricQuestion
from shared.records.schema import DataType
from shared.runtime.values import time_zone

FIRST = datetime(2025, 3, 28, tzinfo=UTC)
"""Clocks change in Europe on the third of the five days in which everything happens."""
_DAYS = 5
_DAY = timedelta(days=1)
_ZONES = ("UTC", "UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham")
_WITHIN = (timedelta(), timedelta(hours=1), timedelta(hours=9, minutes=20), timedelta(hours=23, milliseconds=3_599_999))
_TEXTS: Mapping[str, tuple[str | None, ...]] = {
    "product_category": ("tea", "toys", None),
    "customer_segment": ("new", "loyal", None),
    "region": ("EU", "O'Hara", None),
    "channel": ("web", "app", None),
}

_moments = st.builds(
    lambda day, within: (FIRST + day * _DAY + within).isoformat(), st.integers(0, _DAYS - 1), st.sampled_from(_WITHIN)
)


def _named(prefix: str, most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most).map(lambda number: f"{prefix}-{number}")


def _texts(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.sampled_from(_TEXTS[name]) for name in names}


_SALE = {
    "transaction_id": _named("line", 9),
    "timestamp": _moments,
    "product_id": _named("p", 2),
    "order_id": _named("order", 4),
    "customer_id": st.none() | _named("c", 3),
    "quantity": st.sampled_from([1, 2, 0.25, -1]),
    "unit_price": st.sampled_from([9.99, "0.333333", 1250]),
    "discount": st.sampled_from([0, 0, 0.05]),
    "currency": st.sampled_from(["USD", "EUR", "GBP", "JPY"]),
    "status": st.sampled_from(["completed", "completed", "pending"]),
    **_texts("product_category", "customer_segment", "region", "channel"),
}
_EVENT = {
    "event_id": _named("e", 9),
    "timestamp": _moments,
    "session_id": _named("s", 3),
    "event_type": st.sampled_from(["page_view", "product_view", "purchase"]),
    **_texts("product_category", "region", "channel"),
}
_LEVEL = {
    "product_id": _named("p", 2),
    "location": _named("l", 1),
    "timestamp": _moments,
    "quantity_on_hand": st.sampled_from([0, 1, 7.5, 40]),
}
_PRODUCT = {
    "product_id": _named("p", 2),
    "name": st.just("a product"),
    "category": st.sampled_from(_TEXTS["product_category"]),
    "updated_at": _moments,
}
_RECORDS: Mapping[DataType, Mapping[str, st.SearchStrategy[Any]]] = {
    DataType.TRANSACTIONS: _SALE,
    DataType.EVENTS: _EVENT,
    DataType.INVENTORY: _LEVEL,
    DataType.PRODUCTS: _PRODUCT,
}


def rows(data_type: DataType) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Some records of one type, as a client sends them."""
    told = st.fixed_dictionaries(dict(_RECORDS[data_type])).map(
        lambda record: {name: value for name, value in record.items() if value is not None}
    )
    return st.lists(told, min_size=1, max_size=8)


@st.composite
def questions(draw: st.DrawFn, metric_type: MetricType) -> MetricQuestion:
    """Any question about a metric that reaches into those days."""
    metric = METRICS[metric_type]
    unit = draw(st.sampled_from([_DAY, _DAY, timedelta(hours=1), timedelta(milliseconds=1_234_567)]))
    start = FIRST - _DAY + draw(st.integers(0, 4 * _DAY // unit)) * unit
    dimensions = [each for each in Dimension if each in metric.filters]
    chosen = draw(st.lists(st.sampled_from(dimensions), unique=True, max_size=2))
    return MetricQuestion(
        metric_type=metric_type,
        aggregation=draw(st.sampled_from(list(metric.formulas))),
        granularity=draw(st.sampled_from(Granularity)),
        start=start,
        end=start + draw(st.integers(1, max(1, 4 * _DAY // unit))) * unit,
        zone=time_zone(draw(st.sampled_from(_ZONES))),
        filters={each: draw(_values(each)) for each in chosen},
        currency=draw(st.sampled_from([None, None, "EUR"])) if "currency" in metric.filters else None,
        include_comparison=True,
    )


def _values(dimension: Dimension) -> st.SearchStrategy[tuple[str, ...]]:
    known = [text for text in _TEXTS[dimension] if text is not None]
    return st.lists(st.sampled_from([*known, "unheard of"]), unique=True, min_size=1).map(
        lambda each: tuple(sorted(each))
    )
