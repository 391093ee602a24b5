"""The SQL of a run: what recorded policies are inferred from, and the decisions of the window, written by slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.athena.sql import (
    EMPTY,
    Statement,
    UnloadFormat,
    identifier,
    join,
    sql,
    table,
    unload,
)
from shared.currency.conversion import Days, convert, with_rates
from shared.fraud.cohort_ids import Dimension
from shared.fraud.queries.facts import facts
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import Span
from shared.metrics.queries.fragments import DAY, TIMESTAMP, day, in_intervals
from shared.metrics.split import LAST_MOMENT, Interval
from shared.records.schema import DataType

SLICE = "slice"
"""The column by whose value rows are written to different places."""

_RECORDED = """
    SELECT rule_version, COUNT(*) AS decisions,
        MIN(score) FILTER (WHERE outcome = 'decline') AS lowest_declined,
        MIN(score) FILTER (WHERE outcome = 'review') AS lowest_reviewed
    FROM {decisions}
    WHERE "timestamp" <= :as_of AND {window} {filters}
    GROUP BY rule_version
"""
_ROWS = """
    WITH decided AS (
        SELECT *, {day} AS dt FROM ({facts}) WHERE 1 = 1 {filters}
    ), rated AS (
        {rated}
    )
    SELECT decision_id, customer_id, moment, outcome, score, {amount} AS amount, {truth} AS truth,
        has_chargeback AS charged_back, revised, after_horizon, channel, risk_band, rule_version, {features}
        CAST(from_base(substr(to_hex(md5(to_utf8(COALESCE(customer_id, decision_id)))), 1, 8), 16) % :slices AS integer)
            AS slice
    FROM rated
"""

# The rules of `shared.fraud.counts.truth_of`.
_TRUTH = """
    CASE WHEN truth <> 'none' THEN truth WHEN outcome <> 'approve' THEN 'unverified'
        WHEN moment <= :mature_until THEN 'presumed' ELSE 'pending' END
"""


@dataclass(frozen=True, kw_only=True)
class ReplayedDecisions:
    """The decisions of a run: window, filters, the time up to which they count; and whether features are needed."""

    start: datetime
    end: datetime
    as_of: datetime
    horizon: timedelta
    filters: Mapping[Dimension, Sequence[str]]
    with_features: bool = False

    @property
    def window(self) -> Interval:
        """The half-open window."""
        return Interval(self.start, self.end)

    @property
    def question(self) -> FraudQuestion:
        """The question about the truth of the decisions."""
        return FraudQuestion(span=Span(self.start, self.end), as_of=self.as_of, is_current=False, horizon=self.horizon)


def recorded_policies(asked: ReplayedDecisions) -> Statement:
    """Count the decisions by rule version, and find the lowest scores that each declined and reviewed."""
    return sql(
        _RECORDED,
        decisions=table(DataType.DECISIONS),
        as_of=asked.as_of,
        window=in_intervals(TIMESTAMP, [asked.window]),
        filters=_filters(asked),
    )


def decision_rows(
    asked: ReplayedDecisions,
    *,
    currency: str,
    has_labels: bool,
    slices: int,
    location: str,
) -> Statement:
    """Write the decisions below a location, by slice: what was decided, the truth, and features if they are needed.

    All decisions of a customer are in one slice. Amounts are in the reporting currency, NULL without a rate.
    """
    further = sql(", features") if asked.with_features else EMPTY
    rows = sql(
        _ROWS,
        day=DAY,
        facts=facts(asked.question, [asked.window], has_labels=has_labels, further=further),
        filters=_filters(asked),
        rated=with_rates("decided", currency, days=_days(asked)),
        amount=convert("amount"),
        truth=sql(_TRUTH, mature_until=asked.question.mature_until),
        features=sql("features,") if asked.with_features else EMPTY,
        slices=slices,
    )
    return unload(rows, location, by=SLICE, file_format=UnloadFormat.PARQUET)


def _filters(asked: ReplayedDecisions) -> Statement:
    return join(
        " ",
        (
            sql("AND {column} IN (:values)", column=identifier(dimension), values=list(values))
            for dimension, values in sorted(asked.filters.items())
        ),
    )


def _days(asked: ReplayedDecisions) -> Days:
    return Days(day(asked.start), day(max(asked.start, asked.end - LAST_MOMENT)))
