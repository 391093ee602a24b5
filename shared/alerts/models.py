"""Models of the alert routes: rules, alerts, previews."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.alerts.faults import find_faults
from shared.alerts.subjects import KNOWN
from shared.alerts.vocabulary import DEFAULT_K, MOST_GROUPS, Against, AlertSeverity, AlertStatus, ConditionType, NoData
from shared.notifications.models import NotificationTargets, ShownTarget
from shared.runtime.durations import DurationBetween
from shared.runtime.models import Model, Optional, Timestamp
from shared.runtime.phrases import phrase
from shared.runtime.query_metadata import TimeRange

LONGEST_WINDOW = timedelta(days=92)
LONGEST_SILENCE = timedelta(days=90)
_MINUTE, _MONTH = timedelta(minutes=1), timedelta(days=31)
_MOST_VALUES, _LONGEST_VALUE = 100, 500
_LONGEST_NOTE = 2000

_Threshold = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Note = Annotated[str, Field(max_length=_LONGEST_NOTE)]
_EXAMPLE: JsonDict = {
    "name": "Revenue of the last hour is low",
    "severity": "high",
    "metric": "revenue:sum",
    "condition": {"type": "below", "threshold": 500},
    "window": "PT1H",
    "recovery": 600,
    "filters": {"region": ["EU"]},
    "notify": [{"type": "topic"}],
}
_PREVIEW_EXAMPLE: JsonDict = {
    "rule": _EXAMPLE,
    "time_range": {"start": "2025-01-01T00:00:00Z", "end": "2025-01-08T00:00:00Z"},
}


class Condition(Model):
    """When a rule fires. `type` decides which of the other fields it has."""

    model_config = ConfigDict(extra="forbid")

    type: ConditionType = Field(
        description="`above`, `below`: the value is strictly above or below `threshold`. `outside`: below `low` or "
        "above `high`. `change_above`, `change_below`: the change in per cent is above or below `percent`; without a "
        "base, or with 0, it is not evaluated. `anomaly`: further than `k` x 1.4826 x MAD from the median of the same "
        "hour of the week in the 8 weeks before, without windows in which an alert was open; the MAD counts as at "
        "least 1 % of the median; with fewer than 4 such weeks it is not evaluated."
    )
    threshold: Optional[_Threshold] = Field(default=None, description="Of `above` and `below`.")
    low: Optional[_Threshold] = Field(default=None, description="Of `outside`.")
    high: Optional[_Threshold] = Field(default=None, description="Of `outside`.")
    percent: Optional[_Threshold] = Field(
        default=None, description="Of `change_above` and `change_below`: -20 is a decrease by 20 per cent."
    )
    against: Optional[Against] = Field(
        default=None,
        description="Of `change_above` and `change_below`: the window just before (`previous`, the default), or the "
        "same window a week before (`week_before`).",
    )
    k: Optional[_Threshold] = Field(default=None, description=f"Of `anomaly` (default: {DEFAULT_K:g}).")


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Filter = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=_LONGEST_VALUE)], ...],
    Field(min_length=1, max_length=_MOST_VALUES),
    BeforeValidator(_list),
]


class _RuleBody(Model):
    """What a rule and a request for one have in common."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="Name; the title of its alerts.")
    description: Annotated[str, Field(max_length=_LONGEST_NOTE)] = Field(
        default="", description="What the alert means and what to do about it."
    )
    enabled: bool = Field(default=True, description="Whether it is evaluated.")
    severity: AlertSeverity = Field(description="Severity of its alerts.")
    metric: Annotated[str, Field(min_length=1, max_length=600)] = Field(
        description=f"What is judged: {', '.join(KNOWN)}. `bounds` are those of a KPI over every way in which open "
        "decisions can turn out. `drift` is the PSI of a feature, `freshness` and `silence` are seconds.",
        examples=["revenue:sum"],
    )
    condition: Condition = Field(description="When it fires.")
    window: Annotated[timedelta, DurationBetween(_MINUTE, LONGEST_WINDOW)] = Field(
        description="Length of the time that is judged, a multiple of the grain of the data: an hour of business "
        "metrics and `quality_score`, 5 minutes of fraud KPIs, a day of `drift`. Windows end at multiples of "
        "`evaluate_every` (rounded up to the grain), and not after the watermark of the data. Pipelines and silence "
        "are judged at present, whatever the window.",
    )
    evaluate_every: Annotated[timedelta, DurationBetween(_MINUTE, _MONTH)] = Field(
        default=timedelta(minutes=5),
        description="It is evaluated at most once in each interval of this length (default: `PT5M`). Intervals follow "
        "each other from Monday, 1990-01-01T00:00Z, so `PT15M` are the quarters of an hour, `PT6H` begin at 00:00, "
        "06:00, 12:00 and 18:00 UTC, `P1D` at midnight UTC and `P7D` on Mondays; a length that does not divide a day, "
        "such as `PT7H`, begins at another time of each day. The first evaluation in an interval follows the next "
        "commit to the tables, or comes within a minute.",
    )
    for_: Annotated[timedelta, DurationBetween(timedelta(), _MONTH)] = Field(
        default=timedelta(),
        alias="for",
        description="How long the condition must hold after the first window in which it does (default: `PT0S`).",
    )
    recovery: Optional[_Threshold] = Field(
        default=None,
        description="The alert clears at this value or past it (default: as soon as the condition does not hold). In "
        "the unit of the condition: of the metric, in per cent, or in multiples of 1.4826 x MAD.",
    )
    filters: Mapping[str, _Filter] = Field(
        default_factory=dict,
        description="Only these data: dimensions of the business metric and `currency`; one dimension of the cohorts "
        "of a fraud KPI; `model_version` of `drift`; `source_id` and `data_type` of `quality_score`.",
    )
    group_by: Optional[str] = Field(
        default=None,
        description="Judge each value of a dimension by itself: of a business metric the values that `filters` lists, "
        f"of a fraud KPI the cohorts, of `quality_score` sources or data types. At most {MOST_GROUPS} groups, those "
        "with most decisions, or the first by name.",
    )
    no_data: NoData = Field(
        default=NoData.IGNORE,
        description="What a window without a value does, also because the data have stopped: nothing (`ignore`, the "
        "default), it counts as if the condition held (`fire`), or as if it had cleared (`resolve`).",
    )
    use_provisional: bool = Field(
        default=False, description="Whether windows end at the present instead of the watermark (default: false)."
    )


class RuleDefinition(_RuleBody):
    """The definition of a rule, including the secrets of its webhooks."""

    notify: NotificationTargets = Field(default=(), description="Who is notified of its alerts.")


class AlertRuleRequest(RuleDefinition):
    """A rule as it is created or replaced."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    version: Optional[Annotated[int, Field(strict=True, ge=1)]] = Field(
        default=None, description="With `PUT`: the version that it replaces; required unless `If-Match` is sent."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _name_every_fault(cls, sent: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        """Report the errors of the schema together with those between fields."""
        problems: list[InitErrorDetails] = []
        rule: Self | None = None
        try:
            rule = read(sent)
        except ValidationError as invalid:
            found = invalid.errors(include_url=False)
            problems += [_problem(tuple(each["loc"]), phrase(each), each["input"]) for each in found]
        if isinstance(sent, Mapping):
            named = {tuple(each["loc"]) for each in problems}
            faults = (each for each in find_faults(sent) if each.path not in named)
            problems += [_problem(each.path, each.message, each.value) for each in faults]
        if rule is None or problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return rule


def _problem(path: Sequence[int | str], message: str, value: Any) -> InitErrorDetails:
    """Return an error; what a target contains is not repeated, except its URL, because it may have a secret."""
    error = PydanticCustomError("value_error", "{said}", {"said": message})
    may_repeat = path[:1] != ("notify",) or (path[-1] == "url" and isinstance(value, str))
    return InitErrorDetails(type=error, loc=tuple(path), input=value if may_repeat else None)


class Silence(Model):
    """A time in which a rule notifies nobody."""

    until: Timestamp = Field(description="Its end.")
    reason: str = Field(description="Why.")
    by: str = Field(description="Who silenced the rule.")


class SilenceRequest(Model):
    """How long a rule notifies nobody."""

    model_config = ConfigDict(extra="forbid")

    until: Timestamp | None = Field(
        description="End of the silence, at most 90 days ahead; null ends it now.", examples=[None]
    )
    reason: Annotated[str, Field(max_length=_LONGEST_NOTE)] = Field(
        default="", description="Why.", examples=["The warehouse is being moved."]
    )


class AlertRule(_RuleBody):
    """A rule, with its targets as responses have them: without secrets."""

    model_config = ConfigDict(populate_by_name=True)

    rule_id: str = Field(description="Id of the rule.")
    notify: list[ShownTarget] = Field(description="Who is notified of its alerts.")
    created_at: Timestamp = Field(description="Time of its creation.")
    updated_at: Timestamp = Field(description="Time of its last change.")
    created_by: str = Field(description="Who created it; `system` for the rules that come with the platform.")
    version: int = Field(description="Number of the version, from 1; silences do not change it.")
    silenced: Optional[Silence] = Field(default=None, description="The silence in force; absent without one.")


class AlertRules(Model):
    """All rules."""

    rules: list[AlertRule] = Field(description="The rules, the oldest first.")


class HistoryEntry(Model):
    """A change of an alert."""

    at: Timestamp = Field(description="Time of the change.")
    status: AlertStatus = Field(description="Status since then.")
    by: str = Field(description="User, or `system`.")
    note: Optional[str] = Field(default=None, description="Note of the change.")


class Alert(Model):
    """An alert."""

    alert_id: str = Field(description="Id of the alert.")
    title: str = Field(description="Name of the rule, and the group.")
    description: str = Field(description="What was found.")
    severity: AlertSeverity = Field(description="AlertSeverity.")
    status: AlertStatus = Field(description="Status.")
    metric_type: str = Field(description="Metric of the rule, `evaluation` for a rule that cannot be evaluated.")
    threshold_value: float = Field(description="The threshold that was crossed, in the unit of `current_value`.")
    current_value: float | None = Field(
        description="Last value, or change in per cent; null without data. Of an alert about evaluations, how many "
        "failed in a row."
    )
    created_at: Timestamp = Field(description="When the alert was raised.")
    acknowledged_at: Optional[Timestamp] = Field(default=None, description="When it was acknowledged.")
    resolved_at: Optional[Timestamp] = Field(default=None, description="When it was resolved.")
    rule_id: str = Field(description="Added: the rule.")
    group: Optional[str] = Field(default=None, description="Added: value of `group_by`.")
    window: TimeRange = Field(description="Added: the window by which it fired.")
    fired_at: Timestamp = Field(description="Added: end of that window; a preview reports the same time.")
    cleared_at: Optional[Timestamp] = Field(
        default=None, description="Added: end of the window in which it cleared; absent if it was resolved otherwise."
    )
    last_evaluated_at: Timestamp = Field(description="Added: when its rule was last evaluated.")
    peak_value: float | None = Field(description="Added: the value that went furthest beyond the threshold.")
    acknowledged_by: Optional[str] = Field(default=None, description="Added: who acknowledged it.")
    resolved_by: Optional[str] = Field(default=None, description="Added: who resolved it: `system` or a user.")
    note: Optional[str] = Field(default=None, description="Added: the last note.")
    history: list[HistoryEntry] = Field(description="Added: its changes, the oldest first.")
    previous_alert_id: Optional[str] = Field(
        default=None, description="Added: the alert before it of the same rule and group."
    )


class AlertSummary(Model):
    """How many alerts match, however many are returned."""

    total: int = Field(description="Number of alerts.")
    by_severity: dict[AlertSeverity, int] = Field(description="By severity.")
    by_status: dict[AlertStatus, int] = Field(description="By status.")


class AlertsResponse(Model):
    """Alerts, the newest first."""

    alerts: list[Alert] = Field(description="The alerts.")
    summary: AlertSummary = Field(description="All that match.")


class NoteRequest(Model):
    """An optional note to a change of an alert."""

    model_config = ConfigDict(extra="forbid")

    note: Optional[Note] = Field(
        default=None, description="A note for the history.", examples=["The payment provider was down."]
    )


class AlertAcknowledgeResponse(Model):
    """An acknowledged alert."""

    alert_id: str = Field(description="Id of the alert.")
    status: AlertStatus = Field(description="`acknowledged`.")
    acknowledged_at: Timestamp = Field(description="When it was acknowledged first.")
    acknowledged_by: str = Field(description="Who acknowledged it first.")


class RulePreviewRequest(Model):
    """A rule, and the time in which it is tried."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PREVIEW_EXAMPLE]})

    rule: AlertRuleRequest = Field(description="The rule; it is not stored.")
    time_range: TimeRange = Field(description="Windows that end in this range, its end included, are judged.")

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.time_range.start >= self.time_range.end:
            raise PydanticCustomError("value_error", "time_range.start must be before time_range.end")
        return self


class PreviewedAlert(Model):
    """An alert that a rule would have raised."""

    fired_at: Timestamp = Field(description="End of the window by which it fires.")
    cleared_at: Timestamp | None = Field(description="End of the window in which it clears; null if it is still open.")
    peak_value: float | None = Field(description="The value that went furthest beyond the threshold.")
    group: Optional[str] = Field(default=None, description="Value of `group_by`.")


class RulePreviewResponse(Model):
    """The alerts that a rule would have raised."""

    alerts: list[PreviewedAlert] = Field(description="The alerts, the earliest first.")
    windows: int = Field(description="Number of windows judged; those after the watermark are left out.")
    not_evaluated: dict[str, int] = Field(
        description="Number of windows that could not be judged, by reason, such as `insufficient history`."
    )
