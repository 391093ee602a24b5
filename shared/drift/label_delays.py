"""The SQL of label delays: how long after its decision the first fraud label of each decision came."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.athena.sql import EMPTY, Statement, sql, table
from shared.drift.question import stored_model
from shared.metrics.queries.fragments import TIMESTAMP, in_intervals
from shared.metrics.split import Interval
from shared.records.schema import DataType
from shared.statistics.truncated_delays import ObservedDelay

_MARGIN = timedelta(days=1)
_DELAYS = """
    WITH decided AS (
        SELECT decision_id, "timestamp" AS moment FROM {decisions} WHERE {intervals} {model}
    ), frauds AS (
        SELECT decision_id, MIN(labelled_at) AS labelled_at FROM {labels}
        WHERE label = 'fraud' AND {nearby} GROUP BY decision_id
    )
    SELECT CAST(CAST(d.moment AS date) AS varchar) AS dt,
        array_agg(CAST(date_diff('second', d.moment, f.labelled_at) AS varchar) || ':'
            || CAST(date_diff('second', CAST('1970-01-01' AS timestamp), d.moment) AS varchar)) AS delays
    FROM decided d JOIN frauds f ON d.decision_id = f.decision_id
    GROUP BY CAST(d.moment AS date)
"""


def label_delays(whole: Interval, model_version: str | None) -> Statement:
    """Return the statement for the delays of the fraud labels of a model version, or of all: a row for each day.

    Labels are stored by the time of their decision as they know it, which may be another one by up to a day.
    """
    stored = None if model_version is None else stored_model(model_version)
    return sql(
        _DELAYS,
        decisions=table(DataType.DECISIONS),
        labels=table(DataType.LABELS),
        intervals=in_intervals(TIMESTAMP, [whole]),
        nearby=in_intervals(sql("decision_timestamp"), [Interval(whole.start - _MARGIN, whole.end + _MARGIN)]),
        model=EMPTY if stored is None else sql("AND COALESCE(model_version, '') = :model", model=stored),
    )


def read_delays(rows: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Read the delay of each label and the time of its decision, in seconds, the latter since 1970."""
    pairs = (entry.split(":") for row in rows for entry in row["delays"].strip("[]").split(", "))
    return sorted((int(delay), int(moment)) for delay, moment in pairs)


def observed_at(delays: Sequence[tuple[int, int]], at: datetime) -> list[ObservedDelay]:
    """Return the delays that were observed by a time; a label from before its decision has a delay of 0."""
    now = at.timestamp()
    seen = (ObservedDelay(max(delay, 0), now - moment) for delay, moment in delays)
    return [each for each in seen if each.delay <= each.age]
