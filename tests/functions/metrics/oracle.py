"""The expected sales results, computed from the lines alone with plain decimals and given rates."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.metrics.catalogue import Aggregation, MetricType
from shared.metrics.question import MetricQuestion
from tests.functions.metrics import shop
from tests.functions.metrics.calendar_of_zones import bucket_of, spine

Line = Mapping[str, Any]
REPORTING_CURRENCY = "USD"
RATES = shop.rates()


def points(question: MetricQuestion, lines: Sequence[Line]) -> dict[datetime, Decimal]:
    """The value of every bucket that the answer must show."""
    found: dict[datetime, list[Line]] = {start: [] for start in spine(question)} if _is_dense(question) else {}
    for line in counted(question, lines):
        found.setdefault(bucket_of(question, line["timestamp"]), []).append(line)
    values = {start: _value(question, within) for start, within in sorted(found.items())}
    return {start: value for start, value in values.items() if value is not None}


def total(question: MetricQuestion, lines: Sequence[Line]) -> Decimal:
    """The metric over the whole range, 0 where there is none."""
    return _value(question, list(counted(question, lines))) or Decimal(0)


def counted(question: MetricQuestion, lines: Sequence[Line]) -> list[Line]:
    """The lines that an answer is made of."""
    if question.metric_type is MetricType.CUSTOMERS:
        return [line for line in _in_question(question, lines) if line["quantity"] > 0 and line["customer_id"]]
    return [line for line in _in_question(question, lines) if _rate(question, line) is not None]


def excluded(question: MetricQuestion, lines: Sequence[Line]) -> int:
    """The number of lines omitted because their currency has no rate."""
    if question.metric_type is MetricType.CUSTOMERS:
        return 0
    return len(list(_in_question(question, lines))) - len(counted(question, lines))


def _in_question(question: MetricQuestion, lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        within = question.start <= line["timestamp"] < question.end and line["status"] == "completed"
        of_currency = question.currency in (None, line["currency"])
        if within and of_currency and all(line[name] in values for name, values in question.filters.items()):
            yield line


def _rate(question: MetricQuestion, line: Line) -> Decimal | None:
    if line["currency"] == (question.currency or REPORTING_CURRENCY):
        return Decimal(1)
    day = line["timestamp"].date().isoformat()
    of_day = (each for each in RATES if each["currency"] == line["currency"])
    return next((each["rate"] for each in of_day if each["valid_from"] <= day < each["valid_before"]), None)


def net(line: Line) -> Decimal:
    """Quantity x unit price - discount, as the line says it."""
    quantity, price, discount = (Decimal(str(line[name])) for name in ("quantity", "unit_price", "discount"))
    return quantity * price - discount


def _worth(question: MetricQuestion, line: Line) -> Decimal:
    return net(line) * (_rate(question, line) or 0)


def _value(question: MetricQuestion, lines: Sequence[Line]) -> Decimal | None:
    match question.metric_type:
        case MetricType.CUSTOMERS:
            return Decimal(len({line["customer_id"] for line in lines}))
        case MetricType.AVERAGE_ORDER_VALUE:
            return _per_order(question, lines)
        case MetricType.TRANSACTIONS:
            return Decimal(len(lines))
        case _:
            return _AGGREGATIONS[question.aggregation]([_worth(question, line) for line in lines])


def _per_order(question: MetricQuestion, lines: Sequence[Line]) -> Decimal | None:
    orders: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        orders[line["order_id"]] += _worth(question, line)
    positive = sum(amount > 0 for amount in orders.values())
    return sum(orders.values(), Decimal(0)) / positive if positive else None


_AGGREGATIONS: Mapping[Aggregation, Callable[[list[Decimal]], Decimal | None]] = {
    Aggregation.SUM: lambda amounts: sum(amounts, Decimal(0)),
    Aggregation.COUNT: lambda amounts: Decimal(len(amounts)),
    Aggregation.AVG: lambda amounts: sum(amounts, Decimal(0)) / len(amounts) if amounts else None,
    Aggregation.MIN: lambda amounts: min(amounts, default=None),
    Aggregation.MAX: lambda amounts: max(amounts, default=None),
}


def _is_dense(question: MetricQuestion) -> bool:
    return question.metric_type in (MetricType.TRANSACTIONS, MetricType.CUSTOMERS) or (
        question.metric_type is MetricType.REVENUE and question.aggregation in (Aggregation.SUM, Aggregation.COUNT)
    )
