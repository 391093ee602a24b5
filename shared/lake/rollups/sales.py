"""Roll-ups of completed sale lines: by hour and dimensions, by customer, by product."""

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
from shared.lake.rollups.group_by import DictionaryEncoded, Measures, as_int, milliseconds_since_min, unpack_last
from shared.lake.rollups.schema import conform

_AT_SCALE = pa.decimal128(24, 10)


def roll_up_sales(transactions: pa.Table) -> dict[str, pa.Table]:
    """Roll up a day of sale lines.

    Net amount of a line = quantity x unit_price - discount, exact in decimal; only completed lines count.
    """
    lines = _completed_lines(transactions)
    numbered = DictionaryEncoded(lines)
    with ThreadPoolExecutor(1) as pool:
        customers = pool.submit(_by_customer, numbered, lines)  # half of all the work
        cube = _by_hour(numbered, lines)
        products = _by_product(numbered, lines)
        return {
            SALES_HOURLY.name: conform(cube, SALES_HOURLY),
            **_by_one_dimension(cube),
            SALES_DAILY_BY_CUSTOMER.name: customers.result(),
            SALES_DAILY_BY_PRODUCT.name: products,
        }


def _completed_lines(transactions: pa.Table) -> pa.Table:
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


def _by_hour(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    net = lines["net_amount"]
    measures: Measures = {
        "lines": (_count_column(lines), "sum"),
        "net_amount": (net, "sum"),
        "lowest_amount": (net, "min"),
        "highest_amount": (net, "max"),
    }
    return numbered.group(["hour", "currency", *SALES_DIMENSIONS], measures)


def _by_one_dimension(cube: pa.Table) -> dict[str, pa.Table]:
    """Return the cube by one dimension at a time, and by none."""
    numbered = DictionaryEncoded(cube)
    measures: Measures = {
        "lines": (cube["lines"], "sum"),
        "net_amount": (cube["net_amount"], "sum"),
        "lowest_amount": (cube["lowest_amount"], "min"),
        "highest_amount": (cube["highest_amount"], "max"),
    }
    faces = {}
    for dimension, table in SALES_HOURLY_BY_ONE.items():
        keys = ["hour", "currency", *(name for name in SALES_DIMENSIONS if name == dimension)]
        faces[table.name] = conform(numbered.group(keys, measures), table)
    return faces


def _by_customer(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    measures: Measures = {
        "lines": (_count_column(lines), "sum"),
        "bought_lines": (as_int(pc.greater(lines["quantity"], 0)), "sum"),
        "net_amount": (lines["net_amount"], "sum"),
    }
    customers = numbered.group(["customer_id", "currency", *SALES_DIMENSIONS], measures)
    nobodys = customers["customer_id"].null_count
    return conform(customers.slice(0, len(customers) - nobodys), SALES_DAILY_BY_CUSTOMER)  # nulls are last


def _by_product(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    """Sum the cost over lines with a unit cost; the name is that of the latest line that has one.

    Of two lines at the same time, the alphabetically later name is used.
    """
    names, quantity, cost = numbered.values("product_name"), lines["quantity"], lines["unit_cost"]
    costs = pc.multiply(quantity, cost)
    is_costed = pc.is_valid(cost)
    naming = pc.add(pc.multiply(milliseconds_since_min(lines["timestamp"]), len(names)), numbered.codes("product_name"))
    measures: Measures = {
        "lines": (_count_column(lines), "sum"),
        "quantity": (quantity, "sum"),
        "net_amount": (lines["net_amount"], "sum"),
        "cost_amount": (pc.fill_null(costs, pa.scalar(0, costs.type)), "sum"),
        "uncosted_quantity": (pc.if_else(is_costed, pa.scalar(0, quantity.type), quantity), "sum"),
        "uncosted_lines": (as_int(pc.invert(is_costed)), "sum"),
        "last_sold": (lines["timestamp"], "max"),
        "naming": (pc.if_else(pc.is_valid(lines["product_name"]), naming, None), "max"),
    }
    products = numbered.group(["product_id", "product_category", "currency"], measures)
    latest = names.take(unpack_last(products["naming"], len(names)).combine_chunks())
    return conform(products.append_column("product_name", latest), SALES_DAILY_BY_PRODUCT)


def _count_column(lines: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(1, pa.int64()), len(lines))
