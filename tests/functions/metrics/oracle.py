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
RATES, VERSIONS = shop.rates(), sorted(shop.versions(), key=lambda each: each["updated_at"])


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
    """The lines that an answer is made of; only amounts need a rate."""
    if question.metric_type is MetricType.CUSTOMERS:
        return [line for line in _in_question(question, lines) if line["quantity"] > 0 and line["customer_id"]]
    if question.aggregation is Aggregation.COUNT:
        return list(_in_question(question, lines))
    return [line for line in _in_question(question, lines) if _rate(question, line) is not None]


def excluded(question: MetricQuestion, lines: Sequence[Line]) -> int:
    """The number of lines omitted because their currency has no rate."""
    if question.metric_type is MetricType.CUSTOMERS:
        return 0
    return sum(_rate(question, line) is None for line in _in_question(question, lines))


def _in_question(question: MetricQuestion, lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        within = question.start <= line["timestamp"] < question.end and line["status"] == "completed"
        of_currency = question.currency in (None, line["currency"])
        told = {**line, "product_category": _category(line)}
        if within and of_currency and all(told[name] in values for name, values in question.filters.items()):
            yield line


def _category(line: Line) -> str | None:
    """The category of the line, or else of the product version at the sale, or of the first one if that is later."""
    if line.get("product_category") is not None:
        own: str = line["product_category"]
        return own
    versions = [each for each in VERSIONS if each["product_id"] == line["product_id"]]
    valid = [each for each in versions if each["updated_at"] <= line["timestamp"]] or versions[:1]
    return valid[-1]["category"] if valid else None


def _rate(question: MetricQuestion, line: Line) -> Decimal | None:
    if line["currency"] == (question.currency or REPORTING_CURRENCY):
        return Decimal(1)
    day = line["timestamp"].date().isoformat()
    of_day = (each for each in RATES if each["currency"] == line["currency"])
    return next((each["rate"] for each in of_day if each["valid_from"] <= day < each["valid_before"]), None)


def net(line: Line) -> Decimal:
    """Quantity x unit price, reduced in magnitude by the discount."""
    quantity, price = (Decimal(str(line[name])) for name in ("quantity", "unit_price"))
    return quantity * price - signed(line, "discount")


def signed(line: Line, name: str) -> Decimal:
    """An amount of the line, negative for a return, whichever sign the line has for it."""
    amount = abs(Decimal(str(line.get(name) or 0)))
    return amount.copy_sign(Decimal(str(line["quantity"]))) if line["quantity"] else Decimal(0)


def beside(question: MetricQuestion, lines: Sequence[Line]) -> dict[datetime, dict[str, Decimal]]:
    """The tax and the shipping of each bucket that has any lines."""
    found: defaultdict[datetime, dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys(("tax", "shipping"), Decimal(0))
    )
    for line in _in_question(question, lines):
        for name in ("tax", "shipping"):
            bucket = found[bucket_of(question, line["timestamp"])]
            bucket[name] += signed(line, name) * (_rate(question, line) or 0)
    return found


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
