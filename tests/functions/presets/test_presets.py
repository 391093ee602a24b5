"""Every preset reports of an export what the shop itself would report, computed from the file by its own meaning."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.mapping.presets.catalog import presets
from tests.functions.presets.conftest import Platform
from tests.functions.presets.exports import EXPORTS, FILES, Export

_CENT = Decimal("0.01")


@pytest.fixture(scope="module", params=EXPORTS, ids=lambda export: export.file)
def export(request: pytest.FixtureRequest, platform: Platform) -> Export:
    """An export that was loaded with its preset, every row of it."""
    found: Export = request.param
    outcome = platform.load(
        found.name,
        "transactions",
        {"preset": found.preset},
        file_format=found.format,
        content=found.content,
        timezone=found.timezone,
    )
    assert outcome.keys() == {"loaded"}
    return found


def _asked(export: Export, currency: str, metric: str, **more: str) -> dict[str, str]:
    return {
        "metric_type": metric,
        "time_range__start": export.midnight(export.start),
        "time_range__end": export.midnight(export.end),
        "timezone": export.timezone,
        "filters__currency": currency,
        **more,
    }


def _cents(amount: Fraction | float | Decimal) -> Decimal:
    exact = Fraction(amount)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENT)


def test_revenue_of_every_day_in_the_time_zone_of_the_shop(platform: Platform, export: Export) -> None:
    for currency in export.books.currencies:
        data = platform.ask(**_asked(export, currency, "revenue", granularity="daily"))

        books = export.books.of(currency)
        by_day = books.revenue_by_day(ZoneInfo(export.timezone))
        assert [_cents(point["value"]) for point in data["data"]] == [
            _cents(by_day.get(day, Fraction(0))) for day in export.days
        ]
        assert _cents(data["summary"]["total"]) == _cents(books.revenue)


def test_orders_with_something_left_of_them(platform: Platform, export: Export) -> None:
    for currency in export.books.currencies:
        data = platform.ask(**_asked(export, currency, "average_order_value"))

        books = export.books.of(currency)
        assert _cents(data["summary"]["total"]) == _cents(books.revenue / books.orders)


def test_customers_who_bought_something(platform: Platform, export: Export) -> None:
    for currency in export.books.currencies:
        data = platform.ask(**_asked(export, currency, "customers"))

        assert data["summary"]["total"] == len(export.books.of(currency).customers)


def test_units_refunds_tax_and_shipping(platform: Platform, export: Export) -> None:
    live = [row for row in platform.rows(export.name, "transactions") if row["status"] == "completed"]
    for currency in export.books.currencies:
        rows, books = [row for row in live if row["currency"] == currency], export.books.of(currency)

        units: Counter[str] = Counter()
        for row in rows:
            units[row["product_id"]] += row["quantity"]
        assert {product: Fraction(number) for product, number in units.items() if number} == books.units
        assert _cents(-sum(_net(row) for row in rows if row["quantity"] < 0)) == _cents(books.refunds)
        assert _cents(_signed(rows, "tax")) == _cents(books.tax)
        assert _cents(_signed(rows, "shipping")) == _cents(books.shipping)


def test_the_api_reports_lines_tax_shipping_and_the_largest_refund(platform: Platform, export: Export) -> None:
    for currency in export.books.currencies:
        asked = _asked(export, currency, "revenue", granularity="daily")
        books = export.books.of(currency)
        sums: Counter[str] = Counter()
        for point in platform.ask(**asked)["data"]:
            sums.update({name: Decimal(str(value)) for name, value in point["additional_metrics"].items()})

        assert sums["lines"] == len(books.lines)
        assert _cents(sums["tax"]) == _cents(books.tax)
        assert _cents(sums["shipping"]) == _cents(books.shipping)
        assert platform.ask(**_asked(export, currency, "transactions"))["summary"]["total"] == len(books.lines)
        lowest = platform.ask(**asked, aggregation="min")["summary"]["total"]
        assert _cents(lowest) == _cents(min(line.net for line in books.lines))


def test_the_api_reports_the_units_of_each_product_less_returns(platform: Platform, export: Export) -> None:
    found = platform.units_sold(
        time_range__start=export.midnight(export.start), time_range__end=export.midnight(export.end)
    )

    assert {product: Fraction(str(units)) for product, units in found.items() if units} == export.books.units


@pytest.mark.parametrize("orders", [each for each in EXPORTS if each.order_totals], ids=lambda orders: orders.file)
def test_orders_with_their_totals(platform: Platform, orders: Export) -> None:
    source_id = f"{orders.name}-orders"

    outcome = platform.load(
        source_id,
        "orders",
        {"preset": orders.preset},
        file_format=orders.format,
        content=orders.content,
        timezone=orders.timezone,
    )

    assert outcome.keys() <= {"loaded", "duplicate"}  # the rows of one order say the same of it
    rows = platform.rows(source_id, "orders")
    assert {row["order_id"]: row["total_amount"] for row in rows} == orders.order_totals


def test_nothing_personal_beside_the_id_of_the_customer(platform: Platform, export: Export) -> None:
    rows = platform.rows(export.name, "transactions")

    assert rows
    assert {row["attributes"] for row in rows} == {None}


def test_a_file_of_another_kind_is_refused_with_what_it_looks_like(platform: Platform) -> None:
    content = (FILES / "square_items.csv").read_bytes()

    batch_id = platform.deliver(
        "not-shopify", "transactions", {"preset": "shopify_orders_csv"}, file_format="csv", content=content
    )

    assert platform.rows("not-shopify", "transactions") == []
    (reason,) = platform.reasons(batch_id)
    assert "the file is not an export of shopify_orders_csv: it lacks Name, Financial Status, " in reason
    assert reason.endswith("it looks like square_items_csv")


def test_every_preset_with_sales_is_tested() -> None:
    with_sales = {preset.name for preset in presets() if "transactions" in preset.mappings}
    with_orders = {preset.name for preset in presets() if "orders" in preset.mappings}

    assert {export.preset for export in EXPORTS} == with_sales
    assert {export.preset for export in EXPORTS if export.order_totals} == with_orders


def _net(row: Mapping[str, Any]) -> Decimal:
    sign = 1 if row["quantity"] > 0 else -1
    net: Decimal = sign * (abs(row["quantity"]) * row["unit_price"] - abs(row["discount"]))
    return net


def _signed(rows: Iterable[Mapping[str, Any]], field: str) -> Decimal:
    return sum(
        ((1 if row["quantity"] > 0 else -1) * abs(row.get(field) or Decimal(0)) for row in rows), start=Decimal(0)
    )
