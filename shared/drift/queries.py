"""The SQL of profiles: how often each value of each feature occurs, from roll-ups, and from the base for other days.

One statement returns the judged range, by day, and the range before it, by half. The rules by which values are read
are those of the roll-up, so that a day gives the same rows from the base as from its roll-up.
"""

from collections.abc import Sequence
from enum import StrEnum

from shared.athena.buckets import bucket_of
from shared.athena.features import number_of, text_of
from shared.athena.sql import EMPTY, Statement, sql, table, union_all
from shared.drift.question import DriftQuestion, stored_model
from shared.lake.catalog.rollup_tables import FEATURES_DAILY
from shared.lake.rollups.feature_rules import HASH_BINS, LONGEST_VALUE, MOST_VALUES, OWN_FIELDS, SHORTENED
from shared.metrics.queries.fragments import TIMESTAMP, in_days, in_intervals
from shared.metrics.split import Interval, Split
from shared.records.schema import DataType


class Side(StrEnum):
    """The two sides of a comparison."""

    CURRENT = "current"
    BASELINE = "baseline"


_OF_ROLLUP = """
    SELECT dt, feature, model_version, half, kind, bucket, decisions, weight FROM {features_daily} WHERE {days} {model}
"""
_OF_BASE = """
    SELECT dt, feature, model_version, half, kind, bucket, COUNT(*) AS decisions, SUM(weight) AS weight
    FROM (
        WITH owned AS (
            SELECT CAST(CAST("timestamp" AS date) AS varchar) AS dt, COALESCE(model_version, '') AS model_version,
                CASE WHEN from_base(substr(to_hex(md5(to_utf8(decision_id))), 1, 8), 16) % 2 = 0 THEN 'even'
                    ELSE 'odd' END AS half,
                score, CAST(amount AS double) AS amount, features, attributions
            FROM {decisions} WHERE {intervals} {model}
        ), entries AS (
            SELECT o.dt, o.model_version, o.half, e.name, e.value
            FROM owned o CROSS JOIN UNNEST(o.features) AS e (name, value)
            WHERE e.value IS NOT NULL
        ), scalars AS (
            SELECT dt, model_version, half, {name} AS feature, {number} AS x,
                CASE WHEN value IN ('true', 'false') THEN value END AS truth, {text} AS written
            FROM entries
            UNION ALL
            SELECT dt, model_version, half, 'score' AS feature, score AS x, NULL AS truth, NULL AS written
            FROM owned WHERE score IS NOT NULL
            UNION ALL
            SELECT dt, model_version, half, 'amount' AS feature, amount AS x, NULL AS truth, NULL AS written
            FROM owned WHERE amount IS NOT NULL
        )
        SELECT dt, model_version, half, feature, CAST(0 AS bigint) AS weight,
            CASE WHEN x IS NOT NULL THEN 'number' WHEN truth IS NOT NULL THEN 'boolean' ELSE 'text' END AS kind,
            CASE WHEN x IS NOT NULL THEN CAST({bucket} AS varchar) WHEN truth IS NOT NULL THEN truth
                WHEN length(written) > :longest
                    THEN substr(written, 1, :shortened) || '…' || substr(to_hex(md5(to_utf8(written))), 1, 16)
                ELSE written END AS bucket
        FROM scalars
        UNION ALL
        SELECT dt, model_version, half, '' AS feature, CAST(0 AS bigint) AS weight, 'decisions' AS kind, '' AS bucket
        FROM owned
        UNION ALL
        SELECT o.dt, o.model_version, o.half, {name} AS feature,
            CAST(round(least(abs(e.value) * 1e6, 1e12)) AS bigint) AS weight, 'attribution' AS kind, '' AS bucket
        FROM owned o CROSS JOIN UNNEST(o.attributions) AS e (name, value)
        WHERE e.value IS NOT NULL
    ) AS found
    GROUP BY dt, feature, model_version, half, kind, bucket
"""
_VALUE = sql("value")
STORED_NAME = sql(
    "CASE WHEN regexp_like(name, :own_fields) THEN 'features.' || name ELSE name END", own_fields=OWN_FIELDS
)
"""The name of a feature as the roll-up has it, from the `name` in a decision."""
_SIDE = """
    SELECT :side AS side, dt, feature, model_version, half, kind, bucket, decisions, weight FROM (
        {rows}
    ) AS of_side
"""
# A feature with too many texts, on one day or altogether, is counted by hashes as a whole.
_PROFILES = """
    WITH days AS (
        {sides}
    ), {chosen} judged AS (
        SELECT d.side, d.dt, d.feature, d.model_version, d.half, d.kind, d.bucket, d.decisions, d.weight
        FROM days d {of_chosen} {wanted}
    ), crowded AS (
        SELECT feature FROM judged WHERE kind IN ('text', 'hash') GROUP BY feature
        HAVING COUNT(DISTINCT bucket) > :most OR MIN(kind) = 'hash'
    ), folded AS (
        SELECT j.side, j.dt, j.feature, j.model_version, j.half, j.decisions, j.weight,
            CASE WHEN j.kind = 'text' AND c.feature IS NOT NULL THEN 'hash' ELSE j.kind END AS kind,
            CASE WHEN j.kind = 'text' AND c.feature IS NOT NULL
                THEN CAST(from_base(substr(to_hex(md5(to_utf8(j.bucket))), 1, 8), 16) % :bins AS varchar)
                ELSE j.bucket END AS bucket
        FROM judged j LEFT JOIN crowded c ON j.feature = c.feature
    ), by_day AS (
        SELECT dt, feature, model_version, kind, bucket,
            COALESCE(SUM(decisions) FILTER (WHERE side = :current), 0) AS decisions,
            COALESCE(SUM(weight) FILTER (WHERE side = :current), 0) AS weight,
            COALESCE(SUM(decisions) FILTER (WHERE side = :baseline AND half = 'even'), 0) AS even,
            COALESCE(SUM(decisions) FILTER (WHERE side = :baseline AND half = 'odd'), 0) AS odd
        FROM folded GROUP BY dt, feature, model_version, kind, bucket
    ), by_bucket AS (
        SELECT feature, model_version, kind, bucket, SUM(weight) AS weight,
            CASE WHEN kind = 'number' THEN bucket ELSE '' END || '|' || CAST(SUM(decisions) AS varchar) || '|'
                || CAST(SUM(even) AS varchar) || '|' || CAST(SUM(odd) AS varchar) || '|'
                || COALESCE(array_join(array_agg(
                    CAST(date_diff('day', :first, CAST(dt AS date)) AS varchar) || ':'
                    || CAST(decisions AS varchar)
                ) FILTER (WHERE decisions > 0), ' '), '') AS counts
        FROM by_day GROUP BY feature, model_version, kind, bucket
    )
    SELECT feature, model_version, kind, CASE WHEN kind = 'number' THEN '' ELSE MIN(bucket) END AS bucket,
        SUM(weight) AS weight, array_agg(counts) AS counts
    FROM by_bucket
    GROUP BY feature, model_version, kind,
        CASE WHEN kind = 'number' THEN CAST(TRY_CAST(bucket AS bigint) / :packed AS varchar) ELSE bucket END
"""
_PACKED = 16
"""Buckets of numbers in a row of the result, which is read a thousand rows at a time."""

_MOST_FREQUENT = """
    chosen AS (
        SELECT model_version FROM (
            SELECT model_version, SUM(decisions) AS decisions FROM days
            WHERE side = :current AND kind = 'decisions' GROUP BY model_version
        ) AS models ORDER BY decisions DESC, model_version LIMIT 1
    ),
"""
_OF_MOST_FREQUENT = "JOIN chosen c ON d.model_version = c.model_version"


def current_profile(question: DriftQuestion, current: Split, before: Split, frozen: Sequence[str]) -> Statement:
    """Return the statement for the judged range and, unless the model has a frozen baseline, the range before it.

    Args:
        question: names the range and perhaps the model version.
        current: the judged range, divided between the roll-up and the base.
        before: the range before it, divided likewise.
        frozen: the model versions with a frozen baseline, as the roll-up has them.
    """
    model = None if question.model_version is None else stored_model(question.model_version)
    sides = [_side(Side.CURRENT, current, model)]
    if model is None or model not in frozen:
        sides.append(_side(Side.BASELINE, before, model))
    wanted = EMPTY
    if model is None and frozen:
        wanted = sql("WHERE d.side = :current OR d.model_version NOT IN (:frozen)", current=Side.CURRENT, frozen=frozen)
    return _profiles(sides, wanted, question.current, is_chosen=model is not None)


def baseline_profile(model_version: str, whole: Interval, time: Split) -> Statement:
    """Return the statement for a baseline of a model version, named as the roll-up has it."""
    return _profiles([_side(Side.BASELINE, time, model_version)], EMPTY, whole, is_chosen=True)


def _profiles(sides: Sequence[Statement], wanted: Statement, whole: Interval, *, is_chosen: bool) -> Statement:
    """Return the statement for sides, whose rows are of one model version if it is chosen by the question."""
    return sql(
        _PROFILES,
        sides=union_all(sides),
        chosen=EMPTY if is_chosen else sql(_MOST_FREQUENT, current=Side.CURRENT),
        of_chosen=EMPTY if is_chosen else sql(_OF_MOST_FREQUENT),
        wanted=wanted,
        current=Side.CURRENT,
        baseline=Side.BASELINE,
        most=MOST_VALUES,
        bins=HASH_BINS,
        packed=_PACKED,
        first=whole.start.date(),
    )


def _side(side: Side, time: Split, model: str | None) -> Statement:
    return sql(_SIDE, side=side, rows=union_all(rows_of(time, model)))


def rows_of(time: Split, model: str | None) -> list[Statement]:
    """Return the selects of the rows of a time, from the roll-up and from the base, in the columns of the roll-up."""
    found = []
    if time.rollup:
        of_model = EMPTY if model is None else sql("AND model_version = :model", model=model)
        rollup = table(FEATURES_DAILY.name)
        found.append(sql(_OF_ROLLUP, features_daily=rollup, days=in_days(time.rollup), model=of_model))
    if time.base:
        found.append(_of_base(time, model))
    return found


def _of_base(time: Split, model: str | None) -> Statement:
    of_model = EMPTY if model is None else sql("AND COALESCE(model_version, '') = :model", model=model)
    return sql(
        _OF_BASE,
        decisions=table(DataType.DECISIONS),
        intervals=in_intervals(TIMESTAMP, time.base),
        model=of_model,
        name=STORED_NAME,
        number=number_of(_VALUE),
        text=text_of(_VALUE),
        bucket=bucket_of(sql("x")),
        longest=LONGEST_VALUE,
        shortened=SHORTENED,
    )
