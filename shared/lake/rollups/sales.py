"""What completed sale lines are rolled up to: by hour and dimensions, by customer, by product."""

from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import (
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_PRODUCT,
    SALES_DIMENSIONS,
    SALES_HOURLY,
    SALES_HOURLY_BY_ONE,
)
from shared.lake.parquet.columns import AMOUNT
from shared.lake.rollups.group_by import Measures, Numbered, ones, remainder, since_first
from shared.lake.rollups.schema import in_shape

_AT_SCALE = pa.decimal128(24, 10)


def roll_up_sales(transactions: pa.Table) -> dict[str, pa.Table]:
    """Roll up a day of sale lines.

    Net amount of a line = quantity x unit_price - discount, exact in decimal; only completed lines count.
    """
    lines = _completed(transactions)
    numbered = Numbered(lines)
    with ThreadPoolExecutor(1) as pool:
        customers = pool.submit(_by_customer, numbered, lines)  # half of all the work
        cube = _by_hour(numbered, lines)
        products = _by_product(numbered, lines)
        return {
            SALES_HOURLY.name: in_shape(cube, SALES_HOURLY),
            **_faces(cube),
            SALES_DAILY_BY_CUSTOMER.name: customers.result(),
            SALES_DAILY_BY_PRODUCT.name: products,
        }


def _completed(transactions: pa.Table) -> pa.Table:
    is_completed = pc.equal(transactions["status"], "completed")
    lines = transactions.select([name for name in transactions.column_names if name in _USED])
    if not pc.all(is_completed).as_py():
        lines = lines.filter(is_completed)
    gross = pc.multiply(lines["quantity"], lines["unit_price"])
    return lines.append_column("hour", pc.floor_temporal(lines["timestamp"], unit="hour")).append_column(
        "net_amount", pc.subtract(gross, lines["discount"].cast(_AT_SCALE)).cast(AMOUNT)
    )


_USED = {
    *("timestamp", "customer_id", "product_id", "product_name", "currency", *SALES_DIMENSIONS),
    *("quantity", "unit_price", "discount", "unit_cost"),
}


def _by_hour(numbered: Numbered, lines: pa.Table) -> pa.Table:
    net = lines["net_amount"]
    measures: Measures = {
        "lines": (_each_once(lines), "sum"),
        "net_amount": (net, "sum"),
        "lowest_amount": (net, "min"),
        "highest_amount": (net, "max"),
    }
    return numbered.grouped(["hour", "currency", *SALES_DIMENSIONS], measures)


def _faces(cube: pa.Table) -> dict[str, pa.Table]:
    """The cube by one dimension at a time, and by none."""
    numbered = Numbered(cube)
    measures: Measures = {
        "lines": (cube["lines"], "sum"),
        "net_amount": (cube["net_amount"], "sum"),
        "lowest_amount": (cube["lowest_amount"], "min"),
        "highest_amount": (cube["highest_amount"], "max"),
    }
    faces = {}
    for dimension, table in SALES_HOURLY_BY_ONE.items():
        keys = ["hour", "currency", *(name for name in SALES_DIMENSIONS if name == dimension)]
        faces[table.name] = in_shape(numbered.grouped(keys, measures), table)
    return faces


def _by_customer(numbered: Numbered, lines: pa.Table) -> pa.Table:
    measures: Measures = {
        "lines": (_each_once(lines), "sum"),
        "bought_lines": (ones(pc.greater(lines["quantity"], 0)), "sum"),
        "net_amount": (lines["net_amount"], "sum"),
    }
    customers = numbered.grouped(["customer_id", "currency", *SALES_DIMENSIONS], measures)
    nobodys = customers["customer_id"].null_count
    return in_shape(customers.slice(0, len(customers) - nobodys), SALES_DAILY_BY_CUSTOMER)  # nulls are last


def _by_product(numbered: Numbered, lines: pa.Table) -> pa.Table:
    """Cost is summed over the lines that tell theirs; the name is that of the latest line that has one.

    Of two lines of one moment the later name in the alphabet counts.
    """
    names, quantity, cost = numbered.values("product_name"), lines["quantity"], lines["unit_cost"]
    costs = pc.multiply(quantity, cost)
    is_costed = pc.is_valid(cost)
    naming = pc.add(pc.multiply(since_first(lines["timestamp"]), len(names)), numbered.numbers("product_name"))
    measures: Measures = {
        "lines": (_each_once(lines), "sum"),
        "quantity": (quantity, "sum"),
        "net_amount": (lines["net_amount"], "sum"),
        "cost_amount": (pc.fill_null(costs, pa.scalar(0, costs.type)), "sum"),
        "uncosted_quantity": (pc.if_else(is_costed, pa.scalar(0, quantity.type), quantity), "sum"),
        "uncosted_lines": (ones(pc.invert(is_costed)), "sum"),
        "last_sold": (lines["timestamp"], "max"),
        "naming": (pc.if_else(pc.is_valid(lines["product_name"]), naming, None), "max"),
    }
    products = numbered.grouped(["product_id", "product_category", "currency"], measures)
    latest = names.take(remainder(products["naming"], len(names)).combine_chunks())
    return in_shape(products.append_column("product_name", latest), SALES_DAILY_BY_PRODUCT)


def _each_once(lines: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(1, pa.int64()), len(lines))
