"""The UCI Online Retail data as records of the data model, read in place, and the sums that are known of it."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tests.datasets import DATASETS, needs

FILE = DATASETS / "uci_online_retail.csv.gz"
BATCH = 10_000
REVENUE_BY_MONTH = {
    "2010-12": "748957.02",
    "2011-01": "560000.26",
    "2011-02": "498062.65",
    "2011-03": "683267.08",
    "2011-04": "493207.12",
    "2011-05": "723333.51",
    "2011-06": "691123.12",
    "2011-07": "681300.11",
    "2011-08": "682680.51",
    "2011-09": "1019687.62",
    "2011-10": "1070704.67",
    "2011-11": "1461756.25",
    "2011-12": "433668.01",
}
"""All rows, to the cent, as the data set's own page states them: the two negative prices (-22 124.12) included."""

RETAIL_MAPPING = {
    "columns": {
        "InvoiceNo": "order_id",
        "StockCode": "product_id",
        "Description": "product_name",
        "Quantity": "quantity",
        "InvoiceDate": "timestamp",
        "UnitPrice": "unit_price",
        "CustomerID": "customer_id",
        "Country": "region",
    },
    "templates": {"transaction_id": "{InvoiceNo}-{row}"},
    "suffixes": {"customer_id": ".0"},
    "date_formats": {"timestamp": {"formats": ["%Y-%m-%d %H:%M:%S"]}},
    "constants": {"currency": "GBP", "channel": "web"},
}
"""The mapping with which the file is taken under its own column names: what `_line` says of them, but for the ids."""

needs_online_retail = needs(FILE)


def lines(most: int | None = None, *, first: int = 0) -> Iterator[dict[str, Any]]:
    """The lines as `transactions`, in the file's order; `transaction_id` is invoice and line number within it."""
    seen: Counter[str] = Counter()
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for row in islice(rows, first):
            seen[row["InvoiceNo"]] += 1
        for row in islice(rows, most):
            seen[row["InvoiceNo"]] += 1
            yield _line(row, seen[row["InvoiceNo"]])


def negative_prices() -> list[dict[str, Any]]:
    """The two lines that are invalid by the data model: adjustments of bad debt, each alone on its invoice."""
    with gzip.open(FILE, "rt", encoding="utf-8-sig", newline="") as file:
        head = next(file)
        adjustments = csv.DictReader([head, *(text for text in file if text.startswith("A"))])
        return [_line(row, 1) for row in adjustments if row["UnitPrice"].startswith("-")]


def _line(row: dict[str, str], place: int) -> dict[str, Any]:
    line = {
        "transaction_id": f"{row['InvoiceNo']}-{place}",
        "order_id": row["InvoiceNo"],
        "product_id": row["StockCode"],
        "product_name": row["Description"].strip() or None,
        "quantity": int(row["Quantity"]),
        "unit_price": row["UnitPrice"],
        "timestamp": datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC).isoformat(),
        "customer_id": row["CustomerID"].split(".")[0] or None,
        "region": row["Country"],
        "currency": "GBP",
        "channel": "web",
        "status": "completed",
    }
    return {name: value for name, value in line.items() if value is not None}
