"""Decisions of the base with what their labels say at a time; `shared.lake.rollups.decision_labels` has the same rules.

A label counts for the decision of its id on the UTC day of its `decision_timestamp`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.athena.sql import EMPTY, Statement, join, sql, table
from shared.fraud.question import FraudQuestion
from shared.fraud.steps import MONDAY
from shared.metrics.queries.fragments import in_intervals
from shared.metrics.split import Interval, merge
from shared.records.schema import DataType

_DAY = timedelta(days=1)

# Of labels given at the same time, that of the last source is effective.
_PLACE = """
    date_diff('millisecond', :epoch, labelled_at) * 4 + CASE source
        WHEN 'dispute_won' THEN 3 WHEN 'chargeback' THEN 2 WHEN 'manual_review' THEN 1 ELSE 0 END
"""
_LABELLED = """
    SELECT decision_id, label_day,
        max_by(label, place) AS label,
        max_by(label, place) FILTER (WHERE source = 'chargeback') AS chargeback,
        MIN(labelled_at) FILTER (WHERE label = 'fraud') AS fraud_at,
        MIN(labelled_at) FILTER (WHERE label = 'fraud' AND source = 'chargeback') AS chargeback_at,
        COUNT(*) FILTER (WHERE previous <> label) AS revised,
        COUNT(*) FILTER (WHERE labelled_at > date_add('day', :horizon, decision_timestamp)) AS after_horizon,
        MAX(labelled_at) AS last_labelled
    FROM (
        SELECT *, lag(label) OVER (PARTITION BY decision_id, label_day ORDER BY place) AS previous
        FROM (
            SELECT decision_id, decision_timestamp, CAST(decision_timestamp AS date) AS label_day, labelled_at, label,
                source, {place} AS place
            FROM {labels}
            WHERE labelled_at <= :as_of AND {days} {known}
        )
    )
    GROUP BY decision_id, label_day
"""
_FACTS = """
    SELECT decided.*,
        COALESCE(labelled.label, 'none') AS truth, labelled.fraud_at, labelled.chargeback_at,
        CASE WHEN decided.outcome = 'approve' AND labelled.chargeback = 'fraud' THEN 1 ELSE 0 END AS charged_back,
        COALESCE(labelled.chargeback = 'fraud', false) AS has_chargeback,
        COALESCE(labelled.revised, 0) AS revised, COALESCE(labelled.after_horizon, 0) AS after_horizon,
        labelled.last_labelled
    FROM (
        SELECT decision_id, "timestamp" AS moment, outcome, currency, amount, score, customer_id, latency_ms,
            merchant, channel, geography, device, risk_band, model_version, rule_version, variant_id {further}
        FROM {decisions}
        WHERE "timestamp" <= :as_of AND {intervals} {of}
    ) AS decided
    LEFT JOIN ({labelled}) AS labelled
        ON labelled.decision_id = decided.decision_id AND labelled.label_day = CAST(decided.moment AS date)
"""


def facts(
    question: FraudQuestion, intervals: Sequence[Interval], *, has_labels: bool, further: Statement = EMPTY
) -> Statement:
    """Return the decisions of intervals, one row each, with what their labels say.

    Args:
        question: has the time up to which decisions and labels count, and the investigation or experiment.
        intervals: the times of the decisions.
        has_labels: whether labels are published; without, all decisions are unlabelled.
        further: more columns of decisions, each after a comma.
    """
    labelled = sql(
        _LABELLED,
        place=sql(_PLACE, epoch=MONDAY),
        labels=table(DataType.LABELS),
        horizon=question.horizon.days,
        as_of=question.as_of,
        days=in_intervals(sql("decision_timestamp"), merge(map(_whole_days, intervals))),
        known=EMPTY if has_labels else sql("AND 1 = 0"),
    )
    return sql(
        _FACTS,
        further=further,
        decisions=table(DataType.DECISIONS),
        as_of=question.as_of,
        intervals=in_intervals(sql('"timestamp"'), intervals),
        of=part_of(question),
        labelled=labelled,
    )


def part_of(question: FraudQuestion) -> Statement:
    """Return the conditions on what decisions are part of."""
    conditions = []
    if question.investigation_id is not None:
        conditions.append(sql("AND investigation_id = :investigation", investigation=question.investigation_id))
    if question.experiment_id is not None:
        conditions.append(sql("AND experiment_id = :experiment", experiment=question.experiment_id))
    return join(" ", conditions)


def _whole_days(interval: Interval) -> Interval:
    start = datetime.combine(interval.start.date(), datetime.min.time(), UTC)
    end = datetime.combine(interval.end.date(), datetime.min.time(), UTC)
    return Interval(start, end if end == interval.end else end + _DAY)
