"""Counts and amounts of decisions by step, cohort and maturity, from a roll-up and the base."""

from collections.abc import Iterator

from shared.athena.sql import EMPTY, Statement, identifier, join, sql, table, union_all
from shared.currency.conversion import Days, convert, with_rates
from shared.fraud.planner import FACES, Reading
from shared.fraud.queries.facts import facts
from shared.fraud.queries.parts import pack, pack_groups
from shared.fraud.question import FraudQuestion, LabelKind
from shared.fraud.steps import MONDAY
from shared.lake.catalog.rollup_tables import LABEL_DELAYS_BY_ONE, NO_DIMENSION
from shared.metrics.facts import Grain
from shared.metrics.queries.fragments import DAY, day, in_days, in_hours
from shared.metrics.split import LAST_MOMENT

COLUMNS = (
    *("bucket", "value", "is_mature", "is_young", "is_young_for_chargebacks", "packed", "measures"),
    *("first_decided", "last_decided", "last_labelled"),
)
"""Packed are outcome, label, number and amount of the decisions that have both; the measures are `MEASURES`."""

MEASURES = ("charged_back", "revised", "after_horizon", "excluded")
_CELL = ("outcome", "truth", "decisions", "amount")

_STATEMENT = """
    WITH decided AS (
        {rows}
    ), bucketed AS (
        SELECT *, {bucket} AS bucket, moment <= :mature_until AS is_mature,
            {young} AS is_young, {young_for_chargebacks} AS is_young_for_chargebacks
        FROM decided {where}
    ), daily AS (
        SELECT bucket, value, is_mature, is_young, is_young_for_chargebacks, outcome, truth, currency, {day} AS dt,
            SUM(decisions) AS decisions, SUM(priced) AS priced, SUM(amount) AS amount,
            SUM(charged_back) AS charged_back, SUM(revised) AS revised, SUM(after_horizon) AS after_horizon,
            MIN(first_decided) AS first_decided, MAX(last_decided) AS last_decided, MAX(last_labelled) AS last_labelled
        FROM bucketed
        GROUP BY bucket, value, is_mature, is_young, is_young_for_chargebacks, outcome, truth, currency,
            CAST(moment AS date)
    ), rated AS (
        {rated}
    ), cells AS (
        SELECT bucket, value, is_mature, is_young, is_young_for_chargebacks, outcome, truth,
            SUM(decisions) AS decisions, COALESCE(SUM({amount}), 0) AS amount, SUM(charged_back) AS charged_back,
            SUM(revised) AS revised, SUM(after_horizon) AS after_horizon,
            SUM(CASE WHEN rate IS NULL THEN decisions ELSE decisions - priced END) AS excluded,
            MIN(first_decided) AS first_decided, MAX(last_decided) AS last_decided, MAX(last_labelled) AS last_labelled
        FROM rated GROUP BY bucket, value, is_mature, is_young, is_young_for_chargebacks, outcome, truth
    )
    SELECT bucket, value, is_mature, is_young, is_young_for_chargebacks, {packed} AS packed, {measures} AS measures,
        MIN(first_decided) AS first_decided, MAX(last_decided) AS last_decided, MAX(last_labelled) AS last_labelled
    FROM cells GROUP BY bucket, value, is_mature, is_young, is_young_for_chargebacks
"""
_OF_ROLLUP = """
    SELECT {moment} AS moment, value, outcome, truth, currency, decisions, priced, amount, charged_back, revised,
        CAST(0 AS bigint) AS after_horizon, first_decided, last_decided, last_labelled
    FROM {rollup} WHERE dimension = :dimension AND {units}
"""
_DELAYS = """
    SELECT hour AS moment, value, 'approve' AS outcome, 'none' AS truth, CAST(NULL AS varchar) AS currency,
        CAST(0 AS bigint) AS decisions, CAST(0 AS bigint) AS priced, CAST(0 AS decimal(38, 10)) AS amount,
        CAST(0 AS bigint) AS charged_back, CAST(0 AS bigint) AS revised, labels AS after_horizon,
        CAST(NULL AS timestamp) AS first_decided, CAST(NULL AS timestamp) AS last_decided,
        CAST(NULL AS timestamp) AS last_labelled
    FROM {delays} WHERE dimension = :dimension AND CAST(delay AS bigint) > :horizon AND {units}
"""
_OF_BASE = """
    SELECT moment, {value} AS value, outcome, truth, currency, CAST(1 AS bigint) AS decisions,
        CASE WHEN amount IS NULL THEN 0 ELSE 1 END AS priced, CAST(COALESCE(amount, 0) AS decimal(38, 10)) AS amount,
        charged_back, revised, after_horizon, moment AS first_decided, moment AS last_decided, last_labelled
    FROM ({facts})
"""
_BUCKET = """
    date_add('second', -mod(date_diff('second', :monday, moment), :seconds),
        date_trunc('second', moment))
"""


def counts(question: FraudQuestion, reading: Reading, *, currency: str, has_labels: bool) -> Statement:
    """Return the counts of a question, by step and cohort, apart for mature decisions and for too young ones.

    Args:
        question: what is asked.
        reading: what is read from where.
        currency: the reporting currency.
        has_labels: whether labels are published.
    """
    return counts_of(union_all(_rows(question, reading, has_labels=has_labels)), question, currency=currency)


def counts_of(rows: Statement, question: FraudQuestion, *, currency: str) -> Statement:
    """Return the counts of rows as `rows_of_base` has them."""
    return sql(
        _STATEMENT,
        rows=rows,
        bucket=_bucket(question),
        mature_until=question.mature_until,
        young=_is_young(question, LabelKind.FRAUD),
        young_for_chargebacks=_is_young(question, LabelKind.CHARGEBACK),
        where=_where(question),
        day=DAY,
        rated=with_rates("daily", currency, days=_days(question)),
        amount=convert("amount"),
        packed=pack_groups(map(identifier, _CELL)),
        measures=pack(sql("SUM({measure})", measure=identifier(measure)) for measure in MEASURES),
    )


def _rows(question: FraudQuestion, reading: Reading, *, has_labels: bool) -> Iterator[Statement]:
    if reading.grain is not None and reading.parts.rollup:
        daily = reading.grain is Grain.DAY
        face = question.dimension or NO_DIMENSION
        yield sql(
            _OF_ROLLUP,
            moment=sql("CAST(dt AS timestamp)") if daily else sql("hour"),
            rollup=table(FACES[reading.grain].name),
            dimension=face,
            units=in_days(reading.parts.rollup) if daily else in_hours(reading.parts.rollup),
        )
        yield sql(
            _DELAYS,
            delays=table(LABEL_DELAYS_BY_ONE.name),
            dimension=face,
            horizon=question.horizon.days,
            units=in_hours(reading.parts.rollup),
        )
    if reading.parts.base:
        of_base = facts(question, reading.parts.base, has_labels=has_labels)
        value = sql("CAST(NULL AS varchar)") if question.dimension is None else identifier(question.dimension)
        yield rows_of_base(value, of_base)


def rows_of_base(value: Statement, decisions: Statement) -> Statement:
    """Return decisions with the columns of `facts` as rows to count; `value` is the cohort that each belongs to."""
    return sql(_OF_BASE, value=value, facts=decisions)


def _is_young(question: FraudQuestion, kind: LabelKind) -> Statement:
    since = question.young_since.get(kind)
    return sql("1 = 0") if since is None else sql("moment > :since", since=since)


def _bucket(question: FraudQuestion) -> Statement:
    step = question.span.step
    if step is None:
        return sql("CAST(NULL AS timestamp)")
    return sql(_BUCKET, monday=MONDAY, seconds=int(step.total_seconds()))


def _where(question: FraudQuestion) -> Statement:
    named = [value for value in question.values if value is not None]
    conditions = [sql("value IN (:named)", named=named)] if named else []
    if None in question.values:
        conditions.append(sql("value IS NULL"))
    return sql("WHERE {any}", any=join(" OR ", conditions)) if conditions else EMPTY


def _days(question: FraudQuestion) -> Days:
    return Days(day(question.span.start), day(max(question.span.start, question.until - LAST_MOMENT)))
