"""The expected stock results: at the end of every bucket, the last count of each product and location."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from statistics import mean
from typing import Any

from shared.metrics.catalogue import Aggregation
from shared.metrics.question import MetricQuestion
from tests.functions.metrics import shop
from tests.functions.metrics.calendar_of_zones import spine

Count = Mapping[str, Any]
CATEGORY_OF = {each["product_id"]: each["category"] for each in shop.goods()}


def points(question: MetricQuestion, counts: Sequence[Count]) -> dict[datetime, Decimal]:
    """The value of every bucket that the answer must show."""
    starts = sorted(set(spine(question)))
    levels = {
        start: _levels(question, counts, end) for start, end in zip(starts, [*starts[1:], question.end], strict=True)
    }
    return {start: _AGGREGATIONS[question.aggregation](found) for start, found in levels.items() if found}


def total(question: MetricQuestion, counts: Sequence[Count]) -> Decimal:
    """The level at the end of the range, 0 where nothing is known."""
    found = _levels(question, counts, question.end)
    return _AGGREGATIONS[question.aggregation](found) if found else Decimal(0)


def counted(question: MetricQuestion, counts: Sequence[Count]) -> list[Count]:
    """The records within the range that are asked about."""
    return [each for each in _asked(question, counts) if question.start <= each["timestamp"] < question.end]


def _levels(question: MetricQuestion, counts: Sequence[Count], end: datetime) -> list[Decimal]:
    known: dict[tuple[str, str], Decimal] = {}
    for each in sorted(_asked(question, counts), key=lambda each: each["timestamp"]):
        if each["timestamp"] < end:
            known[each["product_id"], each["location"]] = Decimal(str(each["quantity_on_hand"]))
    return list(known.values())


def _asked(question: MetricQuestion, counts: Sequence[Count]) -> list[Count]:
    categories = next(iter(question.filters.values()), None)
    return [each for each in counts if categories is None or CATEGORY_OF.get(each["product_id"]) in categories]


_AGGREGATIONS: Mapping[Aggregation, Callable[[list[Decimal]], Decimal]] = {
    Aggregation.SUM: lambda levels: sum(levels, Decimal(0)),
    Aggregation.AVG: mean,
    Aggregation.MIN: min,
    Aggregation.MAX: max,
}
