"""The SQL of explanations: the drivers of a cohort in one pass over the decisions, and one large decision."""

from datetime import datetime

from shared.athena.flags import flagged
from shared.athena.sql import EMPTY, Statement, identifier, sql, table
from shared.explanations.question import DriverQuestion
from shared.explanations.units import TOLERANCE, Unit
from shared.fraud.cohort_ids import CohortId
from shared.records.schema import DataType

# `UNNEST … WITH ORDINALITY` has one row with place 1 for a decision with attributions, and one without a place for a
# decision without any. So decisions are counted in the same pass as their attributions.
_DRIVERS = """
    WITH decided AS (
        SELECT attributions, score, is_member,
            COALESCE(base_value, 0e0) + reduce(map_values(attributions), 0e0, (s, x) -> s + x, s -> s) AS modelled
        FROM {decisions} AS decisions {of_cohort}
            AND "timestamp" >= :start AND "timestamp" < :end{as_of}
    ), contributed AS (
        SELECT is_member, place, feature, contribution,
            CASE
                WHEN place IS NULL THEN 'none'
                WHEN ABS(score - modelled) <= :tolerance THEN :probability
                WHEN ABS(score - 1 / (1 + EXP(-modelled))) <= :tolerance THEN :log_odds
                ELSE :unknown
            END AS unit
        FROM decided LEFT JOIN UNNEST(attributions) WITH ORDINALITY AS t(feature, contribution, place) ON TRUE
    ), by_feature AS (
        SELECT unit, feature,
            COUNT(CASE WHEN is_member AND COALESCE(place, 1) = 1 THEN 1 END) AS first_of_cohort,
            COUNT(CASE WHEN NOT is_member AND COALESCE(place, 1) = 1 THEN 1 END) AS first_of_rest,
            COUNT(CASE WHEN is_member THEN contribution END) AS cohort_count,
            COUNT(CASE WHEN NOT is_member THEN contribution END) AS rest_count,
            COALESCE(SUM(CASE WHEN is_member THEN contribution END), 0e0) AS cohort_sum,
            COALESCE(SUM(CASE WHEN NOT is_member THEN contribution END), 0e0) AS rest_sum,
            COALESCE(SUM(CASE WHEN is_member THEN ABS(contribution) END), 0e0) AS cohort_magnitude,
            COALESCE(SUM(CASE WHEN NOT is_member THEN ABS(contribution) END), 0e0) AS rest_magnitude,
            COALESCE(VARIANCE(CASE WHEN is_member THEN contribution END), 0e0) AS cohort_variance,
            COALESCE(VARIANCE(CASE WHEN NOT is_member THEN contribution END), 0e0) AS rest_variance
        FROM contributed GROUP BY unit, feature
    ), counted AS (
        SELECT by_feature.*,
            SUM(first_of_cohort) OVER (PARTITION BY unit) AS cohort_decisions,
            SUM(first_of_rest) OVER (PARTITION BY unit) AS rest_decisions,
            SUM(first_of_cohort) OVER () AS all_cohort_decisions,
            SUM(first_of_rest) OVER () AS all_rest_decisions,
            SUM(CASE WHEN unit = 'none' THEN first_of_cohort ELSE 0 END) OVER () AS unexplained_cohort,
            SUM(CASE WHEN unit = 'none' THEN first_of_rest ELSE 0 END) OVER () AS unexplained_rest
        FROM by_feature
    ), by_unit AS (
        SELECT counted.*,
            RANK() OVER (
                ORDER BY CASE WHEN unit = 'none' OR cohort_decisions = 0 THEN 1 ELSE 0 END, cohort_decisions DESC,
                    CASE unit WHEN :probability THEN 1 WHEN :log_odds THEN 2 WHEN :unknown THEN 3 ELSE 4 END
            ) AS unit_place
        FROM counted
    ), ranked AS (
        SELECT by_unit.*,
            SUM(cohort_magnitude) OVER () AS total_cohort_magnitude,
            SUM(rest_magnitude) OVER () AS total_rest_magnitude,
            SUM(cohort_sum) OVER () AS total_cohort_sum,
            SUM(rest_sum) OVER () AS total_rest_sum,
            ROW_NUMBER() OVER (ORDER BY cohort_magnitude DESC, feature) AS driver_place
        FROM by_unit WHERE unit_place = 1
    )
    SELECT unit, feature, cohort_count, cohort_sum, cohort_magnitude, cohort_variance,
        rest_count, rest_sum, rest_variance, cohort_decisions, rest_decisions, all_cohort_decisions,
        all_rest_decisions, unexplained_cohort, unexplained_rest,
        total_cohort_magnitude, total_rest_magnitude, total_cohort_sum, total_rest_sum
    FROM ranked WHERE driver_place <= :limit
    ORDER BY driver_place
"""

_DECISION = """
    SELECT decision_id, "timestamp", score, outcome, model_version, base_value, ingested_at,
        CAST(features AS json) AS features, CAST(attributions AS json) AS attributions
    FROM {decisions}
    WHERE decision_id = :decision_id AND "timestamp" = :at
"""


def drivers(question: DriverQuestion) -> Statement:
    """Return the statement that compares a cohort with the other decisions of its range, feature by feature.

    The rows are the most important features of the commonest unit of the cohort; each repeats the counts and totals.
    The first row always exists if there are decisions in the range.
    """
    cohort = question.compared
    return sql(
        _DRIVERS,
        decisions=table(DataType.DECISIONS),
        of_cohort=flagged({"is_member": _is_member(cohort)}),
        start=cohort.start,
        end=cohort.end,
        as_of=_as_of(cohort.as_of),
        tolerance=TOLERANCE,
        probability=Unit.PROBABILITY,
        log_odds=Unit.LOG_ODDS,
        unknown=Unit.UNKNOWN,
        limit=question.limit,
    )


def decision(decision_id: str, at: datetime) -> Statement:
    """Return the statement that reads what an explanation needs of a decision, by its id and its time."""
    return sql(_DECISION, decisions=table(DataType.DECISIONS), decision_id=decision_id, at=at)


def _is_member(cohort: CohortId) -> Statement:
    column = identifier(cohort.dimension)
    if cohort.value is None:
        return sql("{column} IS NULL", column=column)
    return sql("{column} = :value", column=column, value=cohort.value)


def _as_of(moment: datetime | None) -> Statement:
    return EMPTY if moment is None else sql('\n    AND "timestamp" <= :moment', moment=moment)
