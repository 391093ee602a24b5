"""Reads the configuration of a widget as the query of its route, which finds the mistakes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.dashboards.models import WidgetType
from shared.dashboards.questions import WINDOW, WidgetQuestion, buckets_of, route_parameters
from shared.dashboards.sources import GROUP_BY, SOURCE_NAMES, SOURCES, VIEW, VIEWS, WidgetSource
from shared.dashboards.windows import TimeWindow, is_shorter_than_a_bucket
from shared.metrics.facts import Dimension
from shared.runtime.errors import FieldError, InvalidRequest
from shared.runtime.json_pointers import pointer
from shared.runtime.query import Given, path_of, values_of

RANGE = "time_range"
_SOURCE, _START, _END = "source", "start", "end"
_DEFAULT_SOURCE, _GROUPED, _FRAUD = "metrics", f"metrics/{GROUP_BY}", "fraud"
_OWN_WINDOW = "timeWindow"


class IllegalConfiguration(ValueError):
    """A configuration is invalid; `mistakes` name every invalid field below it by JSON pointer.

    Those of the type of the widget have the field `type`, without a slash.
    """

    def __init__(self, mistakes: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{each.field} {each.message}" for each in mistakes))
        self.mistakes = mistakes


def question_of(configuration: Mapping[str, Any], widget_type: WidgetType, now: datetime) -> WidgetQuestion:
    """Return what a widget asks.

    Raises:
        IllegalConfiguration: it cannot be asked.
    """
    name, source = _source(configuration)
    mistakes = [*_type_mistakes(configuration, widget_type, name, source), *_unknown(configuration, source)]
    wanted = {each: configuration[each] for each in _parameters(source) if each in configuration}
    window, of_range = _range(configuration, source)
    mistakes += of_range
    objects = {outer for outer, _, inner in _paths(source) if inner}
    mistakes += [
        FieldError(pointer(each), "must be an object", value)
        for each, value in wanted.items()
        if each in objects and not isinstance(value, dict)
    ]
    given = {each: values_of(value) for each, value in wanted.items() if each not in objects or isinstance(value, dict)}
    if window is not None:
        given = {**given, WINDOW: [str(window)]}
        mistakes += _bucket_mistakes(source, given, window)
    elif not of_range and source.range is not None:
        given.update(_fixed_range(configuration[RANGE], source))
    try:
        query = source.query.read(route_parameters(source, given, now), now=now)
    except InvalidRequest as invalid:
        mistakes += _of_route(invalid.field_errors, source, window, has_range=not of_range)
    if mistakes:
        raise IllegalConfiguration(mistakes)
    return WidgetQuestion.of(name, given, source.depends_on(query))


def _source(configuration: Mapping[str, Any]) -> tuple[str, WidgetSource]:
    name = configuration.get(_SOURCE, _DEFAULT_SOURCE)
    if not isinstance(name, str) or name not in SOURCE_NAMES:
        raise _illegal(_SOURCE, f"must be one of {', '.join(SOURCE_NAMES)}", name)
    if name == _FRAUD:
        view = configuration.get(VIEW)
        if view is None:
            raise _illegal(VIEW, f"is required; it is one of {', '.join(VIEWS)}", None)
        if view not in VIEWS:
            raise _illegal(VIEW, f"must be one of {', '.join(VIEWS)}", view)
        name = f"{_FRAUD}/{view}"
    if name == _DEFAULT_SOURCE and GROUP_BY in configuration:
        name = _GROUPED
    return name, SOURCES[name]


def _illegal(field: str, message: str, value: Any) -> IllegalConfiguration:
    return IllegalConfiguration([FieldError(pointer(field), message, value)])


def _type_mistakes(
    configuration: Mapping[str, Any], widget_type: WidgetType, name: str, source: WidgetSource
) -> Iterator[FieldError]:
    if widget_type is WidgetType.MAP and name in {_DEFAULT_SOURCE, _GROUPED}:
        if configuration.get(GROUP_BY) != Dimension.REGION:
            yield FieldError(pointer(GROUP_BY), f"must be {Dimension.REGION} for a map", configuration.get(GROUP_BY))
    elif widget_type not in source.types:
        what = f"metrics {'with' if name == _GROUPED else 'without'} {GROUP_BY}" if name.startswith("metrics") else name
        yield FieldError("type", f"must be one of {', '.join(source.types)} for {what}", widget_type)


def _paths(source: WidgetSource) -> list[tuple[str, str, str]]:
    """Return the names of the parameters, divided at the dot of those in an object."""
    return [path_of(name, field).partition(".") for name, field in source.query.model_fields.items()]


def _parameters(source: WidgetSource) -> list[str]:
    """Return the names of the parameters that a widget may have beside those of the range."""
    of_range = {RANGE, source.range.start, source.range.end, _OWN_WINDOW} if source.range else set()
    return [
        name for name in dict.fromkeys(outer for outer, _, _ in _paths(source)) if name not in of_range | source.without
    ]


def _unknown(configuration: Mapping[str, Any], source: WidgetSource) -> Iterator[FieldError]:
    known = [_SOURCE, *([VIEW] if source.scope == "fraud:read" and source.range else [])]
    known += [*([WINDOW, RANGE] if source.range else []), *_parameters(source)]
    for name, value in configuration.items():
        if name not in known:
            yield FieldError(pointer(name), f"is unknown; expected one of {', '.join(known)}", value)


def _range(configuration: Mapping[str, Any], source: WidgetSource) -> tuple[TimeWindow | None, list[FieldError]]:
    """Return the time window, if there is one, and what is wrong with the range."""
    if source.range is None:
        return None, []
    if WINDOW not in configuration:
        if RANGE not in configuration:
            return None, [FieldError(pointer(WINDOW), f"is required, or {RANGE} with a start and an end")]
        return None, _range_mistakes(configuration[RANGE])
    if RANGE in configuration:
        return None, [FieldError(pointer(RANGE), f"must not be given together with {WINDOW}", configuration[RANGE])]
    named = configuration[WINDOW]
    if not isinstance(named, str) or named not in set(TimeWindow):
        return None, [FieldError(pointer(WINDOW), f"must be one of {', '.join(TimeWindow)}", named)]
    return TimeWindow(named), []


def _range_mistakes(given: Any) -> list[FieldError]:
    if not isinstance(given, dict):
        return [FieldError(pointer(RANGE), "must be an object with a start and an end", given)]
    missing = [FieldError(pointer(RANGE, name), "is required") for name in (_START, _END) if name not in given]
    unknown = [
        FieldError(pointer(RANGE, name), "is unknown; remove it", value)
        for name, value in given.items()
        if name not in {_START, _END}
    ]
    return [*missing, *unknown]


def _fixed_range(given: Mapping[str, Any], source: WidgetSource) -> Mapping[str, list[Any]]:
    ends = source.with_range(values_of(given[_START]), values_of(given[_END]))
    return {name: list(values) for name, values in ends.items()}


def _bucket_mistakes(source: WidgetSource, given: Given, window: TimeWindow) -> Iterator[FieldError]:
    granularity, _ = buckets_of(source, given, window)
    if is_shorter_than_a_bucket(window, granularity):
        yield FieldError(pointer(WINDOW), f"is shorter than a {granularity} bucket; use a finer granularity", window)


def _of_route(
    errors: Sequence[FieldError], source: WidgetSource, window: TimeWindow | None, *, has_range: bool
) -> Iterator[FieldError]:
    """Yield the mistakes that the route finds, with the names that the configuration has for its parameters."""
    names = {source.range.start: (RANGE, _START), source.range.end: (RANGE, _END)} if source.range else {}
    of_range = {*names, RANGE, _OWN_WINDOW} if source.range else set()
    for each in errors:
        if each.field not in of_range:
            yield FieldError(pointer(*each.field.split(".")), each.message, each.rejected_value)
        elif window is not None:
            yield FieldError(pointer(WINDOW), each.message, window)
        elif has_range:
            yield FieldError(pointer(*names.get(each.field, (RANGE,))), each.message, each.rejected_value)
