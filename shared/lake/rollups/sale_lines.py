"""Sale lines as Arrow columns: their amounts and their category, as `shared.sales.lines` has them in SQL."""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import PRODUCT_CATEGORIES
from shared.lake.parquet.columns import AMOUNT
from shared.lake.rollups.schema import schema_of

CATALOGUE_CATEGORY = "catalogue_category"
"""The column of lines with the category that the catalogue has for those without one of their own."""

NO_CATEGORIES = schema_of(PRODUCT_CATEGORIES).empty_table()

_AT_SCALE = pa.decimal128(24, 10)
_ZERO = pa.scalar(0, pa.decimal128(18, 6))


def net_amounts(lines: pa.Table) -> pa.ChunkedArray:
    """Return the net amount of each line: a discount reduces the magnitude of quantity x unit_price."""
    gross = pc.multiply(lines["quantity"], lines["unit_price"])
    return pc.subtract(gross, signed(lines, "discount").cast(_AT_SCALE)).cast(AMOUNT)


def signed(lines: pa.Table, name: str) -> pa.ChunkedArray:
    """Return an amount of whole lines with the sign of their quantity; 0 where it is absent."""
    amounts, quantity = pc.abs(pc.fill_null(lines[name], _ZERO)), lines["quantity"]
    sold = pc.if_else(pc.equal(quantity, pa.scalar(0)), _ZERO, amounts)
    return pc.if_else(pc.less(quantity, pa.scalar(0)), pc.negate(amounts), sold)


def categories_of(lines: pa.Table) -> pa.ChunkedArray:
    """Return the category of each line: its own, else that of the catalogue."""
    own = lines["product_category"]
    return pc.coalesce(own, lines[CATALOGUE_CATEGORY]) if CATALOGUE_CATEGORY in lines.column_names else own


def with_catalogue_categories(lines: pa.Table, categories: pa.Table) -> pa.Table:
    """Append `CATALOGUE_CATEGORY`: the category of the product at the time of each line; null if the line has its own.

    Args:
        lines: sale lines with `product_id`, `product_category` and `timestamp`.
        categories: the rows of `PRODUCT_CATEGORIES`.
    """
    products = pc.unique(categories["product_id"])
    wanted = pc.and_(pc.is_null(lines["product_category"]), pc.is_in(lines["product_id"], value_set=products))
    column = pa.nulls(len(lines), pa.string())
    if pc.any(wanted).as_py():
        found = _intervals_of(lines.select(["product_id", "timestamp"]).filter(wanted), categories, products)
        column = pc.replace_with_mask(
            column, wanted.combine_chunks(), categories["category"].take(found).combine_chunks()
        )
    return lines.append_column(CATALOGUE_CATEGORY, column)


def _intervals_of(lines: pa.Table, categories: pa.Table, products: pa.Array) -> pa.Array:
    """Return the row of the interval that contains each line, whose product has intervals for all of time.

    Intervals and lines are sorted together by product and time, so each line belongs to the interval before it.
    """
    starts, count = categories.select(["product_id", "valid_from"]).rename_columns(lines.column_names), len(categories)
    both = pa.concat_tables([starts, lines])
    number = pa.array(range(len(both)), pa.int64())  # intervals come first, and so they do at equal times
    order = pc.sort_indices(
        pa.table(
            {"product": pc.index_in(both["product_id"], value_set=products), "at": both["timestamp"], "n": number}
        ),
        [("product", "ascending"), ("at", "ascending"), ("n", "ascending")],
    )
    is_line = pc.greater_equal(order, count)
    interval = pc.fill_null_forward(pc.if_else(is_line, None, order.cast(pa.int64())))
    of_lines = interval.filter(is_line)
    return of_lines.take(pc.sort_indices(order.filter(is_line)))
