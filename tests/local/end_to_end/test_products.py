"""Products on the laptop: records are sent by batch, and the front door reports product performance."""

from typing import Any

import httpx
import pytest

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, connected, data_of, sale
from tests.local.end_to_end.refusals import error_of
from tests.local.end_to_end.waiting import until

SOURCE, CATEGORY = "products-till", "Products"
RANGE = {"time_range[start]": "2015-06-01", "time_range[end]": "2015-06-15"}
CATALOGUE: list[dict[str, Any]] = [
    {"product_id": "pot", "name": "Pot", "category": CATEGORY, "cost": 2, "updated_at": "2015-01-01T00:00:00Z"},
    {"product_id": "pot", "name": "Pot", "category": CATEGORY, "cost": 3, "updated_at": "2015-06-02T12:00:00Z"},
    {"product_id": "cup", "name": "Cup", "category": CATEGORY},
]
SALES = [
    sale("products-1", "2015-06-01", product_id="pot", unit_price="10.00"),
    sale("products-2", "2015-06-02", product_id="pot", unit_price="10.00", timestamp="2015-06-02T11:59:59.999Z"),
    sale("products-3", "2015-06-02", product_id="pot", unit_price="10.00", quantity=3),
    sale("products-4", "2015-06-03", product_id="pot", unit_price="10.00", quantity=-1),
    sale("products-5", "2015-06-03", product_id="cup", unit_price="1.00"),
]
STOCK: list[dict[str, Any]] = [
    {"product_id": "pot", "timestamp": "2015-03-01T09:00:00Z", "quantity_on_hand": 4, "unit_cost": 2}
]
EVENTS = [
    ("products-a", "2015-06-01T23:55:00Z", "product_view"),
    ("products-a", "2015-06-02T00:05:00Z", "purchase"),
    ("products-b", "2015-06-07T10:00:00Z", "product_view"),
]


@pytest.fixture(scope="module", autouse=True)
def _delivered(platform: RunningPlatform) -> None:
    """Deliver two weeks of a small shop."""
    events: list[dict[str, Any]] = [
        {"event_id": f"products-{place}", "session_id": who, "timestamp": at, "event_type": kind, "product_id": "pot"}
        for place, (who, at, kind) in enumerate(EVENTS)
    ]
    delivered: dict[str, list[dict[str, Any]]] = {"products": CATALOGUE, "inventory": STOCK, "events": events}
    with connected(platform) as client:
        client.send_all(SOURCE, SALES)
        for data_type, records in delivered.items():
            client.outcome(client.send(SOURCE, data_type, records)["batch_id"])
        # Lines get the category of the catalogue when it is published with the roll-ups.
        until(lambda: data_of(performance(client))["products"], seconds=60, what="the products have their category")


def performance(client: Client, **asked: Any) -> httpx.Response:
    return client.http.get("/analytics/products/performance", params={**RANGE, "category": CATEGORY, **asked})


def test_product_figures_equal_their_records(client: Client) -> None:
    data = data_of(performance(client))

    pot, cup = data["products"]
    cost = 2 + 2 + 3 * 3 - 3
    assert {name: pot[name] for name in ("name", "category", "revenue", "quantity_sold", "margin")} == {
        "name": "Pot",
        "category": CATEGORY,
        "revenue": 40,
        "quantity_sold": 4,
        "margin": 40 - cost,
    }
    assert float(pot["conversion_rate"]) == 1 / 2
    assert float(pot["inventory_turnover"]) == cost / (4 * 2)
    known = {"margin", "conversion_rate", "inventory_turnover"}  # a trend only if other sources delivered up to here
    assert pot.keys() >= known
    assert cup["absent"].keys() >= known
    assert data["category_summary"]["revenue"] == 41
    assert data["metadata"]["total_records"] == len(SALES)


@pytest.mark.parametrize("sort_by", ["revenue", "quantity", "margin"])
def test_the_best_product_is_the_same_by_any_ranking(client: Client, sort_by: str) -> None:
    data = data_of(performance(client, sort_by=sort_by, limit=1))

    assert [each["product_id"] for each in data["products"]] == ["pot"]


def test_all_errors_are_reported_together(client: Client) -> None:
    refused = error_of(performance(client, sort_by="name", limit=501), 400, "VALIDATION_ERROR")

    assert {each["field"] for each in refused["field_errors"]} == {"sort_by", "limit"}
