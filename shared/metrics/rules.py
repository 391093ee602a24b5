"""What may be asked: query parameters become a question, or every failing field is named at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, Dimension, MetricType
from shared.metrics.question import Question
from shared.metrics.reading import Unreadable, moment, time_zone
from shared.records.currencies import ISO_4217
from shared.runtime.errors import FieldError, InvalidRequest, Unprocessable
from shared.runtime.query import Parameters, read_query

MOST_BUCKETS = 10_000
MOST_VALUES = 100
LONGEST_VALUE = 500
_TIME_RANGE, _FILTERS, _CURRENCY = "time_range", "filters", "currency"
_PLAIN = ("metric_type", "granularity", "aggregation", "include_comparison", "timezone")
_FIELDS: Mapping[str, tuple[str, ...]] = {_TIME_RANGE: ("start", "end"), _FILTERS: (*Dimension, _CURRENCY)}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_UTC = ZoneInfo("UTC")

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


def read_question(given: Mapping[str, Sequence[str]]) -> Question:
    """Turn decoded query parameters into a question.

    Raises:
        InvalidRequest: a field is missing, unknown or wrong; every one of them is named.
        Unprocessable: the metric is one that is not answered yet.
    """
    parameters = read_query(given, objects=_FIELDS)
    reader = _Reader(parameters, [*parameters.errors, *_unknown(parameters)])
    metric_type = reader.one("metric_type", _choice(MetricType), required=True)
    aggregation = reader.one("aggregation", _choice(Aggregation))
    granularity = reader.one("granularity", _choice(Granularity)) or Granularity.DAILY
    start, end = (reader.one(f"{_TIME_RANGE}.{each}", moment, required=True) for each in _FIELDS[_TIME_RANGE])
    zone = reader.one("timezone", time_zone) or _UTC
    filters = {each: values for each in Dimension if (values := reader.several(f"{_FILTERS}.{each}"))}
    currency = reader.one(f"{_FILTERS}.{_CURRENCY}", _currency)
    compared = reader.one("include_comparison", _boolean) or False
    if start and end and start >= end:
        reader.refuse(_TIME_RANGE, "must begin before it ends: start is part of it, end is not")
    elif start and end and not reader.has_refused("granularity", "timezone"):
        reader.errors.extend(_bucket_errors(start, end, granularity, zone))
    if metric_type and aggregation:
        reader.errors.extend(_aggregation_errors(metric_type, aggregation))
    if reader.errors or metric_type is None or start is None or end is None:
        raise InvalidRequest("Request validation failed", field_errors=reader.errors)
    return Question(
        metric_type=_available(metric_type),
        aggregation=aggregation or METRICS[metric_type].default,
        granularity=granularity,
        start=start,
        end=end,
        zone=zone,
        filters=filters,
        currency=currency,
        include_comparison=compared,
    )


@dataclass
class _Reader:
    """Takes fields out of the parameters and collects what is wrong with them."""

    parameters: Parameters
    errors: list[FieldError] = field(default_factory=list)

    def one(self, name: str, read: Callable[[Any], T], *, required: bool = False) -> T | None:
        """Read a field that has one value."""
        values = self._values(name)
        if len(values) > 1:
            self.refuse(name, f"takes one value, not {len(values)}", values)
        elif values:
            try:
                return read(values[0])
            except Unreadable as error:
                self.refuse(name, str(error), values[0])
        elif required:
            self.refuse(name, "is required")
        return None

    def several(self, name: str) -> tuple[str, ...]:
        """Read a list of texts: trimmed, each once, in order, so that equal questions are equal."""
        values = self._values(name)
        texts = {value.strip() for value in values if isinstance(value, str)}
        if len(values) > MOST_VALUES:
            self.refuse(name, f"takes at most {MOST_VALUES} values, not {len(values)}")
        elif not all(isinstance(value, str) for value in values):
            self.refuse(name, "takes texts", values)
        elif not all(0 < len(text) <= LONGEST_VALUE for text in texts):
            self.refuse(name, f"takes texts of 1 to {LONGEST_VALUE} characters", values)
        return tuple(sorted(texts))

    def _values(self, name: str) -> Sequence[Any]:
        outer, _, inner = name.partition(".")
        return self.parameters.objects.get(outer, {}).get(inner, ()) if inner else self.parameters.plain.get(name, ())

    def refuse(self, name: str, message: str, value: object = None) -> None:
        """Remember what is wrong with a field."""
        self.errors.append(FieldError(name, message, value))

    def has_refused(self, *names: str) -> bool:
        """Whether any of these fields is wrong."""
        return any(error.field in names for error in self.errors)


def _unknown(parameters: Parameters) -> Iterator[FieldError]:
    yield from _strangers("", parameters.plain, (*_PLAIN, *_FIELDS))
    for name, fields in parameters.objects.items():
        yield from _strangers(f"{name}.", fields, _FIELDS[name])


def _strangers(prefix: str, given: Mapping[str, Sequence[Any]], known: Sequence[str]) -> Iterator[FieldError]:
    for name in given:
        if name not in known:
            yield FieldError(f"{prefix}{name}", f"is not known here; known are {', '.join(known)}", given[name])


def _choice(choices: type[Choice]) -> Callable[[Any], Choice]:
    def read(text: Any) -> Choice:
        if text in set(choices):
            return choices(text)
        raise Unreadable(f"must be one of {', '.join(choices)}")

    return read


def _boolean(text: Any) -> bool:
    if isinstance(text, str) and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    raise Unreadable("must be true or false")


def _currency(text: Any) -> str:
    if isinstance(text, str) and text.strip() in ISO_4217:
        return text.strip()
    raise Unreadable("must be an ISO 4217 code, e.g. EUR")


def _bucket_errors(start: datetime, end: datetime, granularity: Granularity, zone: ZoneInfo) -> Iterator[FieldError]:
    found = buckets(wall_clock(zone, granularity, start, end), granularity, start, end)
    if next(islice(found, MOST_BUCKETS, None), None) is not None:
        yield FieldError(_TIME_RANGE, f"holds more than {MOST_BUCKETS} {granularity} buckets; ask for longer ones")


def _aggregation_errors(metric_type: MetricType, aggregation: Aggregation) -> Iterator[FieldError]:
    metric = METRICS.get(metric_type)
    if metric is not None and aggregation not in metric.formulas:
        legal = ", ".join(metric.formulas)
        yield FieldError("aggregation", f"of {metric_type} must be one of {legal}", aggregation)


def _available(metric_type: MetricType) -> MetricType:
    if metric_type not in METRICS:
        raise Unprocessable(f"The metric {metric_type} is not answered yet; available are {', '.join(METRICS)}")
    return metric_type
