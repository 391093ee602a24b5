"""The SQL about customers: Athena sums lines by customer and writes one object or more for each slice of them.

A slice is a uniform sample of the customers, chosen by a hash of their ids. Every value of a row is text or a whole
number, so that JSON carries it exactly.
"""

from datetime import UTC, date, datetime, timedelta

from shared.athena.literals import DayText
from shared.athena.sql import Statement, sql, table, unload
from shared.currency.conversion import convert, with_rates
from shared.customers.facts import ONE_DAY, HistoryPeriod
from shared.records.schema import DataType
from shared.sales.lines import CATEGORY, NET_AMOUNT, categorised_lines

RECENT_DAYS, LATELY_DAYS = 90, 30
"""In days: the recent period, which retention compares with an equal period before it, and a shorter one."""

SLICE = "slice"
"""The column by whose value rows are written to different places."""

_SPAN = """
    SELECT MIN("timestamp") AS first, MAX("timestamp") AS last, COUNT(DISTINCT customer_id) AS customers
    FROM {transactions}
    WHERE status = 'completed' AND customer_id IS NOT NULL AND quantity > 0 AND "timestamp" < :before
"""
_LINES = """
    SELECT customer_id, order_id, product_id, {category} AS product_category, channel, region, quantity,
        "timestamp" AS moment, currency, CAST(CAST("timestamp" AS date) AS varchar) AS dt, {net_amount} AS net_amount
    FROM {lines}
    WHERE status = 'completed' AND customer_id IS NOT NULL AND "timestamp" < :end
"""
_FACTS = """
    lines AS (
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
            COUNT(DISTINCT CASE WHEN placed < :seen_until THEN date_trunc('day', placed) END)
                AS seen_purchase_days,
            MAX(placed) FILTER (WHERE placed < :seen_until) AS seen_last_purchase,
            COUNT(*) FILTER (WHERE placed >= :lately) AS orders_last_30d,
            COUNT(*) FILTER (WHERE placed >= :recent) AS orders_last_90d,
            COUNT(*) FILTER (WHERE placed >= :before AND placed < :recent)
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
    ), facts AS (
        SELECT o.customer_id, o.orders, o.paid_orders, o.first_purchase, o.last_purchase, o.purchase_days,
            o.seen_purchase_days, o.seen_last_purchase, o.orders_last_30d, o.orders_last_90d, o.orders_90d_before,
            o.net_amount, o.revenue_last_90d, l.units_bought, l.units_returned, l.distinct_products, l.active_days,
            o.excluded_records
        FROM by_order o JOIN by_line l ON o.customer_id = l.customer_id
    )
"""
_PREFERENCES = """
    bought AS (
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
    ), preferences AS (
        SELECT customer_id,
            MAX(value) FILTER (WHERE kind = 'category' AND place = 1) AS category_1,
            MAX(value) FILTER (WHERE kind = 'category' AND place = 2) AS category_2,
            MAX(value) FILTER (WHERE kind = 'category' AND place = 3) AS category_3,
            MAX(weight) FILTER (WHERE kind = 'category' AND place = 1) AS weight_1,
            MAX(weight) FILTER (WHERE kind = 'category' AND place = 2) AS weight_2,
            MAX(weight) FILTER (WHERE kind = 'category' AND place = 3) AS weight_3,
            MAX(whole) FILTER (WHERE kind = 'category') AS weight_of_all,
            MAX(value) FILTER (WHERE kind = 'channel' AND place = 1) AS channel,
            MAX(value) FILTER (WHERE kind = 'region' AND place = 1) AS region,
            MAX(value) FILTER (WHERE kind = 'hour' AND place = 1) AS hour
        FROM ranked
        WHERE place <= 3
        GROUP BY customer_id
    )
"""
_ROWS = """
    WITH {facts}, {preferences}
    SELECT f.customer_id, f.orders, f.paid_orders, CAST(f.first_purchase AS varchar) AS first_purchase,
        CAST(f.last_purchase AS varchar) AS last_purchase, f.purchase_days, f.seen_purchase_days,
        CAST(f.seen_last_purchase AS varchar) AS seen_last_purchase, f.orders_last_30d, f.orders_last_90d,
        f.orders_90d_before, CAST(f.net_amount AS varchar) AS net_amount,
        CAST(f.revenue_last_90d AS varchar) AS revenue_last_90d, CAST(f.units_bought AS varchar) AS units_bought,
        CAST(f.units_returned AS varchar) AS units_returned, f.distinct_products, f.active_days,
        CAST(f.excluded_records AS bigint) AS excluded_records, p.category_1, p.category_2, p.category_3,
        CAST(p.weight_1 AS varchar) AS weight_1, CAST(p.weight_2 AS varchar) AS weight_2,
        CAST(p.weight_3 AS varchar) AS weight_3, CAST(p.weight_of_all AS varchar) AS weight_of_all,
        p.channel, p.region, p.hour,
        CAST(from_base(substr(to_hex(md5(to_utf8(f.customer_id))), 1, 8), 16) % :slices AS integer) AS slice
    FROM facts f LEFT JOIN preferences p ON f.customer_id = p.customer_id
"""
_BOUNDARIES = """
    WITH {facts}, whole AS (
        SELECT COUNT(*) AS customers FROM facts
    ), counted AS (
        SELECT 'frequency' AS measure, CAST(orders AS decimal(38, 10)) AS value, COUNT(*) AS customers
        FROM facts GROUP BY orders
        UNION ALL
        SELECT 'monetary' AS measure, CAST(net_amount AS decimal(38, 10)) AS value, COUNT(*) AS customers
        FROM facts GROUP BY net_amount
        UNION ALL
        SELECT 'recency' AS measure, CAST(days AS decimal(38, 10)) AS value, COUNT(*) AS customers
        FROM (SELECT date_diff('day', CAST(last_purchase AS date), :last_day) AS days FROM facts)
        GROUP BY days
    ), ranked AS (
        SELECT measure, value, SUM(customers) OVER (PARTITION BY measure ORDER BY value) AS reached FROM counted
    )
    SELECT measure,
        MIN(value) FILTER (WHERE 5 * reached >= customers) AS first,
        MIN(value) FILTER (WHERE 5 * reached >= 2 * customers) AS second,
        MIN(value) FILTER (WHERE 5 * reached >= 3 * customers) AS third,
        MIN(value) FILTER (WHERE 5 * reached >= 4 * customers) AS fourth
    FROM ranked CROSS JOIN whole
    GROUP BY measure
"""


def span(before: datetime) -> Statement:
    """Find the first and the last purchase before a moment, and the number of known customers who made one."""
    return sql(_SPAN, transactions=table(DataType.TRANSACTIONS), before=before)


def customer_rows(period: HistoryPeriod, currency: str, *, before: datetime, slices: int, location: str) -> Statement:
    """Write a row for each customer, with the facts and the preferences, below the location, by slice.

    The customers are those whom `span` counts, since both read the lines before the same moment. Amounts are converted
    to `currency` at the rate of each line's day. Preferences that tie are in alphabetical order.
    """
    rows = sql(_ROWS, facts=_facts(period, currency, before), preferences=sql(_PREFERENCES), slices=slices)
    return unload(rows, location, by=SLICE)


def boundaries(period: HistoryPeriod, currency: str, *, before: datetime) -> Statement:
    """Find, for each measure, the values at or below which a fifth, two, three and four fifths of all customers are.

    Recency is the number of days from the last purchase to the last day.
    """
    return sql(_BOUNDARIES, facts=_facts(period, currency, before), last_day=period.last_day)


def _facts(period: HistoryPeriod, currency: str, before: datetime) -> Statement:
    recent = _midnight(period.back(RECENT_DAYS))
    return sql(
        _FACTS,
        lines=_lines(period, before),
        rates=with_rates("currencies", currency),
        net_amount=convert("net_amount"),
        recent_day=DayText(period.back(RECENT_DAYS)),
        seen_until=_midnight(period.calibration_end + ONE_DAY),
        lately=_midnight(period.back(LATELY_DAYS)),
        recent=recent,
        before=recent - timedelta(days=RECENT_DAYS),
    )


def _lines(period: HistoryPeriod, before: datetime) -> Statement:
    end = min(_midnight(period.last_day + ONE_DAY), before)
    return sql(_LINES, category=CATEGORY, net_amount=NET_AMOUNT, lines=categorised_lines(), end=end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
