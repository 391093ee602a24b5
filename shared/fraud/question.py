"""A question about fraud decisions: validated, in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.fraud.cohort_ids import Dimension
from shared.fraud.steps import Span, floor


class LabelKind(StrEnum):
    """The labels whose delays are learned: all, or chargebacks alone."""

    FRAUD = "fraud"
    CHARGEBACK = "chargeback"


_CACHED_FOR = timedelta(minutes=1)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class FraudQuestion:
    """A range of decisions, by step or cohort, and the time up to which decisions and labels count.

    Attributes:
        span: the half-open range, and its steps if it is asked for by step.
        as_of: decisions made, and labels given, later do not count.
        is_current: whether `as_of` is the present moment, so that roll-ups include all that counts.
        horizon: the age from which an approved decision without a label is presumed legitimate.
        dimension: the dimension by which decisions are divided into cohorts.
        values: the only cohorts that are asked for; all if it is empty.
        investigation_id: only decisions of this investigation.
        experiment_id: only decisions of this experiment; roll-ups do not have it.
        recent_days: in how many of the last days with decisions the newest are looked for; None looks in all.
        young_since: by kind of label, the time from which decisions are too young for estimates.
    """

    span: Span
    as_of: datetime
    is_current: bool
    horizon: timedelta
    dimension: Dimension | None = None
    values: tuple[str | None, ...] = ()
    investigation_id: str | None = None
    experiment_id: str | None = None
    recent_days: int | None = 7
    young_since: Mapping[LabelKind, datetime] = field(default_factory=dict)

    @property
    def mature_until(self) -> datetime:
        """The time of the youngest decision that is mature."""
        return self.as_of - self.horizon

    @property
    def until(self) -> datetime:
        """The exclusive end of the decisions that count: the end of the range, or just after `as_of`."""
        return max(self.span.start, min(self.span.end, self.as_of + _MILLISECOND))

    @property
    def seconds(self) -> float:
        """The length of the range up to `as_of`, in seconds; 0 if it has not begun."""
        return max(0.0, (min(self.span.end, self.as_of) - self.span.start).total_seconds())

    @property
    def for_all(self) -> "FraudQuestion":
        """The question about all decisions, whatever their investigation."""
        return replace(self, investigation_id=None)

    @property
    def identity(self) -> "FraudQuestion":
        """The question under which an answer is cached: one that is a minute old is an answer as of its own time."""
        if not self.is_current:
            return self
        minute = floor(self.as_of, _CACHED_FOR)
        since = {kind: moment - (self.as_of - minute) for kind, moment in self.young_since.items()}
        return replace(self, as_of=minute, young_since=since)
