"""A shop's export to checked columns: rows a second of one core, against pandas that computes the same.

Orders of several rows with cells to fill down, a discount of the order to share, money with symbols, line totals
instead of prices, words for statuses and local times. Pandas is measured twice: in floats, where it checks nothing and
its sums are not exact, and in decimals, as exact as ours, with shares by largest remainder. The errors of each row and
the checks of the data model are ours alone.
"""

import csv
import io
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from bench.formats import AT, STAMP
from bench.measure import Row, medians
from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.reader import read_parts
from shared.lake.mapping.apply import map_records
from shared.lake.validation.rows import ValidatedRows, validate_records
from shared.mapping.model import SourceMapping
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form

LINES = 100_000
LINES_OF_AN_ORDER = 4
ZONE = "Europe/Berlin"
WRITTEN = "%d/%m/%Y %H:%M:%S"
STATUSES = {"paid": "completed", "voided": "cancelled", "open": "pending"}
_CENT, _PRICE = Decimal("0.01"), Decimal("0.0000000001")
_MONEY = {"thousands": ",", "symbols": ["$"]}
MAPPING = SourceMapping.model_validate(
    {
        "columns": {
            "Order": "order_id",
            "Paid at": "timestamp",
            "Status": "status",
            "Sku": "product_id",
            "Qty": "quantity",
        },
        "templates": {"transaction_id": "{Order}-{row}"},
        "expressions": {"unit_price": "`Line total` / Qty"},
        "numbers": {"Line total": _MONEY, "Discount": _MONEY},
        "values": {"status": STATUSES},
        "date_formats": {"timestamp": {"formats": [WRITTEN], "timezone": ZONE}},
        "fill_down": {"within": "Order", "columns": ["Paid at", "Status"]},
        "allocate": [{"within": "Order", "column": "Discount", "to": "discount", "by": "Line total"}],
        "drop": ["Line total", "Discount"],
    }
)


def measure() -> list[Row]:
    """Map and check the same file both ways."""
    data = _export(LINES)
    peers = {"pandas in floats, unchecked": _in_floats, "pandas in decimals, unchecked": _in_decimals}
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: _ours(data),
        **{name: partial(peer, data) for name, peer in peers.items()},
    }
    taken = medians(ways, runs=3, clock=time.process_time)
    return [
        Row(
            name=f"shop export, {LINES} rows in orders of {LINES_OF_AN_ORDER}, mapped to checked columns",
            ours=f"{LINES / taken['ours']:,.0f} rows/s",
            against=peer,
            theirs=f"{LINES / taken[peer]:,.0f} rows/s",
            ratio=taken[peer] / taken["ours"],
            aim="-",
            met=None,
        )
        for peer in peers
    ]


def _ours(data: bytes) -> list[ValidatedRows]:
    found, first = [], 0
    for part in read_parts(io.BytesIO(data), FileOptions(format=FileFormat.CSV)):
        if not isinstance(part.rows, pa.Table):
            raise TypeError("a CSV file has columns")
        records = map_records(
            part.rows,
            MAPPING,
            SCHEMAS[DataType.TRANSACTIONS],
            form=Form.TEXT,
            places=range(first, first + len(part.rows)),
        )
        first += len(part.rows)
        taken = validate_records(DataType.TRANSACTIONS, records, at=AT, stamp=STAMP)
        if records.errors or taken.errors:
            raise AssertionError([*records.errors, *taken.errors][:3])
        found.append(taken)
    return found


def _in_floats(data: bytes) -> pd.DataFrame:
    frame = _read(data, float)
    orders = frame.groupby("Order", sort=False)
    whole, discount = orders["Line total"].transform("sum"), orders["Discount"].transform("sum")
    share = (discount * frame["Line total"] / whole).round(2)
    share += (discount - share.groupby(frame["Order"]).transform("sum")).where(~frame["Order"].duplicated(), 0)
    return _records(frame, frame["Line total"] / frame["Qty"], share)


def _in_decimals(data: bytes) -> pd.DataFrame:
    frame = _read(data, Decimal)
    frame["Discount"] = frame["Discount"].where(frame["Discount"].notna(), Decimal(0))
    orders = frame.groupby("Order", sort=False)
    whole, discount = orders["Line total"].transform("sum"), orders["Discount"].transform("sum")
    exact = discount * frame["Line total"] / whole
    share = exact.map(lambda amount: amount.quantize(_CENT, ROUND_DOWN))
    left = (discount - share.groupby(frame["Order"]).transform("sum")) * 100
    rest = (exact - share).astype(float).groupby(frame["Order"]).rank(method="first", ascending=False)
    share += (rest <= left.astype(float)).map({True: _CENT, False: Decimal(0)})
    price = (frame["Line total"] / frame["Qty"]).map(lambda amount: amount.quantize(_PRICE))
    return _records(frame, price, share)


def _read(data: bytes, number: Callable[[str], Any]) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(data), dtype=str)
    frame[["Paid at", "Status"]] = frame.groupby("Order", sort=False)[["Paid at", "Status"]].ffill()
    for name in ("Line total", "Discount", "Qty"):
        texts = frame[name].str.replace(r"[$,]", "", regex=True)
        frame[name] = texts.astype(float) if number is float else texts.map(number, na_action="ignore").astype(object)
    return frame


def _records(frame: pd.DataFrame, price: pd.Series, share: pd.Series) -> pd.DataFrame:
    times = pd.to_datetime(frame["Paid at"], format=WRITTEN).dt.tz_localize(ZONE).dt.tz_convert("UTC")
    return pd.DataFrame(
        {
            "transaction_id": frame["Order"] + "-" + frame.index.astype(str),
            "order_id": frame["Order"],
            "timestamp": times,
            "status": frame["Status"].map(STATUSES),
            "product_id": frame["Sku"],
            "quantity": frame["Qty"],
            "unit_price": price,
            "discount": share,
        }
    )


def _export(count: int) -> bytes:
    chance = random.Random(7)  # noqa: S311 # plausible, not secret
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(("Order", "Paid at", "Status", "Discount", "Sku", "Qty", "Line total"))
    lines.writerows(_row(number, chance) for number in range(count))
    return text.getvalue().encode()


def _row(number: int, chance: random.Random) -> tuple[Any, ...]:
    """Return a row; only the first row of an order has the cells that hold for the whole order."""
    quantity = chance.randint(1, 12)
    line = (f"SKU-{chance.randrange(4000)}", quantity, f"${chance.randrange(50, 200_000) * quantity / 100:,.2f}")
    shared: tuple[str, ...] = ("", "", "")
    if number % LINES_OF_AN_ORDER == 0:
        paid = datetime(2026, 1, 5) + timedelta(seconds=chance.randrange(6_000_000))  # noqa: DTZ001 # local time
        shared = (paid.strftime(WRITTEN), chance.choice([*STATUSES]), f"${chance.randrange(0, 50) / 100:.2f}")
    return (f"#{number // LINES_OF_AN_ORDER}", *shared, *line)
