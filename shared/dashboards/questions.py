"""What a widget asks: the name of its source, and the parameters of the route, in which a time window may be the range.

Equal questions are equal values, however their widgets are written. A window is resolved when the question is asked, by
the present moment.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

from shared.dashboards.sources import SOURCES, WidgetSource
from shared.dashboards.windows import TimeWindow, default_granularity, window_range
from shared.metrics.buckets import Granularity
from shared.runtime.models import rfc3339
from shared.runtime.query import Given, Query
from shared.runtime.values import InvalidValue, time_zone

WINDOW = "time_window"
_OWN_WINDOW, _GRANULARITY, _ZONE = "timeWindow", "granularity", "timezone"


@dataclass(frozen=True)
class WidgetQuestion:
    """A question: the key of its source, its parameters as canonical JSON, and what its answer depends on.

    `depends_on` has the names of tables (as in the event of a merge), and `alerts`, `quality`, `pipelines` and
    `segments`.
    """

    source: str
    parameters: str
    depends_on: frozenset[str] = frozenset()

    @classmethod
    def of(cls, source: str, parameters: Mapping[str, Any], depends_on: frozenset[str] = frozenset()) -> Self:
        """Return the question with these parameters, each a list of values."""
        return cls(source, json.dumps(parameters, sort_keys=True, separators=(",", ":")), depends_on)

    @property
    def message(self) -> str:
        """The question as a message of a queue; `read` reverses it."""
        return json.dumps({"source": self.source, "parameters": json.loads(self.parameters)})

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Self:
        """Parse the message of a question."""
        return cls.of(message["source"], message["parameters"])

    @cached_property
    def question_id(self) -> str:
        """An id of the source and the parameters."""
        return hashlib.sha256(f"{self.source}?{self.parameters}".encode()).hexdigest()

    @property
    def widget_source(self) -> WidgetSource:
        """The source."""
        return SOURCES[self.source]

    def given(self, now: datetime) -> Given:
        """Return the parameters of the route at a moment."""
        return route_parameters(self.widget_source, json.loads(self.parameters), now)

    def query(self, now: datetime) -> Query:
        """Return the query of the route at a moment.

        Raises:
            InvalidRequest: the route does not take these parameters (any longer).
        """
        return self.widget_source.query.read(self.given(now), now=now)


def route_parameters(source: WidgetSource, parameters: Mapping[str, Any], now: datetime) -> Given:
    """Return parameters with the range of the time window, if there is one."""
    if WINDOW not in parameters:
        return parameters
    window = TimeWindow(parameters[WINDOW][0])
    given = {name: values for name, values in parameters.items() if name != WINDOW}
    if window in source.own_windows:
        return {**given, _OWN_WINDOW: [str(window)]}
    granularity, added = buckets_of(source, given, window)
    start, end = window_range(window, now, granularity, _zone(given))
    return {**given, **added, **source.with_range([rfc3339(start)], [rfc3339(end)])}


def buckets_of(source: WidgetSource, given: Given, window: TimeWindow) -> tuple[Granularity, Given]:
    """Return the buckets that a window is cut to, and the parameter to add for them.

    They are those that the parameters name; otherwise hours for a window up to a day, and days for others.
    """
    named = given.get(_GRANULARITY)
    default = default_granularity(window)
    if named:
        return source.granularities.get(str(named[0]), default), {}
    names = {each: name for name, each in source.granularities.items()}
    return default, {_GRANULARITY: [names[default]]} if default in names else {}


def _zone(given: Given) -> ZoneInfo:
    try:
        return time_zone(given[_ZONE][0])
    except (KeyError, IndexError, TypeError, InvalidValue):
        return ZoneInfo("UTC")
