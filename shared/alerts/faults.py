"""Finds the errors between the fields of a rule that its schema cannot find, all at once. Pure.

It reads what the client sent, so that these errors are reported together with those of the schema; fields that are
invalid by themselves are skipped here.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from shared.alerts.subjects import Kind, Subject, UnknownMetric
from shared.alerts.vocabulary import DEFAULT_K, MOST_GROUPS, ConditionType
from shared.records.schema import DataType
from shared.runtime.durations import DurationBetween, iso_8601

LONGEST_OF_ANOMALY = timedelta(days=7)
_ANY_DURATION = DurationBetween(timedelta(), timedelta(days=999))
_FIELDS: Mapping[ConditionType, tuple[str, ...]] = {
    ConditionType.ABOVE: ("threshold",),
    ConditionType.BELOW: ("threshold",),
    ConditionType.OUTSIDE: ("low", "high"),
    ConditionType.CHANGE_ABOVE: ("percent",),
    ConditionType.CHANGE_BELOW: ("percent",),
    ConditionType.ANOMALY: (),
}
_OPTIONAL: Mapping[ConditionType, tuple[str, ...]] = {
    ConditionType.CHANGE_ABOVE: ("against",),
    ConditionType.CHANGE_BELOW: ("against",),
    ConditionType.ANOMALY: ("k",),
}
_PARTS = ("threshold", "low", "high", "percent", "against", "k")
_OF_PRESENT = (ConditionType.ABOVE, ConditionType.BELOW, ConditionType.OUTSIDE)
_HIGHEST_K = 1000
_LARGEST_DECREASE = -100


class Fault(NamedTuple):
    """An error: the path of the field, what it must be, and the value."""

    path: tuple[str, ...]
    message: str
    value: Any = None


def find_faults(sent: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the errors of a rule as it was sent."""
    subject = None
    if isinstance(sent.get("metric"), str) and sent["metric"]:
        try:
            subject = Subject.parse(sent["metric"])
        except UnknownMetric as unknown:
            yield Fault(("metric",), str(unknown), sent["metric"])
    condition = sent.get("condition")
    kind = _kind(condition)
    if kind is not None and isinstance(condition, Mapping):
        yield from _field_faults(kind, condition)
        yield from _threshold_faults(kind, condition, subject)
        yield from _recovery_faults(kind, condition, sent.get("recovery"), subject)
    if subject is not None:
        yield from _window_faults(subject, kind, sent)
        yield from _filter_faults(subject, sent.get("filters"))
        yield from _group_faults(subject, sent)
        yield from _name_faults(subject)


def _kind(condition: Any) -> ConditionType | None:
    if not isinstance(condition, Mapping) or condition.get("type") not in set(map(str, ConditionType)):
        return None
    return ConditionType(condition["type"])


def _field_faults(kind: ConditionType, condition: Mapping[str, Any]) -> Iterator[Fault]:
    legal = (*_FIELDS[kind], *_OPTIONAL.get(kind, ()))
    for name in _PARTS:
        if condition.get(name) is None and name in _FIELDS[kind]:
            yield Fault(("condition", name), f"is required for {kind}")
        elif condition.get(name) is not None and name not in legal:
            yield Fault(("condition", name), f"is not a field of {kind}; remove it", condition[name])


def _threshold_faults(kind: ConditionType, condition: Mapping[str, Any], subject: Subject | None) -> Iterator[Fault]:
    numbers = {name: value for name in _PARTS if (value := number(condition.get(name))) is not None}
    match kind:
        case ConditionType.ABOVE | ConditionType.BELOW if "threshold" in numbers and subject:
            yield from _limit_faults(("condition", "threshold"), numbers["threshold"], subject, kind)
        case ConditionType.OUTSIDE:
            low, high = numbers.get("low"), numbers.get("high")
            if low is not None and high is not None and low >= high:
                yield Fault(("condition", "high"), f"must be greater than low, which is {low:g}", high)
            elif subject and low is not None and high is not None and _never_outside(low, high, subject):
                yield Fault(("condition", "high"), f"never fires: {subject.values} is all that the metric can be", high)
        case ConditionType.CHANGE_BELOW if "percent" in numbers and subject and subject.values.low == 0:
            if numbers["percent"] <= _LARGEST_DECREASE:
                message = "must be greater than -100: the metric cannot decrease by more than 100 per cent"
                yield Fault(("condition", "percent"), message, numbers["percent"])
        case ConditionType.ANOMALY if "k" in numbers and not 0 < numbers["k"] <= _HIGHEST_K:
            yield Fault(("condition", "k"), f"must be greater than 0 and at most {_HIGHEST_K}", numbers["k"])


def _limit_faults(path: tuple[str, ...], threshold: float, subject: Subject, kind: ConditionType) -> Iterator[Fault]:
    """Refuse a threshold that no value, or every value, of the metric crosses."""
    low, high = subject.values.low, subject.values.high
    beyond_low = low is not None and (threshold < low or (threshold == low and kind is ConditionType.BELOW))
    beyond_high = high is not None and (threshold > high or (threshold == high and kind is ConditionType.ABOVE))
    if beyond_low or beyond_high:
        message = f"would never or always fire: the values of the metric are {subject.values}"
        yield Fault(path, message, threshold)


def _never_outside(low: float, high: float, subject: Subject) -> bool:
    values = subject.values
    return values.low is not None and values.high is not None and low <= values.low and high >= values.high


def _recovery_faults(
    kind: ConditionType, condition: Mapping[str, Any], sent: Any, subject: Subject | None
) -> Iterator[Fault]:
    recovery = number(sent)
    if recovery is None:
        return
    least, most = _clearing_side(kind, condition)
    if (least is not None and recovery < least) or (most is not None and recovery > most):
        limits = [f"at least {least:g}" if least is not None else "", f"at most {most:g}" if most is not None else ""]
        message = f"must be on the clearing side: {' and '.join(filter(None, limits))}"
        yield Fault(("recovery",), message, recovery)
    elif subject and kind in _OF_PRESENT and _is_beyond(recovery, subject):
        yield Fault(("recovery",), f"can never be reached: the values of the metric are {subject.values}", recovery)


def _clearing_side(kind: ConditionType, condition: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the least and the greatest recovery of a condition."""
    match kind:
        case ConditionType.ABOVE:
            return None, number(condition.get("threshold"))
        case ConditionType.BELOW:
            return number(condition.get("threshold")), None
        case ConditionType.OUTSIDE:
            return number(condition.get("low")), number(condition.get("high"))
        case ConditionType.CHANGE_ABOVE:
            return None, number(condition.get("percent"))
        case ConditionType.CHANGE_BELOW:
            return number(condition.get("percent")), None
        case ConditionType.ANOMALY:
            return 0.0, number(condition.get("k", DEFAULT_K))


def _is_beyond(value: float, subject: Subject) -> bool:
    low, high = subject.values.low, subject.values.high
    return (low is not None and value < low) or (high is not None and value > high)


def _window_faults(subject: Subject, kind: ConditionType | None, sent: Mapping[str, Any]) -> Iterator[Fault]:
    traits, window = subject.traits, _duration(sent.get("window"))
    if window is not None and traits.has_history and window % traits.grain:
        message = f"must be a multiple of {iso_8601(traits.grain)}, the grain of the data"
        yield Fault(("window",), message, sent["window"])
    if window is not None and kind is ConditionType.ANOMALY and window > LONGEST_OF_ANOMALY:
        yield Fault(("window",), "must be at most P7D for an anomaly, which compares weeks", sent["window"])
    if kind is not None and not traits.has_history and kind not in _OF_PRESENT:
        message = f"must be one of {', '.join(_OF_PRESENT)}: only the present value of the metric is known"
        yield Fault(("condition", "type"), message, str(kind))
    if sent.get("use_provisional") is True and not traits.can_be_provisional:
        yield Fault(
            ("use_provisional",), "must be false: values of the metric are not provisional", sent["use_provisional"]
        )


def _filter_faults(subject: Subject, filters: Any) -> Iterator[Fault]:
    if not isinstance(filters, Mapping):
        return
    legal = subject.traits.filters
    expected = f"expected one of {', '.join(legal)}" if legal else "it has none"
    for name, value in filters.items():
        values = [value] if isinstance(value, str) else value
        if name not in legal:
            yield Fault(("filters", str(name)), f"is not a filter of the metric; {expected}", value)
        elif name in subject.traits.single and isinstance(values, list) and len(values) > 1:
            yield Fault(("filters", name), f"must have one value, not {len(values)}", value)
        elif name == "data_type" and isinstance(values, list):
            yield from _data_type_faults(values)
    if subject.kind is Kind.KPI and len([name for name in filters if name in legal]) > 1:
        yield Fault(("filters",), "must have at most one dimension for a fraud KPI", dict(filters))


def _data_type_faults(values: list[Any]) -> Iterator[Fault]:
    if any(value not in set(map(str, DataType)) for value in values):
        yield Fault(("filters", "data_type"), f"must be one of {', '.join(DataType)}", values)


def _group_faults(subject: Subject, sent: Mapping[str, Any]) -> Iterator[Fault]:
    named, filters = sent.get("group_by"), sent.get("filters")
    if not isinstance(named, str):
        return
    given = filters if isinstance(filters, Mapping) else {}
    legal = subject.traits.groups
    if named not in legal:
        expected = f"must be one of {', '.join(legal)}" if legal else "is not possible for the metric"
        yield Fault(("group_by",), expected, named)
    elif subject.kind is Kind.BUSINESS and not isinstance(given.get(named), list):
        message = f"needs filters.{named} with the list of the values to judge, at most {MOST_GROUPS}"
        yield Fault(("group_by",), message, named)
    elif isinstance(given.get(named), list) and len(given[named]) > MOST_GROUPS:
        yield Fault(("group_by",), f"has {len(given[named])} groups; at most {MOST_GROUPS} are judged", named)
    elif subject.kind is Kind.KPI and set(given) - {named}:
        yield Fault(("group_by",), f"must be the dimension of filters, {', '.join(given)}", named)
    elif subject.kind is Kind.QUALITY and named in given:
        yield Fault(("group_by",), f"must not be {named}, of which filters has one value", named)


def _name_faults(subject: Subject) -> Iterator[Fault]:
    if subject.kind is Kind.DRIFT and subject.name != subject.name.strip():
        yield Fault(("metric",), "must name a feature without blanks around it", subject.name)


def number(value: Any) -> float | None:
    """Return a value if it is a number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _duration(value: Any) -> timedelta | None:
    try:
        return _ANY_DURATION.read(value)
    except ValueError:
        return None
