"""The exports that presets are tested with: made-up shops, in the layout of the real exports."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracles.exports import shopify, tills, woocommerce
from tests.oracles.exports.sheet import Books, Line

FILES = Path(__file__).parent / "files"
_TOTALS = {
    "shopify_orders_csv": ("Name", "Total"),
    "shopify_orders_json": ("name", "total_price"),
    "woocommerce_orders_csv": ("order_id", "order_total"),
    "woocommerce_orders_json": ("id", "total"),
    "magento_orders_csv": ("ID", "Grand Total (Base)"),
}
"""In exports with orders, what identifies an order, and its total."""


def _documents(text: str) -> list[dict[str, Any]]:
    documents = json.loads(text)
    orders: list[dict[str, Any]] = documents["orders"] if isinstance(documents, dict) else documents
    return orders


@dataclass(frozen=True)
class Export:
    """A file, the preset for it, the time zone of the shop, the days that it is about, and how to read it."""

    file: str
    preset: str
    timezone: str
    start: date
    end: date
    read: Callable[[str], Iterator[Line]]

    @property
    def name(self) -> str:
        """The name of the source that delivers it."""
        return self.file.replace("_", "-").replace(".", "-")

    @property
    def format(self) -> str:
        """The format of the file."""
        return "csv" if self.file.endswith(".csv") else "json"

    @property
    def content(self) -> bytes:
        """The file."""
        return (FILES / self.file).read_bytes()

    @property
    def text(self) -> str:
        """The text of the file."""
        return self.content.decode("utf-8")

    @property
    def books(self) -> Books:
        """What the shop itself would report."""
        return Books(list(self.read(self.text)))

    @property
    def order_totals(self) -> dict[str, Decimal]:
        """The total of each order, as the file has it; empty if the export has no totals of orders."""
        if self.preset not in _TOTALS:
            return {}
        order, total = _TOTALS[self.preset]
        rows = csv.DictReader(io.StringIO(self.text)) if self.format == "csv" else _documents(self.text)
        return {str(row[order]): Decimal(row[total]) for row in rows if row[total]}

    @property
    def days(self) -> list[date]:
        """The days that it is about."""
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days)]

    def midnight(self, day: date) -> str:
        """Return the beginning of a day in the shop's time zone."""
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.timezone)).isoformat()


EXPORTS = (
    Export(
        "shopify_orders_usd.csv",
        "shopify_orders_csv",
        "America/New_York",
        date(2021, 11, 6),
        date(2021, 11, 15),
        shopify.from_csv,
    ),
    Export(
        "shopify_orders_eur.csv",
        "shopify_orders_csv",
        "Europe/Berlin",
        date(2021, 10, 30),
        date(2021, 11, 5),
        shopify.from_csv,
    ),
    Export(
        "shopify_orders.json",
        "shopify_orders_json",
        "America/New_York",
        date(2022, 10, 28),
        date(2022, 11, 14),
        shopify.from_json,
    ),
    Export(
        "woocommerce_orders.csv",
        "woocommerce_orders_csv",
        "Europe/Berlin",
        date(2023, 10, 28),
        date(2023, 11, 6),
        woocommerce.from_csv,
    ),
    Export(
        "woocommerce_orders.json",
        "woocommerce_orders_json",
        "Europe/Berlin",
        date(2024, 10, 26),
        date(2024, 11, 4),
        woocommerce.from_json,
    ),
    Export(
        "stripe_charges.csv",
        "stripe_charges_csv",
        "America/Chicago",
        date(2020, 3, 28),
        date(2020, 4, 5),
        tills.stripe,
    ),
    Export(
        "amazon_date_range.csv",
        "amazon_date_range_csv",
        "America/Los_Angeles",
        date(2011, 11, 5),
        date(2011, 11, 13),
        tills.amazon,
    ),
    Export(
        "square_items.csv",
        "square_items_csv",
        "America/Denver",
        date(2020, 8, 20),
        date(2020, 8, 26),
        tills.square,
    ),
    Export(
        "magento_orders.csv",
        "magento_orders_csv",
        "America/Chicago",
        date(2019, 1, 3),
        date(2019, 1, 11),
        tills.magento,
    ),
)
