"""The query parameters of the routes of fraud analytics."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from shared.decisions.parameters import FraudQuery, FraudRangeQuery, range_errors
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.fraud.kpis import KPIS
from shared.fraud.steps import TimeWindow
from shared.records.ids import LONGEST_ID
from shared.runtime.errors import FieldError
from shared.runtime.query import Query
from shared.runtime.query_fields import Boolean, Moment, WholeNumber, trimmed
from shared.runtime.values import InvalidValue

KPI_NAMES: Mapping[str, str] = {to_camel(name): name for name in KPIS}
"""The field of each KPI by its name in answers."""

_FIRST = tuple(KPI_NAMES)[:8]
_FEWEST_COHORTS, _MOST_COHORTS = 2, 20
_MOST_DECISIONS = 999_999_999

InvestigationId = Annotated[
    str,
    trimmed,
    Field(min_length=1, max_length=LONGEST_ID, description="Only the decisions of this investigation."),
]


class Granularity(StrEnum):
    """The steps of a confusion matrix."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


STEP_OF: Mapping[Granularity, timedelta] = {
    Granularity.HOUR: timedelta(hours=1),
    Granularity.DAY: timedelta(days=1),
    Granularity.WEEK: timedelta(days=7),
}
MOST_STEPS = 10_000


def _words(text: Any) -> Sequence[str]:
    """Read a list of words with commas between them."""
    if not isinstance(text, str) or not all(words := [word.strip() for word in text.split(",")]):
        raise InvalidValue("must be a list of words, with commas between them")
    return words


def _kpis(text: Any) -> tuple[str, ...]:
    words = list(dict.fromkeys(_words(text)))
    unknown = [word for word in words if word not in KPI_NAMES]
    if unknown:
        raise InvalidValue(f"has unknown metrics: {', '.join(unknown)}; expected any of {', '.join(KPI_NAMES)}")
    return tuple(words)


def _cohorts(text: Any) -> tuple[CohortId, ...]:
    words = _words(text)
    if not _FEWEST_COHORTS <= len(words) <= _MOST_COHORTS:
        raise InvalidValue(f"must have {_FEWEST_COHORTS} to {_MOST_COHORTS} ids, not {len(words)}")
    if len(set(words)) < len(words):
        raise InvalidValue("must not have an id twice")
    found, wrong = [], []
    for place, word in enumerate(words, start=1):
        try:
            found.append(CohortId.decode(word))
        except InvalidValue:
            wrong.append(str(place))
    if wrong:
        places = {"places": ", ".join(wrong)}
        message = "has ids that are not those of cohorts as GET /analytics/cohorts lists them, at place {places}"
        raise PydanticCustomError("cohort_ids", message, places)
    return tuple(found)


def _schema(example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example]})


class MetricsQuery(FraudRangeQuery):
    """The fraud metrics of a range."""

    include_latency: Boolean = Field(
        default=True, alias="includeLatency", description="Whether to include decision times (default: true)."
    )
    include_throughput: Boolean = Field(
        default=True, alias="includeThroughput", description="Whether to include `throughput` (default: true)."
    )


class DashboardQuery(FraudQuery):
    """The window of a dashboard, or its range."""

    start: Moment | None = Field(
        default=None,
        alias="startDate",
        description="Start of the range, inclusive; a bare date is midnight UTC. Not together with `timeWindow`.",
    )
    end: Moment | None = Field(
        default=None, alias="endDate", description="End of the range, exclusive (default: now). Needs `startDate`."
    )
    time_window: TimeWindow | None = Field(
        default=None,
        alias="timeWindow",
        description="How far to look back (default: `30d`). Trends have steps of 5 minutes for `1h`, an hour for "
        "`24h`, 6 hours for `7d`, a day for `30d` and `90d`; `all` has the finest steps with fewer than 400 points.",
    )
    investigation_id: InvestigationId | None = Field(
        default=None, alias="investigationId", description="Only the decisions of this investigation."
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check that there is a window or a range, and the range."""
        yield from super().contradictions(valid, now)
        start, end, window = (valid.get(name) for name in ("start", "end", "time_window"))
        if window is not None and (start or end):
            yield FieldError("timeWindow", "must not be given together with startDate or endDate", window)
        if end and not start:
            yield FieldError("startDate", "is required with endDate")
        as_of = valid.get("as_of")
        if start and as_of and not end and as_of <= start:
            yield FieldError("asOf", "must be after startDate, unless endDate is given", as_of)
        yield from range_errors(valid, now)


class CohortsQuery(FraudRangeQuery):
    """The cohorts of a dimension."""

    dimension: Dimension = Field(description="Required. The dimension.", examples=["merchant"])
    min_count: Annotated[int, WholeNumber(1, _MOST_DECISIONS)] = Field(
        default=100,
        alias="minCount",
        description="Fewest decisions of a listed cohort (default: 100); smaller ones are added up in `suppressed`.",
    )


class ComparisonQuery(Query):
    """Cohorts, and the KPIs to compare."""

    cohorts: Annotated[Sequence[CohortId], PlainValidator(_cohorts), _schema("WyJtZXJjaGFudC…,WyJjaGFubmVs…")] = Field(
        alias="cohortIds",
        description="Required. Ids of 2 to 20 cohorts, with commas between them, also of different dimensions and "
        "ranges.",
    )
    metrics: Annotated[Sequence[str], PlainValidator(_kpis), _schema("f1Score,recall")] | None = Field(
        default=None,
        description=f"Names of KPIs, with commas between them (default: {', '.join(_FIRST)}). The best and the worst "
        "performer are those by the first one; without `metrics`, by `f1Score`.",
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check that no cohort is one of the future."""
        ids = [each for each in valid.get("cohorts", ()) if now and max(each.start, each.as_of or each.start) > now]
        if ids:
            message = "must not have cohorts that begin, or whose labels are asked for, in the future"
            yield FieldError("cohortIds", message, [each.encode() for each in ids])

    @property
    def kpis(self) -> Sequence[str]:
        """The names of the KPIs to compare."""
        return self.metrics or _FIRST

    @property
    def decisive(self) -> str:
        """The KPI that decides who performs best."""
        return self.metrics[0] if self.metrics else "f1Score"


class MatrixQuery(FraudRangeQuery):
    """Confusion matrices by step."""

    granularity: Granularity = Field(
        default=Granularity.DAY, description="Length of a step (default: `day`); weeks start on Monday, UTC."
    )

    @classmethod
    def contradictions(cls, valid: Mapping[str, Any], now: datetime | None) -> Iterator[FieldError]:
        """Check the range and the number of steps."""
        yield from super().contradictions(valid, now)
        start, end, granularity = (valid.get(name) for name in ("start", "end", "granularity"))
        if start and end and granularity and (end - start) / STEP_OF[granularity] > MOST_STEPS:
            message = f"has more than {MOST_STEPS} steps in the range; use a coarser granularity"
            yield FieldError("granularity", message, granularity)
