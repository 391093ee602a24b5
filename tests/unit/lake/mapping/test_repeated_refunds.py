"""An export that has the rest of a refund, or its items, replaces what an earlier one had of it."""

from decimal import Decimal
from typing import Any

import pytest

from shared.lake.mapping.apply import map_records
from shared.lake.mapping.nested_fields import with_fields
from shared.mapping.explosion import explode
from shared.mapping.model import SourceMapping
from shared.mapping.presets.override import with_preset
from shared.records.schema import DataType
from shared.records.schemas import TRANSACTIONS
from shared.records.validation import Form

LINES = (("x", "1"), ("y", "2"))


def _shopify(refunded: str) -> list[Any]:
    order = {
        "Financial Status": "refunded",
        "Created at": "2024-01-01 10:00:00 +0000",
        "Currency": "USD",
        "Subtotal": "30",
        "Shipping": "5",
        "Taxes": "3",
        "Total": "38",
        "Refunded Amount": refunded,
    }
    lines = [
        {"Name": "#1", "Lineitem name": name, "Lineitem price": "10", "Lineitem quantity": pieces}
        for name, pieces in LINES
    ]
    return [order | lines[0], lines[1]]


def _woocommerce(refunded: str, **items: str) -> list[Any]:
    order = {
        "order_id": "7",
        "status": "completed",
        "order_date": "2024-01-01 10:00:00",
        "order_currency": "USD",
        "shipping_total": "5",
        "refunded_total": refunded,
    }
    return [
        order
        | {"item_id": name, "item_sku": name, "item_quantity": pieces, "item_total_tax": pieces}
        | {"item_subtotal": f"{pieces}0", "item_total": f"{pieces}0", "item_refunded": items.get(name, "")}
        for name, pieces in LINES
    ]


def _woocommerce_api(refunded: str) -> list[Any]:
    lines = [
        {"id": name, "sku": name, "quantity": int(pieces), "subtotal": f"{pieces}0", "total": f"{pieces}0"}
        | {"total_tax": pieces}
        for name, pieces in LINES
    ]
    order = {"id": 7, "status": "completed", "date_created_gmt": "2024-01-01T10:00:00", "currency": "USD"}
    refunds = [{"total": f"-{refunded}"}]
    return [order | {"shipping_total": "5", "total_tax": "3", "refunds": refunds, "line_items": lines}]


def _lines(preset: str, documents: list[Any]) -> dict[str, Decimal]:
    """Return the net amount of each completed line by its id, and 0 of the others."""
    mapping = with_preset(SourceMapping(preset=preset), DataType.TRANSACTIONS)
    paths = mapping.records
    rows = documents if paths is None else [row for each in documents for row in explode(each, paths).records]
    form = Form.TEXT if paths is None else Form.TYPED
    found = map_records(with_fields(rows, mapping, form), mapping, TRANSACTIONS, form=form, places=range(len(rows)))
    assert found.errors == []
    return {each["transaction_id"]: _net(each) for each in found.take(range(len(found)))}


def _net(record: dict[str, Any]) -> Decimal:
    amount = Decimal(record["quantity"]) * Decimal(record["unit_price"])
    return amount if record["status"] == "completed" else Decimal(0)


@pytest.mark.parametrize(
    ("preset", "earlier", "later"),
    [
        ("shopify_orders_csv", _shopify("11"), _shopify("38")),
        ("woocommerce_orders_csv", _woocommerce("11"), _woocommerce("33")),
        ("woocommerce_orders_csv", _woocommerce("11"), _woocommerce("33", x="-10", y="-20")),
        ("woocommerce_orders_json", _woocommerce_api("11"), _woocommerce_api("38")),
    ],
)
def test_a_refund_that_grows_is_counted_once(preset: str, earlier: list[Any], later: list[Any]) -> None:
    first, last = _lines(preset, earlier), _lines(preset, later)

    assert sum(first.values()) == 20
    assert sum((first | last).values()) == 0
