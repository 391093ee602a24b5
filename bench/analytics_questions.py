"""The questions that are measured over the year: as clients ask them, by hand in DuckDB, and as Cube is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bench.year import DAYS, START

Read = Mapping[str, str]
"""How DuckDB reads a table's files, by its name."""

_GRANULARITY = {"hour": "hourly", "day": "daily"}
_ROLLED_SALES = """
    WITH daily AS (
        SELECT date_trunc('{unit}', {moment}) AS bucket, strftime({moment}, '%Y-%m-%d') AS dt, currency,
            SUM(net_amount) AS net
        FROM {table} WHERE {rolled_where} GROUP BY ALL
    )
    SELECT bucket, SUM(net * CASE WHEN daily.currency = 'USD' THEN 1 ELSE known.rate END)
    FROM daily ASOF LEFT JOIN {exchange_rates} AS known
        ON known.currency = daily.currency AND daily.dt >= known.valid_from
    GROUP BY bucket
"""
_RAW_SALES = """
    WITH daily AS (
        SELECT date_trunc('{unit}', "timestamp") AS bucket, dt, currency,
            SUM(quantity * unit_price - sign(quantity) * discount) AS net
        FROM {transactions} WHERE status = 'completed' AND {raw_where} GROUP BY ALL
    )
    SELECT bucket, SUM(net * CASE WHEN daily.currency = 'USD' THEN 1 ELSE known.rate END)
    FROM daily ASOF LEFT JOIN {exchange_rates} AS known
        ON known.currency = daily.currency AND daily.dt >= known.valid_from
    GROUP BY bucket
"""
_ORDER_VALUE = """
    WITH daily AS (
        SELECT date_trunc('day', "timestamp") AS bucket, order_id, currency, dt,
            SUM(quantity * unit_price - sign(quantity) * discount) AS net
        FROM {transactions} WHERE status = 'completed' GROUP BY ALL
    ), orders AS (
        SELECT bucket, order_id, SUM(net * CASE WHEN daily.currency = 'USD' THEN 1 ELSE known.rate END) AS net
        FROM daily ASOF LEFT JOIN {exchange_rates} AS known
            ON known.currency = daily.currency AND daily.dt >= known.valid_from
        GROUP BY bucket, order_id
    ), once AS (
        SELECT * FROM orders
        UNION ALL
        SELECT NULL AS bucket, order_id, SUM(net) AS net FROM orders GROUP BY order_id
    )
    SELECT bucket, SUM(net) / COUNT(*) FILTER (WHERE net > 0) FROM once GROUP BY bucket
"""
_CUSTOMERS = "SELECT dt, COUNT(DISTINCT customer_id) FROM {} WHERE {} GROUP BY GROUPING SETS ((dt), ())"
_SESSIONS = """
    WITH sessions AS (SELECT session_id, MIN({}) AS begun, SUM({}) AS bought FROM {} GROUP BY session_id)
    SELECT date_trunc('day', begun), COUNT(*) FILTER (WHERE bought > 0) / COUNT(*) FROM sessions GROUP BY ALL
"""
_STOCK = """
    WITH levels AS (
        SELECT product_id, location, dt, {} AS moment, {} AS quantity FROM {} GROUP BY ALL
    ), changes AS (
        SELECT dt, quantity - COALESCE(
            LAG(quantity) OVER (PARTITION BY product_id, location ORDER BY moment), 0) AS change FROM levels
    ), together AS (SELECT dt, SUM(change) AS change FROM changes GROUP BY dt)
    SELECT dt, SUM(change) OVER (ORDER BY dt) FROM together
"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question: its parameters, the roll-up and base it may be answered from, and the same in SQL and for Cube."""

    name: str
    parameters: Mapping[str, Sequence[str]]
    rollup: str | None
    base: str
    rolled_sql: str
    raw_sql: str
    cube: Mapping[str, Any] | None = None


def questions() -> list[Asked]:
    """All of them, each over the whole year."""
    return [
        *_sales_questions(),
        Asked(
            name="order value, daily",
            parameters=_asked("average_order_value"),
            rollup=None,
            base="transactions",
            rolled_sql="",
            raw_sql=_ORDER_VALUE,
            cube=_cube("Orders", "moment", ["net", "orders"]),
        ),
        Asked(
            name="customers, daily",
            parameters=_asked("customers"),
            rollup="sales_daily_by_customer",
            base="transactions",
            rolled_sql=_CUSTOMERS.format("{sales_daily_by_customer}", "bought_lines > 0"),
            raw_sql=_CUSTOMERS.format("{transactions}", "status = 'completed' AND quantity > 0"),
            cube=_cube("Lines", "moment", ["customers"]),
        ),
        Asked(
            name="conversion, daily",
            parameters=_asked("conversion"),
            rollup="sessions_daily",
            base="events",
            rolled_sql=_SESSIONS.format("first_moment", "purchases", "{sessions_daily}"),
            raw_sql=_SESSIONS.format('"timestamp"', "CASE event_type WHEN 'purchase' THEN 1 ELSE 0 END", "{events}"),
            cube=_cube("Sessions", "begun", ["sessions", "purchasing"]),
        ),
        Asked(
            name="stock, daily",
            parameters=_asked("inventory"),
            rollup="inventory_daily",
            base="inventory",
            rolled_sql=_STOCK.format("MAX(moment)", "ARG_MAX(quantity_on_hand, moment)", "{inventory_daily}"),
            raw_sql=_STOCK.format('MAX("timestamp")', 'ARG_MAX(quantity_on_hand, "timestamp")', "{inventory}"),
        ),
    ]


def _sales_questions() -> list[Asked]:
    one = {"filters[region][]": ["Germany"]}
    two = one | {"filters[channel][]": ["web", "app"]}
    both = "region = 'Germany' AND channel IN ('web', 'app')"
    return [
        _sales("revenue, daily", "day", {}, "sales_hourly_by_one", "dimension = 'none'", "true"),
        _sales(
            "revenue, hourly, one region",
            "hour",
            one,
            "sales_hourly_by_one",
            "dimension = 'region' AND value = 'Germany'",
            "region = 'Germany'",
        ),
        _sales("revenue, daily, region and channels", "day", two, "sales_daily", both, both),
    ]


def _sales(  # noqa: PLR0913, PLR0917 # one line each above
    name: str, unit: str, filters: Mapping[str, Sequence[str]], rollup: str, rolled_where: str, raw_where: str
) -> Asked:
    moment = "CAST(dt AS timestamp)" if rollup == "sales_daily" else "hour"
    given = {
        "unit": unit,
        "table": f"{{{rollup}}}",
        "rolled_where": rolled_where,
        "raw_where": raw_where,
        "moment": moment,
    }
    tables = {each: f"{{{each}}}" for each in ("transactions", "exchange_rates")}
    return Asked(
        name=name,
        parameters=_asked("revenue", _GRANULARITY[unit], filters),
        rollup=rollup,
        base="transactions",
        rolled_sql=_ROLLED_SALES.format(**given, **tables),
        raw_sql=_RAW_SALES.format(**given, **tables),
        cube=_cube("Lines", "moment", ["net", "lines"], unit, filters),
    )


def _asked(
    metric: str, granularity: str = "daily", filters: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Sequence[str]]:
    return {
        "metric_type": [metric],
        "granularity": [granularity],
        "time_range[start]": [START.isoformat()],
        "time_range[end]": [(START + timedelta(days=DAYS)).isoformat()],
        **(filters or {}),
    }


def _cube(
    cube: str,
    moment: str,
    measures: Sequence[str],
    unit: str = "day",
    filters: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    days = [START.date().isoformat(), (START + timedelta(days=DAYS - 1)).date().isoformat()]
    dimensions = {name.removeprefix("filters[").partition("]")[0]: values for name, values in (filters or {}).items()}
    return {
        "measures": [f"{cube}.{measure}" for measure in measures],
        "timeDimensions": [{"dimension": f"{cube}.{moment}", "granularity": unit, "dateRange": days}],
        "filters": [
            {"member": f"{cube}.{name}", "operator": "equals", "values": values} for name, values in dimensions.items()
        ],
        "timezone": "UTC",
    }
