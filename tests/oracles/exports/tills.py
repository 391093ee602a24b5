"""Exports with one row for each thing sold or charged: Amazon, Square, Stripe, and the order grid of Magento."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from itertools import dropwhile
from zoneinfo import ZoneInfo

from tests.oracles.exports.sheet import Line

_HOURS = {"PDT": "-0700", "PST": "-0800"}
_MARKETS = {"amazon.com": "USD", "amazon.ca": "CAD", None: "USD"}
_ZONES = {"Mountain Time (US & Canada)": "America/Denver", "Eastern Time (US & Canada)": "America/New_York"}


def amazon(text: str) -> Iterator[Line]:
    """A date range report: what moves product sales is a sale or a refund, everything else is fees and transfers."""
    lines = dropwhile(lambda line: not line.lower().startswith('"date/time"'), text.splitlines(keepends=True))
    for row in csv.DictReader(lines):
        sales = _money(row["product sales"])
        if not sales:
            continue
        sign = 1 if sales > 0 else -1
        rebates, shipping = _money(row.get("promotional rebates")), _money(row.get("shipping credits"))
        beyond = min(rebates + sales, Fraction(0)) if sign > 0 else max(rebates + sales, Fraction(0))
        wall, _, zone = row["date/time"].rpartition(" ")
        yield Line(
            order=row["order id"],
            moment=datetime.strptime(f"{wall} {_HOURS[zone]}", "%b %d, %Y %I:%M:%S %p %z"),
            currency=_MARKETS[row.get("marketplace", "").lower() or None],
            customer=None,
            product=row["sku"],
            units=sign * Fraction(row["quantity"]),
            net=sales + rebates - beyond,
            tax=sum((_money(row.get(name)) for name in _TAXES), Fraction(0)),
            shipping=shipping + beyond,
        )


_TAXES = ("product sales tax", "shipping credits tax", "giftwrap credits tax", "promotional rebates tax")


def square(text: str) -> Iterator[Line]:
    """The items of a Square account; an order is a transaction."""
    for row in csv.DictReader(io.StringIO(text)):
        gross = _money(row["Gross Sales"])
        date = row["Date"] if "-" in row["Date"] else _american(row["Date"])
        yield Line(
            order=row["Transaction ID"],
            moment=datetime.fromisoformat(f"{date}T{row['Time']}").replace(tzinfo=ZoneInfo(_ZONES[row["Time Zone"]])),
            currency="USD",
            customer=row["Customer ID"] or None,
            product=row["SKU"] or row["Item"],
            units=abs(Fraction(row["Qty"])) * (1 if gross > 0 else -1),
            net=_money(row["Net Sales"]),
            tax=_money(row["Tax"]),
        )


def stripe(text: str) -> Iterator[Line]:
    """Charges that were captured, and what was refunded of them at the time of the (last) refund."""
    for row in csv.DictReader(io.StringIO(text)):
        if row["Captured"] != "true":
            continue
        told = {"order": row["id"], "currency": row["Currency"].upper(), "customer": row["Customer ID"] or None}
        charged = datetime.fromisoformat(row["Created date (UTC)"]).replace(tzinfo=UTC)
        yield Line(**told, moment=charged, product="charge", units=Fraction(1), net=Fraction(row["Amount"]))  # type: ignore[arg-type]
        refunded = Fraction(row["Amount Refunded"])
        if refunded:
            when = row["Refunded date (UTC)"]
            moment = datetime.fromisoformat(when).replace(tzinfo=UTC) if when else charged
            whole = refunded == Fraction(row["Amount"])
            product = "charge" if whole else "refund"
            yield Line(**told, moment=moment, product=product, units=Fraction(-1), net=-refunded)  # type: ignore[arg-type]


def magento(text: str) -> Iterator[Line]:
    """The order grid: an order's total less shipping is its amount, which includes tax, as the grid has no tax."""
    for row in csv.DictReader(io.StringIO(text)):
        if row["Status"] not in {"Complete", "Processing", "Closed"}:
            continue
        guest = row["Customer Group"] == "NOT LOGGED IN"
        told = {
            "order": row["ID"],
            "moment": datetime.strptime(row["Purchase Date"] + " -0600", "%b %d, %Y %I:%M:%S %p %z"),
            "currency": "USD",
            "customer": None if guest else row["Customer Email"],
        }
        shipping = Fraction(row["Shipping and Handling"])
        goods = Fraction(row["Grand Total (Base)"]) - shipping
        yield Line(**told, product="order", units=Fraction(1), net=goods, shipping=shipping)  # type: ignore[arg-type]
        back = Fraction(row["Total Refunded"] or 0)
        if back:
            whole = back >= goods
            yield Line(
                **told,  # type: ignore[arg-type]
                product="order" if whole else "refund",
                units=Fraction(-1),
                net=-min(back, goods),
                shipping=-max(back - goods, Fraction(0)),
            )


def _american(date: str) -> str:
    month, day, year = date.split("/")
    return f"{year}-{month:>02}-{day:>02}"


def _money(text: str | None) -> Fraction:
    """Read an amount such as `$1,240.00`, `($40.00)` or `-$0.96`."""
    written = (text or "0").replace("$", "").replace(",", "")
    return -Fraction(written[1:-1]) if written.startswith("(") else Fraction(written)
