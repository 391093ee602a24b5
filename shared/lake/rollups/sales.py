"""Roll-ups of completed sale lines: by hour or day and dimensions, by order, by customer, by product."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import (
    NO_DIMENSION,
    SALES_DAILY,
    SALES_DAILY_BY_CUSTOMER,
    SALES_DAILY_BY_ORDER,
    SALES_DAILY_BY_PRODUCT,
    SALES_DIMENSIONS,
    SALES_HOURLY,
    SALES_HOURLY_BY_ONE,
)
from shared.lake.rollups.combination import NAMED_AT
from shared.lake.rollups.group_by import (
    DictionaryEncoded,
    Measures,
    as_int,
    days_of,
    milliseconds_of_day,
    ones,
    unpack_last,
)
from shared.lake.rollups.sale_lines import categories_of, net_amounts, signed
from shared.lake.rollups.schema import conform

_LINE_COLUMNS = (
    *("timestamp", "order_id", "customer_id", "product_id", "product_name", "currency", *SALES_DIMENSIONS),
    *("quantity", "unit_price", "discount", "unit_cost", "tax", "shipping"),
)
SALES_COLUMNS = (*_LINE_COLUMNS, "status")


def roll_up_sales(transactions: pa.Table) -> dict[str, pa.Table]:
    """Roll up the sale lines of whole days.

    Amounts are exact in decimal; only completed lines count. A line without a category has that of the catalogue if
    its rows have `CATALOGUE_CATEGORY`.
    """
    lines = _completed_lines(transactions)
    numbered = DictionaryEncoded(lines)
    cube = _by_hour(numbered, lines)
    return {
        SALES_HOURLY.name: conform(cube, SALES_HOURLY),
        SALES_HOURLY_BY_ONE.name: _by_one_dimension(cube),
        SALES_DAILY.name: _by_day(cube),
        SALES_DAILY_BY_ORDER.name: _by_order(numbered, lines),
        SALES_DAILY_BY_CUSTOMER.name: _by_customer(numbered, lines),
        SALES_DAILY_BY_PRODUCT.name: _by_product(numbered, lines),
    }


def _completed_lines(transactions: pa.Table) -> pa.Table:
    is_completed = pc.equal(transactions["status"], "completed")
    lines = transactions if pc.all(is_completed).as_py() else transactions.filter(is_completed)
    columns = {
        **{name: lines[name] for name in _LINE_COLUMNS},
        "product_category": categories_of(lines),
        "is_uncategorised": pc.is_null(lines["product_category"]),
        "hour": pc.floor_temporal(lines["timestamp"], unit="hour"),
        "dt": days_of(lines["timestamp"]),
        "net_amount": net_amounts(lines),
        "tax": signed(lines, "tax"),
        "shipping": signed(lines, "shipping"),
    }
    return pa.table(columns)


def _by_hour(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    net = lines["net_amount"]
    measures: Measures = {
        "lines": (ones(len(lines)), "sum"),
        "net_amount": (net, "sum"),
        "lowest_amount": (net, "min"),
        "highest_amount": (net, "max"),
        "tax": (lines["tax"], "sum"),
        "shipping": (lines["shipping"], "sum"),
    }
    return numbered.group(["hour", "currency", *SALES_DIMENSIONS], measures)


def _by_one_dimension(cube: pa.Table) -> pa.Table:
    """Return the cube by one dimension at a time, and by none, in the order of dimensions and then of hours."""
    numbered = DictionaryEncoded(cube)
    faces = [_face(numbered, cube, dimension) for dimension in sorted([*SALES_DIMENSIONS, NO_DIMENSION])]
    return pa.concat_tables(faces).combine_chunks()


def _face(numbered: DictionaryEncoded, cube: pa.Table, dimension: str) -> pa.Table:
    by = () if dimension == NO_DIMENSION else (dimension,)
    face = _aggregate(numbered, cube, ["hour", "currency", *by])
    values = face[dimension] if by else pa.nulls(len(face), pa.string())
    face = face.append_column("value", values)
    return conform(face.append_column("dimension", pa.repeat(pa.scalar(dimension), len(face))), SALES_HOURLY_BY_ONE)


def _by_day(cube: pa.Table) -> pa.Table:
    cube = cube.append_column("dt", days_of(cube["hour"]))
    return conform(_aggregate(DictionaryEncoded(cube), cube, ["dt", "currency", *SALES_DIMENSIONS]), SALES_DAILY)


def _aggregate(numbered: DictionaryEncoded, cube: pa.Table, keys: Sequence[str]) -> pa.Table:
    measures: Measures = {
        "lines": (cube["lines"], "sum"),
        "net_amount": (cube["net_amount"], "sum"),
        "lowest_amount": (cube["lowest_amount"], "min"),
        "highest_amount": (cube["highest_amount"], "max"),
        "tax": (cube["tax"], "sum"),
        "shipping": (cube["shipping"], "sum"),
    }
    return numbered.group(keys, measures)


def _by_order(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    measures: Measures = {"lines": (ones(len(lines)), "sum"), "net_amount": (lines["net_amount"], "sum")}
    keys = ["dt", "order_id", "currency", *SALES_DIMENSIONS]
    return conform(numbered.group(keys, measures), SALES_DAILY_BY_ORDER)


def _by_customer(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    measures: Measures = {
        "lines": (ones(len(lines)), "sum"),
        "bought_lines": (as_int(pc.greater(lines["quantity"], 0)), "sum"),
        "net_amount": (lines["net_amount"], "sum"),
    }
    customers = numbered.group(["dt", "customer_id", "currency", *SALES_DIMENSIONS], measures)
    return conform(customers.filter(pc.is_valid(customers["customer_id"])), SALES_DAILY_BY_CUSTOMER)


def _by_product(numbered: DictionaryEncoded, lines: pa.Table) -> pa.Table:
    """Sum the cost over lines with a unit cost; the name is that of the latest line that has one.

    Of two lines at the same time, the alphabetically later name is used.
    """
    names, quantity, cost = numbered.values("product_name"), lines["quantity"], lines["unit_cost"]
    costs = pc.multiply(quantity, cost)
    is_costed = pc.is_valid(cost)
    naming = pc.add(pc.multiply(milliseconds_of_day(lines["timestamp"]), len(names)), numbered.codes("product_name"))
    measures: Measures = {
        "lines": (ones(len(lines)), "sum"),
        "quantity": (quantity, "sum"),
        "net_amount": (lines["net_amount"], "sum"),
        "cost_amount": (pc.fill_null(costs, pa.scalar(0, costs.type)), "sum"),
        "uncosted_quantity": (pc.if_else(is_costed, pa.scalar(0, quantity.type), quantity), "sum"),
        "uncosted_lines": (as_int(pc.invert(is_costed)), "sum"),
        "tax": (lines["tax"], "sum"),
        "shipping": (lines["shipping"], "sum"),
        "uncategorised_lines": (as_int(lines["is_uncategorised"]), "sum"),
        "last_sold": (lines["timestamp"], "max"),
        "naming": (pc.if_else(pc.is_valid(lines["product_name"]), naming, None), "max"),
        NAMED_AT: (pc.if_else(pc.is_valid(lines["product_name"]), lines["timestamp"], None), "max"),
    }
    products = numbered.group(["dt", "product_id", "product_category", "currency"], measures)
    latest = names.take(unpack_last(products["naming"], len(names)).combine_chunks())
    found = conform(products.append_column("product_name", latest), SALES_DAILY_BY_PRODUCT)
    return found.append_column(NAMED_AT, products[NAMED_AT])
