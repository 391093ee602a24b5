"""The statement of the results of an experiment: counts by variant, and sums over units by variant."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from shared.athena.sql import Statement, join, sql, table
from shared.currency.conversion import Days, convert, with_rates
from shared.decisions.configuration import CostParameters
from shared.experiments.metrics import UnitMetric
from shared.experiments.vocabulary import ExperimentUnit
from shared.fraud.planner import whole
from shared.fraud.queries import counts
from shared.fraud.queries.facts import facts
from shared.fraud.queries.parts import statement
from shared.fraud.question import FraudQuestion
from shared.metrics.queries.fragments import DAY, day, in_intervals
from shared.metrics.split import LAST_MOMENT
from shared.records.schema import DataType
from shared.runtime.numbers import EXACT


class ArmsPart(StrEnum):
    """A part of the statement."""

    COUNTS = "counts"
    UNITS = "units"
    UNASSIGNED = "unassigned"


_UNIT = {
    ExperimentUnit.CUSTOMER: sql(
        "CASE WHEN customer_id IS NULL THEN concat('decision ', decision_id) ELSE concat('customer ', customer_id) END"
    ),
    ExperimentUnit.DECISION: sql("decision_id"),
}

_ASSIGNED = """
    SELECT *, {unit} AS unit FROM ({facts}) WHERE variant_id IN (:variants)
"""
# A unit with several variants would count on both sides of the comparison.
_UNCROSSED = """
    SELECT * FROM (
        SELECT *, MIN(variant_id) OVER (PARTITION BY unit) AS first_variant,
            MAX(variant_id) OVER (PARTITION BY unit) AS last_variant
        FROM ({assigned})
    ) WHERE first_variant = last_variant
"""
_UNITS = """
    WITH decided AS (
        SELECT unit, variant_id, outcome, truth, charged_back, currency, amount, {day} AS dt,
            moment <= :mature_until AS is_mature
        FROM ({assigned})
    ), rated AS (
        {rated}
    ), judged AS (
        SELECT unit, variant_id, outcome, charged_back, COALESCE(CAST({amount} AS double), 0) AS worth,
            CASE WHEN NOT is_mature THEN 'young'
                WHEN outcome = 'approve' AND truth = 'fraud' THEN 'fn' WHEN outcome = 'approve' THEN 'tn'
                WHEN truth = 'fraud' THEN 'tp' WHEN truth = 'legitimate' THEN 'fp' ELSE 'unverified' END AS cell
        FROM rated
    ), measured AS (
        SELECT unit, MIN(variant_id) AS first_variant, MAX(variant_id) AS last_variant,
            CAST(COUNT(*) AS double) AS decisions, {numbers},
            CASE WHEN SUM(CASE WHEN cell = 'young' THEN 0 ELSE 1 END) > 0 THEN 1e0 ELSE 0e0 END AS matured,
            SUM(CASE WHEN cell = 'young' THEN 0e0 ELSE CAST(charged_back AS double) END) AS charged_back,
            SUM(CASE WHEN cell = 'tp' THEN worth ELSE 0e0 END) AS tp_amount,
            SUM(CASE WHEN cell = 'fn' THEN worth ELSE 0e0 END) AS fn_amount,
            SUM(CASE WHEN cell <> 'fp' THEN 0e0 WHEN outcome = 'decline' THEN worth * CAST(:declined AS double)
                ELSE worth * CAST(:reviewed AS double) + CAST(:review_cost AS double) END) AS fp_cost
        FROM judged GROUP BY unit
    ), placed AS (
        SELECT *, CASE WHEN first_variant = last_variant THEN first_variant END AS variant FROM measured
    )
    SELECT variant AS value, number, place, sum
    FROM (SELECT variant, COUNT(*) AS number, ARRAY[{sums}] AS sums FROM placed GROUP BY variant)
        CROSS JOIN UNNEST(sums) WITH ORDINALITY AS measured_sums (sum, place)
"""
_UNASSIGNED = """
    SELECT COUNT(*) AS number FROM {decisions}
    WHERE "timestamp" <= :as_of AND {intervals} AND experiment_id = :experiment
        AND (variant_id IS NULL OR variant_id NOT IN (:variants))
"""
_NUMBER = "CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS double) AS {name}"
_NUMBERS = join(
    ", ",
    (
        sql(_NUMBER, condition=condition, name=name)
        for condition, name in (
            (sql("outcome = 'approve'"), sql("approved")),
            (sql("outcome = 'review'"), sql("reviewed")),
            (sql("outcome = 'decline'"), sql("declined")),
            (sql("cell = 'tp'"), sql("tp")),
            (sql("cell = 'fp'"), sql("fp")),
            (sql("cell = 'fn'"), sql("fn")),
            (sql("cell = 'tn'"), sql("tn")),
            (sql("cell = 'unverified'"), sql("unverified")),
        )
    ),
)


@dataclass(frozen=True, kw_only=True)
class ArmsQuery:
    """Asks about the variants of an experiment.

    Attributes:
        question: the decisions; it names the experiment.
        variants: the ids of the variants.
        unit: what is assigned as a whole.
        metrics: of what sums over units are asked for.
        costs: what mistakes cost.
        currency: the reporting currency.
        has_labels: whether labels are published.
    """

    question: FraudQuestion
    variants: Sequence[str]
    unit: ExperimentUnit
    metrics: Sequence[UnitMetric]
    costs: CostParameters
    currency: str
    has_labels: bool

    @property
    def statement(self) -> Statement:
        """The whole as one statement."""
        return statement(
            [
                (ArmsPart.COUNTS, counts.COLUMNS, self._counts()),
                (ArmsPart.UNITS, ("value", "number", "place", "sum"), self._units()),
                (ArmsPart.UNASSIGNED, ("number",), self._unassigned()),
            ]
        )

    def _assigned(self) -> Statement:
        of_base = facts(self.question, [whole(self.question)], has_labels=self.has_labels)
        return sql(_ASSIGNED, unit=_UNIT[self.unit], facts=of_base, variants=self.variants)

    def _counts(self) -> Statement:
        uncrossed = sql(_UNCROSSED, assigned=self._assigned())
        return counts.counts_of(
            counts.rows_of_base(sql("variant_id"), uncrossed), self.question, currency=self.currency
        )

    def _units(self) -> Statement:
        return sql(
            _UNITS,
            day=DAY,
            mature_until=self.question.mature_until,
            assigned=self._assigned(),
            rated=with_rates("decided", self.currency, days=self._days()),
            amount=convert("amount"),
            numbers=_NUMBERS,
            declined=EXACT.multiply(self.costs.margin_rate, self.costs.lost_share.decline),
            reviewed=EXACT.multiply(self.costs.margin_rate, self.costs.lost_share.review),
            review_cost=self.costs.review_cost,
            sums=join(", ", chain.from_iterable(map(_sums, self.metrics))),
        )

    def _unassigned(self) -> Statement:
        return sql(
            _UNASSIGNED,
            decisions=table(DataType.DECISIONS),
            as_of=self.question.as_of,
            intervals=in_intervals(sql('"timestamp"'), [whole(self.question)]),
            experiment=self.question.experiment_id or "",
            variants=self.variants,
        )

    def _days(self) -> Days:
        asked = whole(self.question)
        return Days(day(asked.start), day(max(asked.start, asked.end - LAST_MOMENT)))


def _sums(metric: UnitMetric) -> Iterator[Statement]:
    """Yield the fields of `UnitSums`, in their order."""
    x, y = metric.x, metric.y
    units = sql("matured") if metric.needs_labels else sql("1e0")
    for each in (units, x, y, _product(x, x), _product(x, y), _product(y, y), metric.hits, metric.misses):
        yield sql("SUM({each})", each=each)


def _product(first: Statement, second: Statement) -> Statement:
    return sql("{first} * {second}", first=first, second=second)
