"""The SQL about customers: Athena sums lines by customer, so that only the sums are transferred."""

from datetime import UTC, date, datetime, timedelta

from shared.athena.sql import Constant, Statement, sql, table
from shared.currency.conversion import convert, with_rates
from shared.customers.facts import ONE_DAY, HistoryPeriod
from shared.records.schema import DataType

RECENT_DAYS, LATELY_DAYS = 90, 30
"""In days: the recent period, which retention compares with an equal period before it, and a shorter one."""

MOST_CATEGORIES = 3

_SPAN = """
    SELECT MIN("timestamp") AS first, MAX("timestamp") AS last FROM {transactions}
    WHERE status = 'completed' AND customer_id IS NOT NULL AND quantity > 0 AND "timestamp" < CAST(:before AS timestamp)
"""
_LINES = """
    SELECT customer_id, order_id, product_id, product_category, channel, region, quantity, "timestamp" AS moment,
        currency, CAST(CAST("timestamp" AS date) AS varchar) AS dt,
        CAST(quantity * unit_price - discount AS decimal(38, 10)) AS net_amount
    FROM {transactions}
    WHERE status = 'completed' AND customer_id IS NOT NULL AND "timestamp" < CAST(:end AS timestamp)
"""
_FACTS = """
    WITH lines AS (
        {lines}
    ), currencies AS (
        SELECT DISTINCT currency, dt FROM lines
    ), rates AS (
        {rates}
    ), sold AS (
        SELECT customer_id, order_id, currency, dt, COUNT(*) AS lines, SUM(net_amount) AS net_amount,
            MIN(moment) FILTER (WHERE quantity > 0) AS placed
        FROM lines
        GROUP BY customer_id, order_id, currency, dt
    ), rated AS (
        SELECT s.customer_id, s.order_id, s.dt, s.lines, s.placed, {net_amount} AS net_amount
        FROM sold s LEFT JOIN rates r ON s.currency = r.currency AND s.dt = r.dt
    ), orders AS (
        SELECT customer_id, order_id, MIN(placed) AS placed, SUM(net_amount) AS net_amount,
            SUM(net_amount) FILTER (WHERE dt >= :recent_day) AS recent_amount,
            COALESCE(SUM(lines) FILTER (WHERE net_amount IS NULL), 0) AS excluded_records
        FROM rated
        GROUP BY customer_id, order_id
    ), by_order AS (
        SELECT customer_id, COUNT(placed) AS orders, COUNT(*) FILTER (WHERE net_amount > 0) AS paid_orders,
            COALESCE(SUM(net_amount), 0) AS net_amount, COALESCE(SUM(recent_amount), 0) AS revenue_last_90d,
            SUM(excluded_records) AS excluded_records,
            MIN(placed) AS first_purchase, MAX(placed) AS last_purchase,
            COUNT(DISTINCT date_trunc('day', placed)) AS purchase_days,
            COUNT(DISTINCT CASE WHEN placed < CAST(:seen_until AS timestamp) THEN date_trunc('day', placed) END)
                AS seen_purchase_days,
            MAX(placed) FILTER (WHERE placed < CAST(:seen_until AS timestamp)) AS seen_last_purchase,
            COUNT(*) FILTER (WHERE placed >= CAST(:lately AS timestamp)) AS orders_last_30d,
            COUNT(*) FILTER (WHERE placed >= CAST(:recent AS timestamp)) AS orders_last_90d,
            COUNT(*) FILTER (WHERE placed >= CAST(:before AS timestamp) AND placed < CAST(:recent AS timestamp))
                AS orders_90d_before
        FROM orders
        GROUP BY customer_id
        HAVING COUNT(placed) > 0
    ), by_line AS (
        SELECT customer_id,
            COALESCE(SUM(quantity) FILTER (WHERE quantity > 0), 0) AS units_bought,
            COALESCE(-SUM(quantity) FILTER (WHERE quantity < 0), 0) AS units_returned,
            COUNT(DISTINCT product_id) FILTER (WHERE quantity > 0) AS distinct_products,
            COUNT(DISTINCT dt) AS active_days
        FROM lines
        GROUP BY customer_id
    )
    SELECT o.customer_id, o.orders, o.paid_orders, o.first_purchase, o.last_purchase, o.purchase_days,
        o.seen_purchase_days, o.seen_last_purchase, o.orders_last_30d, o.orders_last_90d, o.orders_90d_before,
        o.net_amount, o.revenue_last_90d, l.units_bought, l.units_returned, l.distinct_products, l.active_days,
        o.excluded_records
    FROM by_order o JOIN by_line l ON o.customer_id = l.customer_id
    ORDER BY o.customer_id
"""
_TASTES = """
    WITH lines AS (
        {lines}
    ), bought AS (
        SELECT * FROM lines WHERE quantity > 0
    ), placed AS (
        SELECT customer_id, order_id, MIN(moment) AS moment, MIN(channel) AS channel, MIN(region) AS region
        FROM bought
        GROUP BY customer_id, order_id
    ), told AS (
        SELECT customer_id, 'category' AS kind, product_category AS value, SUM(quantity) AS weight
        FROM bought WHERE product_category IS NOT NULL GROUP BY customer_id, product_category
        UNION ALL
        SELECT customer_id, 'channel' AS kind, channel AS value, CAST(COUNT(*) AS decimal(38, 4)) AS weight
        FROM placed WHERE channel IS NOT NULL GROUP BY customer_id, channel
        UNION ALL
        SELECT customer_id, 'region' AS kind, region AS value, CAST(COUNT(*) AS decimal(38, 4)) AS weight
        FROM placed WHERE region IS NOT NULL GROUP BY customer_id, region
        UNION ALL
        SELECT customer_id, 'hour' AS kind, lpad(CAST(hour(moment) AS varchar), 2, '0') AS value,
            CAST(COUNT(*) AS decimal(38, 4)) AS weight
        FROM placed GROUP BY customer_id, lpad(CAST(hour(moment) AS varchar), 2, '0')
    ), ranked AS (
        SELECT customer_id, kind, value, weight,
            ROW_NUMBER() OVER (PARTITION BY customer_id, kind ORDER BY weight DESC, value) AS place,
            SUM(weight) OVER (PARTITION BY customer_id, kind) AS whole
        FROM told
    )
    SELECT customer_id, kind, value, weight, whole FROM ranked
    WHERE place = 1 OR (kind = 'category' AND place <= :most_categories)
    ORDER BY customer_id, kind, place
"""


def span(before: datetime) -> Statement:
    """Find the first and the last purchase with a known customer before a moment."""
    return sql(_SPAN, transactions=table(DataType.TRANSACTIONS), before=before)


def facts(period: HistoryPeriod, currency: str) -> Statement:
    """Sum the purchases of each customer, converted to `currency` at the rate of each line's day."""
    recent = _midnight(period.back(RECENT_DAYS))
    return sql(
        _FACTS,
        lines=_lines(period),
        rates=with_rates("currencies", currency),
        net_amount=convert("net_amount"),
        recent_day=Constant(period.back(RECENT_DAYS)),
        seen_until=Constant(_midnight(period.calibration_end + ONE_DAY)),
        lately=Constant(_midnight(period.back(LATELY_DAYS))),
        recent=Constant(recent),
        before=Constant(recent - timedelta(days=RECENT_DAYS)),
    )


def preferences(period: HistoryPeriod) -> Statement:
    """Find the preferences of each customer; ties are resolved alphabetically."""
    return sql(_TASTES, lines=_lines(period), most_categories=MOST_CATEGORIES)


def _lines(period: HistoryPeriod) -> Statement:
    return sql(_LINES, transactions=table(DataType.TRANSACTIONS), end=_midnight(period.last_day + ONE_DAY))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
