"""A year of a British retailer as one pandas table, and that table's rows in the lake.

The file has neither categories nor segments nor channels: they are made of its codes here, so that filters have
something to choose from; both the lake and the oracle take them from this table.
"""

from typing import Any

import pandas as pd
import pyarrow as pa

from shared.lake.parquet.columns import IngestMetadata, add_platform_columns, arrow_type, column
from shared.records.schema import DataType, Field
from shared.records.schemas import SCHEMAS
from tests.online_retail import FILE

THOUSAND = 1000
"""Thousandths of a pound in one."""

CATEGORIES = {"2": "gifts", "8": "home", "4": "garden"}
SEGMENTS = {"0": "new", "1": "new", "2": "new", "3": "loyal", "4": "loyal", "5": "loyal & large"}
CHANNELS = {"1": "web", "3": "web", "5": "web", "7": "app", "9": "app", "0": "shop", "2": "shop"}
_FILE_COLUMNS = {
    "InvoiceNo": "order_id",
    "StockCode": "product_id",
    "Quantity": "quantity",
    "InvoiceDate": "timestamp",
    "UnitPrice": "unit_price",
    "CustomerID": "customer_id",
    "Country": "region",
}


def read_sales() -> Any:
    """Every valid line, by time; `net` is its net amount in thousandths of a pound, which is exact."""
    sales = pd.read_csv(FILE, usecols=list(_FILE_COLUMNS), dtype=dict.fromkeys(_FILE_COLUMNS, str))
    sales = sales.rename(columns=_FILE_COLUMNS)
    sales = sales[~sales.unit_price.str.startswith("-")].reset_index(drop=True)
    sales["timestamp"] = pd.to_datetime(sales.timestamp, utc=True)
    sales["quantity"] = sales.quantity.astype("int64")
    sales["customer_id"] = sales.customer_id.str.removesuffix(".0")
    sales["transaction_id"] = sales.order_id + "-" + sales.groupby("order_id").cumcount().astype(str)
    sales["product_category"] = sales.product_id.str[0].map(CATEGORIES)
    sales["customer_segment"] = sales.customer_id.str[-1].map(SEGMENTS)
    sales["channel"] = sales.order_id.str[-1].map(CHANNELS)
    sales["currency"] = "GBP"
    sales["net"] = sales.quantity * sales.unit_price.map({each: _thousandths(each) for each in set(sales.unit_price)})
    return sales.sort_values("timestamp", kind="stable", ignore_index=True)


def _thousandths(price: str) -> int:
    whole, _, places = price.partition(".")
    return int(whole + places.ljust(3, "0"))


def lake_table(data_type: DataType, rows: Any, stamp: IngestMetadata) -> pa.Table:
    """A pandas table as the lake's own code writes down records of a type."""
    schema = SCHEMAS[data_type]
    columns = {each.name: _column(each, rows) for each in schema.fields}
    return add_platform_columns(schema, columns, pa.nulls(len(rows), pa.string()), stamp)


def _column(field: Field, rows: Any) -> Any:
    if field.name not in rows:
        return pa.nulls(len(rows), arrow_type(field))
    found = rows[field.name]
    if isinstance(found.dtype, pd.DatetimeTZDtype):
        return column(field, found.dt.to_pydatetime().tolist())
    return column(field, found.astype(object).where(found.notna(), None).tolist())
