"""Orders of several lines as a shop exports them, with shared discounts, a refund and a void, and their mapping."""

from typing import Any

from shared.app.wiring import Wiring
from tests.fakes.state_dump import merge_all, table_rows

MAPPING: dict[str, Any] = {
    "columns": {
        "Name": "order_id",
        "Sku": "product_id",
        "Qty": "quantity",
        "Price": "unit_price",
        "Paid at": "timestamp",
        "Currency": "currency",
        "Status": "status",
    },
    "templates": {"transaction_id": "{Name}-{Sku}"},
    "values": {"status": {"paid": "completed", "voided": "cancelled"}},
    "fill_down": {"within": "Name", "columns": ["Paid at", "Currency", "Status"]},
    "allocate": [{"within": "Name", "column": "Discount", "to": "discount"}],
    "derive": [
        {
            "when": "Refunded > 0",
            "template": {"transaction_id": "{Name}-{Sku}-refund", "timestamp": "{Refunded at}"},
            "expressions": {"quantity": "-1 * Refunded / Price"},
            "omit": ["discount"],
        }
    ],
}
_COLUMNS = ("Name", "Paid at", "Currency", "Status", "Discount", "Sku", "Qty", "Price", "Refunded", "Refunded at")


def _lines(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(_COLUMNS, line.split("|"), strict=True)) for line in lines]


ORDERS = _lines(
    "#1|2025-01-31T10:00:00Z|EUR|paid|10.00|a|1|50.00||",
    "#1|||||b|2|20.00|20.00|2025-02-01T10:00:00Z",
    "#1|||||c|1|10.00||",
    "#2|2025-01-31T11:00:00Z|JPY|voided|100|a|1|150||",
    "#2|||||b|1|151||",
)
"""Order #1 has discounts of 5.00, 4.00 and 1.00, and one of two b was returned; #2 shares 100 yen as 50 and 50."""

LOADED: dict[str, tuple[Any, ...]] = {
    "#1-a": (1, 5, "EUR", "completed"),
    "#1-b": (2, 4, "EUR", "completed"),
    "#1-b-refund": (-1, 0, "EUR", "completed"),
    "#1-c": (1, 1, "EUR", "completed"),
    "#2-a": (1, 50, "JPY", "cancelled"),
    "#2-b": (1, 50, "JPY", "cancelled"),
}
"""Quantity, discount, currency and status of each record that they become."""


def loaded_lines(wired: Wiring) -> dict[str, tuple[Any, ...]]:
    """Merge everything; return quantity, discount, currency and status of each line in the lake."""
    merge_all(wired)
    rows = table_rows(wired.settings, "transactions")
    return {
        row["transaction_id"]: (float(row["quantity"]), float(row["discount"]), row["currency"], row["status"])
        for row in rows
    }
