"""WooCommerce's orders: the CSV of its extension Order/Customer Export, and the JSON of its REST API.

Amounts are without tax, also in shops whose prices include it. Pending, failed and cancelled orders are not sales:
https://woocommerce.com/document/woocommerce-analytics.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracles.exports.refunds import all_back, split, unspecified
from tests.oracles.exports.sheet import Line

_NO_SALE = {"pending", "failed", "cancelled"}
Row = Mapping[str, Any]


def from_csv(text: str) -> Iterator[Line]:
    """The lines of an export with one row per item, which repeats the order's columns in each row."""
    orders: defaultdict[str, list[Row]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        orders[row["order_id"]].append(row)
    for rows in orders.values():
        if rows[0]["status"] not in _NO_SALE:
            yield from _order_of_rows(rows)


def _order_of_rows(rows: list[Row]) -> Iterator[Line]:
    first = rows[0]
    told: dict[str, Any] = {
        "order": first["order_id"],
        "moment": datetime.fromisoformat(first["date"]).replace(tzinfo=ZoneInfo("Europe/Berlin")),
        "currency": first["order_currency"],
        "customer": None if first["customer_id"] == "0" else first["customer_id"],
    }
    fee, is_refunded = Fraction(first["fee_total"]), first["status"] == "refunded"
    other_tax = Fraction(first["shipping_tax_total"]) + Fraction(first["fee_tax_total"])
    for number, row in enumerate(rows):
        is_first = number == 0
        sold = Line(
            **told,
            product=row["item_sku"] or row["item_product_id"],
            units=Fraction(row["item_quantity"]),
            net=Fraction(row["item_total"]),
            tax=Fraction(row["item_total_tax"]) + other_tax * is_first,
            shipping=Fraction(first["shipping_total"]) * is_first,
        )
        yield sold
        refunded = abs(Fraction(row["item_refunded"]))
        if is_refunded:
            yield replace(sold, units=-sold.units, net=-sold.net, tax=-sold.tax, shipping=-sold.shipping)
        elif refunded:
            units = abs(Fraction(row["item_refunded_qty"]))
            tax = Fraction(row["item_total_tax"]) * refunded / sold.net
            yield replace(sold, units=-units, net=-refunded, tax=-tax, shipping=Fraction(0))
    yield from _fee(told, fee)
    yield from _fee(told, -fee if is_refunded else Fraction(0))


def _fee(told: dict[str, Any], fee: Fraction) -> Iterator[Line]:
    if fee:
        yield Line(**told, product="fee", units=Fraction(1 if fee > 0 else -1), net=fee)


def from_json(text: str) -> Iterator[Line]:
    """The lines of `GET /wc/v3/orders`, in which a refund has only its total and no date."""
    for order in json.loads(text):
        if order["status"] not in _NO_SALE:
            yield from _order(order)


def _order(order: Row) -> Iterator[Line]:
    told: dict[str, Any] = {
        "order": str(order["id"]),
        "moment": datetime.fromisoformat(order["date_created_gmt"]).replace(tzinfo=UTC),
        "currency": order["currency"],
        "customer": str(order["customer_id"]) if order["customer_id"] else None,
    }
    shipping, tax = Fraction(order["shipping_total"]), Fraction(order["total_tax"])
    sold = [
        Line(
            **told,
            product=item["sku"] or str(item["product_id"]),
            units=Fraction(item["quantity"]),
            net=Fraction(item["total"]),
            tax=tax if number == 0 else Fraction(0),
            shipping=shipping if number == 0 else Fraction(0),
        )
        for number, item in enumerate(order["line_items"])
    ]
    yield from sold
    fees = sum((Fraction(each["total"]) for each in order["fee_lines"]), Fraction(0))
    yield from _fee(told, fees)
    refunded = -sum((Fraction(each["total"]) for each in order["refunds"]), Fraction(0))
    if refunded:
        goods = sum((line.net for line in sold), fees)
        back = split(refunded, goods=goods, goods_tax=tax, shipping=shipping)
        is_whole = back.goods == goods
        yield from all_back(sold, back) if is_whole else [unspecified(sold[0], back)]
        yield from _fee(told, -fees if is_whole else Fraction(0))
