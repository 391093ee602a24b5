"""How scores rank decisions, how long decisions took, and the busiest minute."""

from shared.athena.buckets import bucket_of
from shared.athena.sql import Statement, identifier, sql, table, union_all
from shared.fraud.planner import read_beside, whole
from shared.fraud.queries.facts import facts
from shared.fraud.queries.parts import pack_groups
from shared.fraud.question import FraudQuestion
from shared.lake.catalog.rollup_tables import DECISION_LATENCY_HOURLY, DECISIONS_BY_MINUTE
from shared.metrics.facts import Grain
from shared.metrics.queries.fragments import in_hours, in_intervals
from shared.metrics.split import DirtyDays

SCORE_COLUMNS = ("sum", "squares", "positives", "negatives")
CARD_COLUMNS = ("day", "packed")
LATENCY_COLUMNS = ("packed", "highest")
MINUTE_COLUMNS = ("moment", "number")

# Unverified decisions, which are flagged and have no label, take no part.
_RANKED = """
    SELECT score, CASE WHEN truth = 'fraud' THEN 1 ELSE 0 END AS is_fraud, CAST(CAST(moment AS date) AS varchar) AS day,
        CASE WHEN customer_id IS NULL THEN concat('decision ', decision_id) ELSE concat('customer ', customer_id) END
            AS card
    FROM ({facts}) WHERE outcome = 'approve' OR truth <> 'none'
"""
# `sum` is twice the number of pairs of a fraud and another decision of which the fraud has the higher score, ties
# counting half; `squares` is the average precision times the number of frauds.
_SCORES = """
    WITH ranked AS (
        {ranked}
    ), grouped AS (
        SELECT score, CAST(SUM(is_fraud) AS double) AS frauds, CAST(COUNT(*) - SUM(is_fraud) AS double) AS others
        FROM ranked GROUP BY score
    ), placed AS (
        SELECT frauds, others,
            SUM(others) OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) - others AS others_below,
            SUM(frauds) OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) - frauds AS frauds_below,
            SUM(frauds) OVER () AS all_frauds, SUM(others) OVER () AS all_others
        FROM grouped
    )
    SELECT SUM(frauds * (2 * others_below + others)) AS sum,
        SUM(frauds * (all_frauds - frauds_below) / (all_frauds - frauds_below + all_others - others_below)) AS squares,
        CAST(SUM(frauds) AS bigint) AS positives, CAST(SUM(others) AS bigint) AS negatives
    FROM placed
"""
# Of each day the hundred highest cards that are never fraudulent, and as many fraudulent ones as can be among the
# hundred highest once those found earlier, at most a hundred a day, are left out. A day is one row: its cards by their
# number in the order of ids, with score and truth. What needs an order of all cards comes after most are left out.
_CARDS = """
    WITH ranked AS (
        {ranked}
    ), cards AS (
        SELECT day, card, MAX(score) AS score, MAX(is_fraud) AS positives FROM ranked GROUP BY day, card
    ), known AS (
        SELECT *, MAX(positives) OVER (PARTITION BY card) AS is_ever_fraud FROM cards
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY day ORDER BY score DESC, card) AS place,
            SUM(1 - is_ever_fraud) OVER (PARTITION BY day ORDER BY score DESC, card ROWS UNBOUNDED PRECEDING)
                AS honest_so_far
        FROM known
    ), numbered AS (
        SELECT *, dense_rank() OVER (ORDER BY day) AS number, dense_rank() OVER (ORDER BY card) AS card_number
        FROM placed WHERE is_ever_fraud = 1 OR honest_so_far <= 100
    )
    SELECT day, {packed} AS packed
    FROM numbered
    WHERE is_ever_fraud = 0 OR place <= 100 * number
    GROUP BY day
"""
_LATENCY = """
    SELECT {packed} AS packed, MAX(highest) AS highest
    FROM (SELECT place, SUM(number) AS number, MAX(highest) AS highest FROM ({rows}) GROUP BY place)
    HAVING COUNT(*) > 0
"""
_LATENCY_OF_ROLLUP = """
    SELECT CAST(latency_bucket AS bigint) AS place, decisions AS number, highest_ms AS highest
    FROM {rollup} WHERE {units}
"""
_LATENCY_OF_BASE = """
    SELECT CAST({bucket} AS bigint) AS place, CAST(1 AS bigint) AS number, latency_ms AS highest
    FROM ({facts}) WHERE latency_ms IS NOT NULL
"""
_MINUTES = """
    SELECT moment, SUM(number) AS number FROM ({rows}) GROUP BY moment ORDER BY 2 DESC, 1 LIMIT 1
"""
_MINUTES_OF_ROLLUP = """
    SELECT minute AS moment, decisions AS number FROM {rollup} WHERE {units}
"""
_MINUTES_OF_BASE = """
    SELECT date_trunc('minute', moment) AS moment, CAST(1 AS bigint) AS number FROM ({facts})
"""


def scores(question: FraudQuestion, *, has_labels: bool) -> Statement:
    """Return what ROC AUC and average precision are computed from, in one row."""
    return sql(_SCORES, ranked=_ranked(question, has_labels=has_labels))


def cards(question: FraudQuestion, *, has_labels: bool) -> Statement:
    """Return the cards of each day that can be among its hundred highest, with their highest score."""
    number = sql("lpad(CAST(card_number AS varchar), 19, '0')")  # numbers of one length are in order as texts, too
    packed = pack_groups((number, identifier("score"), identifier("positives")))
    return sql(_CARDS, ranked=_ranked(question, has_labels=has_labels), packed=packed)


def _ranked(question: FraudQuestion, *, has_labels: bool) -> Statement:
    return sql(_RANKED, facts=facts(question, [whole(question)], has_labels=has_labels))


def latency(question: FraudQuestion, dirty_days: DirtyDays) -> Statement:
    """Return the longest decision time, and packed by logarithmic bucket the number of decisions; none without."""
    parts = read_beside(question, Grain.HOUR, dirty_days)
    rows = []
    if parts.rollup:
        rollup = table(DECISION_LATENCY_HOURLY.name)
        rows.append(sql(_LATENCY_OF_ROLLUP, rollup=rollup, units=in_hours(parts.rollup)))
    if parts.base:
        bucket = bucket_of(sql("latency_ms"))
        rows.append(sql(_LATENCY_OF_BASE, bucket=bucket, facts=facts(question, parts.base, has_labels=False)))
    return sql(_LATENCY, rows=union_all(rows), packed=pack_groups((identifier("place"), identifier("number"))))


def minutes(question: FraudQuestion, dirty_days: DirtyDays) -> Statement:
    """Return the first of the minutes with the most decisions."""
    parts = read_beside(question, Grain.HOUR, dirty_days)
    rows = []
    if parts.rollup:
        within = in_intervals(sql("minute"), parts.rollup)
        rows.append(sql(_MINUTES_OF_ROLLUP, rollup=table(DECISIONS_BY_MINUTE.name), units=within))
    if parts.base:
        rows.append(sql(_MINUTES_OF_BASE, facts=facts(question, parts.base, has_labels=False)))
    return sql(_MINUTES, rows=union_all(rows))
