"""The SQL of sale lines: their amounts and their category, the same in every query of the base table.

`shared.lake.rollups.sale_lines` computes the same with Arrow, for roll-ups.
"""

from shared.athena.sql import Statement, sql, table
from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES
from shared.records.schema import DataType

_SIGNED = """
    CASE WHEN quantity < 0 THEN -ABS(COALESCE({amount}, 0)) WHEN quantity > 0 THEN ABS(COALESCE({amount}, 0)) ELSE 0 END
"""
_CATEGORISED = """
    {transactions} LEFT JOIN (
        SELECT product_id AS known_product, valid_from AS known_from, valid_before AS known_before,
            category AS known_category
        FROM {product_categories}
    ) AS known ON product_category IS NULL AND known_product = product_id
        AND "timestamp" >= known_from AND "timestamp" < known_before
"""


def _signed(amount: Statement) -> Statement:
    """Return an amount of a whole line with the sign of its quantity, whichever sign it is written with."""
    return sql(_SIGNED, amount=amount)


NET_AMOUNT = sql(
    "CAST(quantity * unit_price - {discount} AS decimal(38, 10))",
    discount=_signed(sql("discount")),
)
"""The net amount of a line; a discount reduces its magnitude, so a sale and its return sum to zero."""

TAX = sql("CAST({tax} AS decimal(38, 10))", tax=_signed(sql("tax")))
"""The tax on a line, negative for a return."""

SHIPPING = sql("CAST({shipping} AS decimal(38, 10))", shipping=_signed(sql("shipping")))
"""The shipping charged for a line, negative for a return."""

CATEGORY = sql("COALESCE(product_category, known_category)")
"""The category of a line of `categorised_lines`."""

LINES = table(DataType.TRANSACTIONS)
"""The lines, after FROM."""


def categorised_lines() -> Statement:
    """Return the lines, after FROM, with the category that the catalogue had for them as `known_category`.

    It is that of the product version valid at the sale, or of the first version for an earlier sale; it is NULL for
    lines with a category of their own.
    """
    return sql(_CATEGORISED, transactions=LINES, product_categories=table(PRODUCT_CATEGORIES.name))
