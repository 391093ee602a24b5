"""Products over the year: the fifty that sell most, with margin, visits, turnover and trend, in one query."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from bench.analytics_lake import forget, patient
from bench.floor import Floor
from bench.measure import Row, above_floor, faster, medians
from bench.year import DAYS, START
from shared.app.wiring import Wiring
from shared.products.parameters import ProductQuery

MOST_ABOVE_FLOOR, CACHED_FASTER, RUNS = 3, 50, 3
_PARTS = """
    WITH daily AS (
        SELECT product_id, dt, currency, SUM(net_amount) AS net, SUM(quantity) AS quantity, SUM(cost_amount) AS cost
        FROM {sales_daily_by_product} GROUP BY ALL
    ), sold AS (
        SELECT product_id, SUM(quantity) AS quantity,
            SUM(net * CASE WHEN daily.currency = 'USD' THEN 1 ELSE known.rate END) AS revenue,
            SUM(cost * CASE WHEN daily.currency = 'USD' THEN 1 ELSE known.rate END) AS cost
        FROM daily ASOF LEFT JOIN {exchange_rates} AS known
            ON known.currency = daily.currency AND daily.dt >= known.valid_from
        GROUP BY product_id
    ), visits AS (
        SELECT product_id, session_id, SUM(views) AS views, SUM(purchases) AS purchases
        FROM {product_sessions_daily} GROUP BY ALL
    ), visited AS (
        SELECT product_id, COUNT(*) FILTER (WHERE views > 0) AS viewed,
            COUNT(*) FILTER (WHERE views > 0 AND purchases > 0) AS bought
        FROM visits GROUP BY product_id
    )
    SELECT product_id, revenue, quantity, revenue - cost, bought / viewed
    FROM sold LEFT JOIN visited USING (product_id) ORDER BY revenue DESC LIMIT 50
"""


def rows(wired: Wiring, floor: Floor) -> Iterator[Row]:
    """Ask for the fifty, cold and remembered; the floor knows no turnover, no trend and no cost by version."""
    query = ProductQuery.read(
        {
            "time_range[start]": [START.isoformat()],
            "time_range[end]": [(START + timedelta(days=DAYS)).isoformat()],
        },
        now=wired.clock(),
    )
    ask: Callable[[], object] = partial(patient(wired, wired.product_reports).report, query.question)
    taken = medians({"ours": ask, "floor": partial(floor.ask, _PARTS)}, runs=RUNS, before=partial(forget, wired))
    ask()
    taken |= medians({"remembered": ask}, runs=RUNS)
    yield above_floor(
        "50 best products: cold",
        taken["ours"],
        ("DuckDB on the roll-ups' Parquet, sales and visits only", taken["floor"]),
        at_most=MOST_ABOVE_FLOOR,
    )
    yield faster("50 best products: remembered", taken["remembered"], ("a miss", taken["ours"]), at_least=CACHED_FASTER)
