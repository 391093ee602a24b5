"""What is learned of label delays, and the missed frauds that are young enough for labels to be still on their way.

Delays are learned from all approved decisions aged H to H + 180 days, whatever the question filters.
"""

from datetime import timedelta

from shared.athena.sql import Statement, identifier, sql, table, union_all
from shared.currency.conversion import Days, convert, with_rates
from shared.fraud.planner import MOST_INTERVALS, whole
from shared.fraud.queries.facts import facts
from shared.fraud.queries.parts import pack_groups
from shared.fraud.question import FraudQuestion, LabelKind
from shared.lake.catalog.rollup_tables import FRAUD_CASES
from shared.metrics.facts import Grain
from shared.metrics.queries.fragments import day, in_intervals
from shared.metrics.split import LAST_MOMENT, DirtyDays, Interval, Split, divide
from shared.statistics.label_delays import LEAST_SHARE

CURVE_COLUMNS = ("kind", "number", "place")
MISSED_COLUMNS = ("kind", "packed", "last_labelled")

_LEARNED_FOR = timedelta(days=180)

_LEARNED = """
    SELECT :kind AS kind, date_diff('millisecond', moment, {labelled}) AS age
    FROM mature_cases WHERE {labelled} <= date_add('day', :horizon, moment)
"""
_CURVE = """
    WITH mature_cases AS (
        {cases}
    )
    SELECT kind, COUNT(*) AS number, MIN(CASE WHEN CAST(place AS double) / labels >= :share THEN age END) AS place
    FROM (
        SELECT kind, age, row_number() OVER (PARTITION BY kind ORDER BY age) AS place,
            COUNT(*) OVER (PARTITION BY kind) AS labels
        FROM ({learned})
    )
    GROUP BY kind
"""
_ASKED = """
    SELECT :kind AS kind, date_diff('millisecond', moment, :as_of) AS age,
        currency, CAST(CAST(moment AS date) AS varchar) AS dt, amount, last_labelled
    FROM young_cases WHERE {is_missed}
"""
_MISSED = """
    WITH mature_cases AS (
        {mature}
    ), young_cases AS (
        {young}
    ), events AS (
        SELECT kind, 0 AS is_missed, age, CAST(NULL AS varchar) AS currency, CAST(NULL AS varchar) AS dt,
            CAST(NULL AS decimal(38, 10)) AS amount, CAST(NULL AS timestamp) AS last_labelled
        FROM ({learned})
        UNION ALL
        SELECT kind, 1, age, currency, dt, amount, last_labelled FROM ({asked})
    ), placed AS (
        SELECT kind, is_missed, currency, dt, amount, last_labelled,
            SUM(1 - is_missed) OVER (PARTITION BY kind ORDER BY age, is_missed ROWS UNBOUNDED PRECEDING) AS place
        FROM events
    ), late AS (
        SELECT kind, currency, dt, amount, last_labelled, place FROM placed WHERE is_missed = 1
    ), rated AS (
        {rated}
    )
    SELECT kind, {packed} AS packed, MAX(last_labelled) AS last_labelled
    FROM (
        SELECT kind, place, COUNT(*) AS number, COALESCE(SUM(CAST({amount} AS double)), 0) AS sum,
            COALESCE(SUM(CAST({amount} AS double) * CAST({amount} AS double)), 0) AS squares,
            MAX(last_labelled) AS last_labelled
        FROM rated GROUP BY kind, place
    )
    GROUP BY kind
"""
_OF_ROLLUP = """
    SELECT decided_at AS moment, truth, is_charged_back, fraud_at, chargeback_at, currency, amount, last_labelled
    FROM {cases} WHERE {intervals}
"""
_OF_BASE = """
    SELECT moment, truth, CASE WHEN charged_back = 1 THEN 'yes' ELSE 'no' END AS is_charged_back, fraud_at,
        chargeback_at, currency, CAST(amount AS decimal(38, 10)) AS amount, last_labelled
    FROM ({facts}) WHERE outcome = 'approve' AND fraud_at IS NOT NULL
"""
_FIRST_LABEL = {LabelKind.FRAUD: sql("fraud_at"), LabelKind.CHARGEBACK: sql("chargeback_at")}
_IS_MISSED = {LabelKind.FRAUD: sql("truth = 'fraud'"), LabelKind.CHARGEBACK: sql("is_charged_back = 'yes'")}


def curve(question: FraudQuestion, dirty_days: DirtyDays, *, has_labels: bool) -> Statement:
    """Return by kind the number of learned delays, and in `place` the least age in ms at which F is at least 0.05."""
    return sql(
        _CURVE,
        cases=_mature_cases(question, dirty_days, has_labels=has_labels),
        learned=_learned(question),
        share=LEAST_SHARE,
    )


def missed(question: FraudQuestion, dirty_days: DirtyDays, *, currency: str, has_labels: bool) -> Statement:
    """Return the missed frauds younger than the maturity horizon by kind; those past equally many delays are a group.

    Packed are `place`, the number of delays that are not longer than their age, `number`, that of the frauds, and
    `sum` and `squares`, sums of their amounts and of the squares of these, in the reporting currency.
    """
    young = _young(question)
    asked = (
        sql(_ASKED, kind=kind, as_of=question.as_of, is_missed=is_missed) for kind, is_missed in _IS_MISSED.items()
    )
    asked_days = Days(day(young.start), day(max(young.start, young.end - LAST_MOMENT)))
    return sql(
        _MISSED,
        mature=_mature_cases(question, dirty_days, has_labels=has_labels),
        young=_cases(question, young, dirty_days, has_labels=has_labels),
        learned=_learned(question),
        asked=union_all(asked),
        rated=with_rates("late", currency, days=asked_days),
        amount=convert("amount"),
        packed=pack_groups(map(identifier, ("place", "number", "sum", "squares"))),
    )


def _mature_cases(question: FraudQuestion, dirty_days: DirtyDays, *, has_labels: bool) -> Statement:
    """Return the cases that delays are learned from, whatever their investigation."""
    last = question.mature_until
    learned = Interval(last - _LEARNED_FOR, last + LAST_MOMENT)
    return _cases(question.for_all, learned, dirty_days, has_labels=has_labels)


def _learned(question: FraudQuestion) -> Statement:
    horizon = question.horizon.days
    return union_all(
        sql(_LEARNED, kind=kind, labelled=labelled, horizon=horizon) for kind, labelled in _FIRST_LABEL.items()
    )


def _young(question: FraudQuestion) -> Interval:
    """Return the time of the decisions of the question that are younger than the horizon."""
    asked = whole(question)
    return Interval(min(asked.end, max(asked.start, question.mature_until + LAST_MOMENT)), asked.end)


def _cases(question: FraudQuestion, interval: Interval, days: DirtyDays, *, has_labels: bool) -> Statement:
    """Return the approved decisions of an interval with a label that says fraud."""
    parts, found = _split(question, interval, days), []
    if parts.rollup:
        within = in_intervals(sql("decided_at"), parts.rollup)
        found.append(sql(_OF_ROLLUP, cases=table(FRAUD_CASES.name), intervals=within))
    if parts.base:
        found.append(sql(_OF_BASE, facts=facts(question, parts.base, has_labels=has_labels)))
    return union_all(found)


def _split(question: FraudQuestion, interval: Interval, dirty_days: DirtyDays) -> Split:
    if not question.is_current or question.investigation_id is not None or interval.start >= interval.end:
        return Split((), (interval,))
    return divide(interval, (), Grain.MOMENT, dirty_days, MOST_INTERVALS)
