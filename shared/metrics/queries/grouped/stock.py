"""Stock levels by the category that products have now: the last record of each product and location in each range."""

from shared.athena.sql import Statement, sql, table, union_all
from shared.metrics.planner import Plan
from shared.metrics.queries.grouped.ranks import CURRENT, label, labelled, of_one_unit
from shared.metrics.queries.rows import RangeKind
from shared.metrics.queries.stock import levels, of_categories
from shared.metrics.question import GroupedQuestion
from shared.records.schema import DataType

_STATEMENT = """
    WITH lines AS (
        {lines}
    ), latest AS (
        SELECT product_id, location, MAX_BY(quantity_on_hand, moment) AS current_quantity,
            MAX_BY(quantity_on_hand, CASE WHEN moment < :start THEN moment END) AS previous_quantity,
            SUM(CASE WHEN moment >= :start THEN records ELSE 0 END) AS current_records,
            SUM(CASE WHEN moment < :start AND moment >= :previous_start
                THEN records ELSE 0 END) AS previous_records
        FROM lines {where} GROUP BY product_id, location
    ), known AS (
        SELECT product_id AS known_product, category FROM {products}
    ), held AS (
        SELECT ranges.period, {label} AS label,
            CASE WHEN ranges.period = :current THEN current_quantity ELSE previous_quantity END AS quantity,
            CASE WHEN ranges.period = :current THEN current_records ELSE previous_records END AS records
        FROM latest LEFT JOIN known ON known_product = product_id
        CROSS JOIN (VALUES (:previous), (:current)) AS ranges (period)
    ), units AS (
        SELECT period, label, SUM(records) AS records, SUM(quantity) AS units, COUNT(*) AS product_locations,
            MIN(quantity) AS lowest_units, MAX(quantity) AS highest_units
        FROM held WHERE quantity IS NOT NULL GROUP BY period, label
    ), labelled AS (
        {labelled}
    )
    SELECT period, label, SUM(records) AS records, SUM(units) AS units, SUM(product_locations) AS product_locations,
        MIN(lowest_units) AS lowest_units, MAX(highest_units) AS highest_units
    FROM labelled GROUP BY period, label
"""
_COLUMNS = ("records", "units", "product_locations", "lowest_units", "highest_units")


def stock(question: GroupedQuestion, plan: Plan) -> Statement:
    """Compute the stock at the end of each range, per group."""
    return sql(
        _STATEMENT,
        lines=union_all(levels(question, plan)),
        start=question.start,
        previous_start=question.previous_start,
        where=of_categories(question),
        products=table(DataType.PRODUCTS),
        label=label("category"),
        previous=RangeKind.PREVIOUS,
        current=CURRENT,
        labelled=labelled(question, _COLUMNS, of_one_unit),
    )
