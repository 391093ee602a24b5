"""Shopify's orders: the CSV of the admin, and the JSON of the Admin API.

Net sales are line prices less all discounts, without tax: https://help.shopify.com/manual/reports-and-analytics.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracles.exports.refunds import all_back, cents, split, unspecified
from tests.oracles.exports.sheet import Line

Row = Mapping[str, str]


def from_csv(text: str) -> Iterator[Line]:
    """The lines of an orders export. Only the first row of an order has its amounts."""
    orders: defaultdict[str, list[Row]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        orders[row["Name"]].append(row)
    for rows in orders.values():
        first = rows[0]
        if first["Financial Status"] != "voided" and not first["Cancelled at"]:
            yield from _order(first, rows)


def _order(first: Row, rows: list[Row]) -> Iterator[Line]:
    subtotal, shipping, tax, total = (Fraction(first[name]) for name in ("Subtotal", "Shipping", "Taxes", "Total"))
    includes_tax = total < subtotal + shipping + tax
    included = cents(tax * subtotal / (subtotal + shipping)) if includes_tax else Fraction(0)
    goods, shipping_tax = subtotal - included, tax - included if includes_tax else Fraction(0)
    gross = [Fraction(row["Lineitem quantity"]) * Fraction(row["Lineitem price"]) for row in rows]
    sold = [
        Line(
            **_told_in_row(first),
            product=row["Lineitem sku"] or row["Lineitem name"],
            units=Fraction(row["Lineitem quantity"]),
            net=goods * gross[number] / sum(gross),
            tax=tax if number == 0 else Fraction(0),
            shipping=shipping - shipping_tax if number == 0 else Fraction(0),
        )
        for number, row in enumerate(rows)
    ]
    yield from sold
    refunded = Fraction(first["Refunded Amount"] or 0)
    if refunded and goods:
        back = split(
            refunded,
            goods=goods,
            goods_tax=included if includes_tax else tax,
            shipping=shipping - shipping_tax,
            shipping_tax=shipping_tax,
        )
        yield from all_back(sold, back) if back.goods == goods else [unspecified(sold[0], back)]


def _told_in_row(first: Row) -> dict[str, Any]:
    return {
        "order": first["Name"],
        "moment": datetime.strptime(first["Created at"], "%Y-%m-%d %H:%M:%S %z"),
        "currency": first["Currency"],
        "customer": first["Email"] or None,
    }


def from_json(text: str) -> Iterator[Line]:
    """The lines of orders of the Admin API, with their refunds at the time of each refund."""
    for order in json.loads(text)["orders"]:
        if not order["test"] and not order["cancelled_at"]:
            yield from _sales(order)
            yield from _returns(order)


def _told(order: Mapping[str, Any], moment: str) -> dict[str, Any]:
    customer = order["customer"]
    return {
        "order": order["name"],
        "moment": datetime.fromisoformat(moment),
        "currency": order["currency"],
        "customer": str(customer["id"]) if customer else None,
    }


def _sales(order: Mapping[str, Any]) -> Iterator[Line]:
    included = 1 if order["taxes_included"] else 0
    for number, item in enumerate(order["line_items"]):
        tax = sum((Fraction(each["price"]) for each in item["tax_lines"]), Fraction(0))
        discount = sum((Fraction(each["amount"]) for each in item["discount_allocations"]), Fraction(0))
        shipping = shipping_tax = Fraction(0)
        for each in order["shipping_lines"] if number == 0 else []:
            of_it = sum((Fraction(line["price"]) for line in each["tax_lines"]), Fraction(0))
            shipping += Fraction(each["discounted_price"]) - included * of_it
            shipping_tax += of_it
        yield Line(
            **_told(order, order["created_at"]),
            product=item["sku"] or str(item["product_id"] or item["title"]),
            units=Fraction(item["quantity"]),
            net=item["quantity"] * Fraction(item["price"]) - discount - included * tax,
            tax=tax + shipping_tax,
            shipping=shipping,
        )


def _returns(order: Mapping[str, Any]) -> Iterator[Line]:
    included = 1 if order["taxes_included"] else 0
    for refund in order["refunds"]:
        told = _told(order, refund["created_at"])
        for each in refund["refund_line_items"]:
            item, tax = each["line_item"], Fraction(str(each["total_tax"]))
            yield Line(
                **told,
                product=item["sku"] or str(item["product_id"] or item["title"]),
                units=-Fraction(each["quantity"]),
                net=-(Fraction(str(each["subtotal"])) - included * tax),
                tax=-tax,
            )
        for each in refund["order_adjustments"]:
            amount, tax = Fraction(each["amount"]), Fraction(each["tax_amount"])
            is_shipping = each["kind"] == "shipping_refund"
            yield Line(
                **told,
                product=each["kind"],
                units=Fraction(-1),
                net=Fraction(0) if is_shipping else amount,
                tax=tax,
                shipping=amount if is_shipping else Fraction(0),
            )
