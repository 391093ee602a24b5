"""The SQL of exports of decisions: how many there are by hour, and all of them as files, by interval."""

from collections.abc import Sequence
from datetime import UTC, datetime

from shared.athena.sql import Statement, UnloadFormat, identifier, join, sql, table, unload
from shared.exports.decision_columns import STORED
from shared.fraud.queries.facts import facts, part_of
from shared.fraud.queries.parts import pack_groups
from shared.fraud.question import FraudQuestion
from shared.metrics.queries.fragments import in_intervals
from shared.metrics.split import Interval
from shared.records.schema import DataType, Field, Kind

SLICE = "slice"
"""The column by whose value decisions are written to different places: the number of their interval."""

MOST_SLICES = 50
"""Athena writes at most 100 partitions in one query."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_COUNTS = """
    SELECT CAST(CAST(begun AS date) AS varchar) AS day, {packed} AS packed
    FROM (
        SELECT date_trunc('hour', "timestamp") AS begun, COUNT(*) AS decisions
        FROM {decisions}
        WHERE "timestamp" <= :as_of AND {interval} {of}
        GROUP BY date_trunc('hour', "timestamp")
    )
    GROUP BY CAST(begun AS date)
"""
_DECISIONS = """
    SELECT {columns}, CASE truth WHEN 'none' THEN NULL ELSE truth END AS label,
        CASE WHEN truth <> 'none' THEN 'labelled' WHEN outcome <> 'approve' THEN 'unverified'
            WHEN moment <= :mature_until THEN 'presumed' ELSE 'pending' END AS label_state,
        {slice} AS slice
    FROM ({facts})
"""
_OF_FACTS = frozenset(
    {
        *("decision_id", "timestamp", "outcome", "currency", "amount", "score", "customer_id", "latency_ms"),
        *("merchant", "channel", "geography", "device", "risk_band", "model_version", "rule_version"),
        "variant_id",
    }
)


def counts(question: FraudQuestion, interval: Interval) -> Statement:
    """Return the numbers of decisions: a row for each day, with its hours as packed groups of hour and number."""
    return sql(
        _COUNTS,
        packed=pack_groups([sql("hour(begun)"), sql("decisions")]),
        decisions=table(DataType.DECISIONS),
        as_of=question.as_of,
        interval=in_intervals(sql('"timestamp"'), [interval]),
        of=part_of(question),
    )


def decisions(question: FraudQuestion, intervals: Sequence[Interval], *, has_labels: bool, location: str) -> Statement:
    """Write the decisions of adjoining intervals to files below a location, those of each to a folder of its own.

    Times are whole milliseconds since 1970, and amounts text, so that the files carry them exactly.
    """
    others = (identifier(each.name) for each in STORED if each.name not in _OF_FACTS)
    further = join("", (sql(", {column}", column=each) for each in others))
    whole = Interval(intervals[0].start, intervals[-1].end)
    query = sql(
        _DECISIONS,
        columns=join(", ", map(_column, STORED)),
        mature_until=question.mature_until,
        slice=_slice(intervals),
        facts=facts(question, [whole], has_labels=has_labels, further=further),
    )
    return unload(query, location, by=SLICE, file_format=UnloadFormat.PARQUET)


def _column(field: Field) -> Statement:
    name = identifier(field.name)
    stored = sql("moment") if field.name == "timestamp" else name
    match field.kind:
        case Kind.TIMESTAMP:
            since_epoch = sql("date_diff('millisecond', :epoch, {at})", epoch=EPOCH, at=stored)
            return sql('{value} AS "{name}"', value=since_epoch, name=name)
        case Kind.MONEY:
            return sql("CAST({stored} AS varchar) AS {name}", stored=stored, name=name)
        case _:
            return stored


def _slice(intervals: Sequence[Interval]) -> Statement:
    if len(intervals) == 1:
        return sql("0")
    cases = (
        sql("WHEN moment < :end THEN :number", end=each.end, number=number)
        for number, each in enumerate(intervals[:-1])
    )
    return sql("CASE {cases} ELSE :last END", cases=join(" ", cases), last=len(intervals) - 1)
