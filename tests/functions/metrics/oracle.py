"""What the answers must be, computed from the lines alone: plain decimals, and buckets as the zone's calendar says."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import Aggregation, MetricType
from shared.metrics.question import Question

Line = Mapping[str, Any]
REPORTING_CURRENCY = "USD"


def points(question: Question, lines: Sequence[Line]) -> dict[datetime, Decimal]:
    """The value of every bucket that the answer must show."""
    found: dict[datetime, list[Line]] = {start: [] for start in _spine(question)} if _is_additive(question) else {}
    for line in counted(question, lines):
        found.setdefault(_bucket(question, line["timestamp"]), []).append(line)
    values = {start: _value(question, within) for start, within in sorted(found.items())}
    return {start: value for start, value in values.items() if value is not None}


def total(question: Question, lines: Sequence[Line]) -> Decimal:
    """The metric over the whole range, 0 where there is none."""
    return _value(question, list(counted(question, lines))) or Decimal(0)


def counted(question: Question, lines: Sequence[Line]) -> list[Line]:
    """The lines that an answer is made of."""
    currency = question.currency or REPORTING_CURRENCY
    return [line for line in _in_question(question, lines) if line["currency"] == currency]


def excluded(question: Question, lines: Sequence[Line]) -> int:
    """How many lines an answer leaves out for their currency."""
    return 0 if question.currency else len(list(_in_question(question, lines))) - len(counted(question, lines))


def _in_question(question: Question, lines: Sequence[Line]) -> Iterator[Line]:
    for line in lines:
        within = question.start <= line["timestamp"] < question.end and line["status"] == "completed"
        if within and all(line[dimension] in values for dimension, values in question.filters.items()):
            yield line


def net(line: Line) -> Decimal:
    """Quantity x unit price - discount, as the line says it."""
    quantity, price, discount = (Decimal(str(line[name])) for name in ("quantity", "unit_price", "discount"))
    return quantity * price - discount


def _value(question: Question, lines: Sequence[Line]) -> Decimal | None:
    amounts = [net(line) for line in lines]
    if question.metric_type is MetricType.AVERAGE_ORDER_VALUE:
        return _per_order(lines)
    if question.metric_type is MetricType.TRANSACTIONS:
        return Decimal(len(amounts))
    return _AGGREGATIONS[question.aggregation](amounts)


def _per_order(lines: Sequence[Line]) -> Decimal | None:
    orders: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        orders[line["order_id"]] += net(line)
    positive = sum(amount > 0 for amount in orders.values())
    return sum(orders.values(), Decimal(0)) / positive if positive else None


_AGGREGATIONS: Mapping[Aggregation, Callable[[list[Decimal]], Decimal | None]] = {
    Aggregation.SUM: lambda amounts: sum(amounts, Decimal(0)),
    Aggregation.COUNT: lambda amounts: Decimal(len(amounts)),
    Aggregation.AVG: lambda amounts: sum(amounts, Decimal(0)) / len(amounts) if amounts else None,
    Aggregation.MIN: lambda amounts: min(amounts, default=None),
    Aggregation.MAX: lambda amounts: max(amounts, default=None),
}


def _is_additive(question: Question) -> bool:
    return question.metric_type is MetricType.TRANSACTIONS or (
        question.metric_type is MetricType.REVENUE and question.aggregation in (Aggregation.SUM, Aggregation.COUNT)
    )


def _spine(question: Question) -> Iterator[datetime]:
    """Every bucket of the range, found by stepping through it by less than the shortest."""
    step = timedelta(minutes=30) if question.granularity is Granularity.HOURLY else timedelta(hours=12)
    moment = question.start
    while moment < question.end:
        yield _bucket(question, moment)
        moment += step
    yield _bucket(question, question.end - timedelta(milliseconds=1))


def _bucket(question: Question, moment: datetime) -> datetime:
    local = moment.astimezone(question.zone)
    if question.granularity is Granularity.HOURLY:
        return moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return _midnight(_first_day(question.granularity, local.date()), question.zone)


def _first_day(granularity: Granularity, day: date) -> date:
    match granularity:
        case Granularity.WEEKLY:
            return date.fromisocalendar(*day.isocalendar()[:2], 1)
        case Granularity.MONTHLY:
            return date(day.year, day.month, 1)
        case Granularity.QUARTERLY:
            return date(day.year, (1, 4, 7, 10)[(day.month - 1) // 3], 1)
        case _:
            return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
