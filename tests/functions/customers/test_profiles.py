"""A small shop: the profiles and segments of its customers, and the reasons for absent fields."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.customers.segments import SEGMENTS
from tests.fakes.identities import Visitor
from tests.functions.customers.conftest import NOW, Opened, Shop

LAST = datetime(2026, 4, 30, 9, tzinfo=UTC)
NO_PREDICTION = {"predicted_next_purchase", "risk_score", "expected_purchases"}


def line(customer: str | None, order: str, days_ago: int, **changes: Any) -> dict[str, Any]:
    """A sale line so many days before the last one."""
    return {
        "transaction_id": f"{order}-{changes.get('product_id', 'mug')}",
        "order_id": order,
        "customer_id": customer,
        "timestamp": LAST - timedelta(days=days_ago),
        "product_id": "mug",
        "product_category": "kitchen",
        "quantity": 2,
        "unit_price": "10.00",
        "discount": 0,
        "currency": "USD",
        "channel": "web",
        "region": "EU",
        "status": "completed",
        **changes,
    }


LINES = [
    line("ann", "a1", 120),
    line("ann", "a2", 20, product_id="pot", product_category="garden", channel="app", unit_price="35.50", quantity=1),
    line("ann", "a2", 20, quantity=4),
    line("ann", "a3", 0, quantity=-1, timestamp=LAST + timedelta(hours=2)),
    line("bob", "b1", 100, discount="1.25"),
    line("O'Hara & co", "o1", 0),
    line("eve", "e1", 3, currency="EUR"),
    line("only-returns", "r1", 5, quantity=-2),
    line("only-pending", "p1", 5, status="pending"),
    line(None, "n1", 5),
]


@pytest.fixture(scope="module")
def shop(open_shop: Opened) -> Shop:
    """The shop before anything was computed."""
    shop = open_shop("USD")
    shop.sell(LINES)
    return shop


@pytest.fixture(scope="module")
def computed(shop: Shop) -> Shop:
    """The shop after the first run."""
    early = shop.get("segments")
    assert early.status == 404
    assert "not been computed yet" in early.error["message"]
    shop.compute()
    return shop


def test_a_profile_contains_purchases_and_their_pattern(computed: Shop) -> None:
    data = computed.get("ann/profile").data

    assert data["lifetime_value"] == 85.5
    assert data["total_orders"] == 2
    assert data["avg_order_value"] == 42.75
    assert data["first_purchase_date"] == "2025-12-31T09:00:00Z"
    assert data["last_purchase_date"] == "2026-04-10T09:00:00Z"
    assert data["preferences"] == {
        "favorite_categories": [{"category": "kitchen", "share": 0.8571}, {"category": "garden", "share": 0.1429}],
        "preferred_channel": "app",
        "preferred_region": "EU",
        "preferred_hour_utc": 9,
        "average_basket_size": 3.5,
    }
    assert data["behavior_metrics"] == {
        "orders_last_30d": 1,
        "orders_last_90d": 1,
        "days_since_last_order": 20,
        "average_days_between_orders": 100,
        "return_rate": 0.1429,
        "distinct_products": 2,
        "active_days": 3,
        "revenue_last_90d": 65.5,
    }
    assert data["as_of"] == "2026-04-30"
    assert data["segmentation_date"] == "2026-05-01T04:30:00Z"


def test_a_one_time_buyer_has_no_prediction_but_a_reason(computed: Shop) -> None:
    data = computed.get("bob/profile").data

    assert not NO_PREDICTION & data.keys()
    assert data["absent"].keys() == NO_PREDICTION
    assert data["behavior_metrics"]["average_days_between_orders"] is None
    assert data["lifetime_value"] == 18.75


def test_amounts_without_a_rate_are_omitted_and_counted(computed: Shop) -> None:
    data = computed.get("eve/profile").data

    assert data["total_orders"] == 1
    assert data["lifetime_value"] == 0
    assert data["excluded_records"] == 1
    assert "avg_order_value" not in data
    assert data["absent"]["avg_order_value"] == "no order has a positive net amount in the reporting currency"


@pytest.mark.parametrize("customer", ["nobody", "only-returns", "only-pending", "segments", "customer%23ann"])
def test_a_customer_without_purchases_is_not_found(computed: Shop, customer: str) -> None:
    answer = computed.get(f"{customer}/profile")

    assert answer.status == 404
    assert answer.code == "NOT_FOUND"


def test_an_id_may_contain_any_path_character(computed: Shop) -> None:
    assert computed.get("O%27Hara%20%26%20co/profile").data["customer_id"] == "O'Hara & co"


def test_the_eleven_segments_partition_all_customers(computed: Shop) -> None:
    data = computed.get("segments").data

    assert [each["segment_id"] for each in data["segments"]] == [each.segment_id for each in SEGMENTS]
    assert sum(each["customer_count"] for each in data["segments"]) == data["total_customers"] == 4
    assert sum(each["percentage"] for each in data["segments"]) == pytest.approx(100)
    assert data["definition_version"] == "rfm-1"
    assert data["excluded_records"] == 1
    empty = next(each for each in data["segments"] if not each["customer_count"])
    assert (empty["avg_lifetime_value"], empty["avg_order_value"], empty["retention_rate"]) == (0, None, None)


def test_a_model_of_too_few_customers_is_reported_as_unreliable(computed: Shop) -> None:
    model = computed.get("segments").data["model"]

    assert model["used"] is False
    assert model["reason"]


@pytest.mark.parametrize("path", ["segments", "ann/profile"])
def test_the_analytics_scope_is_required(computed: Shop, path: str) -> None:
    answer = computed.get(path, Visitor(computed.wired.identity, Scope.QUALITY_READ))

    assert answer.status == 403


def test_segment_history_is_kept_and_vanished_customers_are_removed(computed: Shop) -> None:
    before = computed.get("bob/profile").data
    assert [stay.get("left") for stay in before["segment_history"]] == [None]

    computed.clock.pass_by(timedelta(days=1))
    cancelled = line("O'Hara & co", "o1", 0, status="cancelled")
    computed.sell([cancelled, *(line("bob", f"b{number}", 0, unit_price="999") for number in range(2, 6))])
    done = computed.compute()

    after = computed.get("bob/profile").data
    assert after["segment"] != before["segment"]
    assert after["segment_history"] == [
        {"segment": before["segment"], "entered": "2026-05-01T04:30:00Z", "left": "2026-05-02T04:30:00Z"},
        {"segment": after["segment"], "entered": "2026-05-02T04:30:00Z"},
    ]
    assert done["removed"] == 1
    assert computed.get("O%27Hara%20%26%20co/profile").status == 404


def test_repeating_a_run_changes_only_its_date(computed: Shop) -> None:
    before = computed.get("ann/profile").data

    computed.clock.pass_by(timedelta(hours=1))
    computed.compute()

    after = computed.get("ann/profile").data
    dated = {"segmentation_date", "model"}
    assert {name: after[name] for name in after if name not in dated} == {
        name: before[name] for name in before if name not in dated
    }
    assert after["segmentation_date"] > before["segmentation_date"]
    assert computed.clock.now > NOW
