"""What may be asked: query parameters become a question, or every failing field is named at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from shared.metrics.buckets import Granularity, buckets, wall_clock
from shared.metrics.catalogue import METRICS, Aggregation, MetricType
from shared.metrics.facts import CURRENCY, Dimension
from shared.metrics.question import Question
from shared.records.currencies import ISO_4217
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.query import RANGE, TIME_RANGE, Reader, choice
from shared.runtime.reading import InvalidValue, time_zone

MOST_BUCKETS = 10_000
_FILTERS = "filters"
_PLAIN = ("metric_type", "granularity", "aggregation", "include_comparison", "timezone")
_OBJECTS: Mapping[str, tuple[str, ...]] = {TIME_RANGE: RANGE, _FILTERS: (*Dimension, CURRENCY)}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_UTC = ZoneInfo("UTC")


def read_question(given: Mapping[str, Sequence[str]], *, now: datetime | None = None) -> Question:
    """Turn decoded query parameters into a question; where it is told what time it is, the future is not asked about.

    Raises:
        InvalidRequest: a field is missing, unknown or wrong; every one of them is named.
    """
    reader = Reader.of(given, plain=_PLAIN, objects=_OBJECTS)
    metric_type = reader.one("metric_type", choice(MetricType), required=True)
    aggregation = reader.one("aggregation", choice(Aggregation))
    granularity = reader.one("granularity", choice(Granularity)) or Granularity.DAILY
    asked = reader.time_range()
    zone = reader.one("timezone", time_zone) or _UTC
    filters = {each: values for each in Dimension if (values := reader.several(f"{_FILTERS}.{each}"))}
    currency = reader.one(f"{_FILTERS}.{CURRENCY}", _currency)
    compared = reader.one("include_comparison", _boolean) or False
    if asked and not reader.has_refused("granularity", "timezone"):
        reader.errors.extend(_bucket_errors(*asked, granularity, zone))
    if asked and now and asked[0] > now:
        reader.refuse(TIME_RANGE, "must not start in the future")
    if metric_type:
        reader.errors.extend(_aggregation_errors(metric_type, aggregation))
        reader.errors.extend(_filter_errors(metric_type, [*filters.items(), (CURRENCY, currency)]))
    if reader.errors or metric_type is None or asked is None:
        raise InvalidRequest("Request validation failed", field_errors=reader.errors)
    return Question(
        metric_type=metric_type,
        aggregation=aggregation or METRICS[metric_type].default,
        granularity=granularity,
        start=asked[0],
        end=asked[1],
        zone=zone,
        filters=filters,
        currency=currency,
        include_comparison=compared,
    )


def _boolean(text: Any) -> bool:
    if isinstance(text, str) and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    raise InvalidValue("must be true or false")


def _currency(text: Any) -> str:
    if isinstance(text, str) and text.strip() in ISO_4217:
        return text.strip()
    raise InvalidValue("must be an ISO 4217 code, e.g. EUR")


def _bucket_errors(start: datetime, end: datetime, granularity: Granularity, zone: ZoneInfo) -> Iterator[FieldError]:
    found = buckets(wall_clock(zone, granularity, start, end), granularity, start, end)
    if next(islice(found, MOST_BUCKETS, None), None) is not None:
        yield FieldError(TIME_RANGE, f"has more than {MOST_BUCKETS} {granularity} buckets; use a coarser granularity")


def _aggregation_errors(metric_type: MetricType, aggregation: Aggregation | None) -> Iterator[FieldError]:
    legal = METRICS[metric_type].formulas
    if aggregation is not None and aggregation not in legal:
        yield FieldError("aggregation", f"must be one of {', '.join(legal)} for {metric_type}", aggregation)


def _filter_errors(metric_type: MetricType, filters: Iterable[tuple[str, object]]) -> Iterator[FieldError]:
    legal = METRICS[metric_type].filters
    for name, asked in filters:
        if asked and name not in legal:
            said = f"is not a filter of {metric_type}; expected one of {', '.join(legal)}"
            yield FieldError(f"{_FILTERS}.{name}", said, asked)
