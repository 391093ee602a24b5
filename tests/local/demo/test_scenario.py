"""The story is the same every time, hangs together, and looks like a shop."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from statistics import mean
from typing import Any

import orjson
import pytest

from infra.local.demo.scale import Scale
from infra.local.demo.scenario import DemoDelivery, demo
from infra.local.demo.window import DemoWindow
from tests.local.demo.conftest import END, Story


def at(record: dict[str, Any], field: str = "timestamp") -> datetime:
    return datetime.fromisoformat(record[field])


def spelt(records: list[dict[str, Any]], *, but: str | None) -> set[bytes]:
    return {orjson.dumps({name: value for name, value in record.items() if name != but}) for record in records}


def told(**changes: Any) -> bytes:
    return orjson.dumps([delivery.records for delivery in demo(**({"end": END} | changes)).deliveries()])


def test_the_same_seed_scale_and_end_give_the_same_bytes(story: Story) -> None:
    first = orjson.dumps([delivery.records for delivery in story.deliveries])

    assert told() == first
    assert told(seed=8) != first


def test_a_later_end_on_the_same_day_only_adds(story: Story) -> None:
    later: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in demo(end=END + timedelta(hours=9)).deliveries():
        later[delivery.data_type] += delivery.records

    # A payment may have come in, and a decision may have grown old enough to be looked up.
    moving = {"transactions": "status", "labels": "decision_timestamp"}
    for data_type, records in story.records.items():
        assert spelt(records, but=moving.get(data_type)) <= spelt(later[data_type], but=moving.get(data_type))
    assert len(later["events"]) > len(story.records["events"])


def test_a_whole_last_day_extends_to_midnight() -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)

    assert DemoWindow(midnight).last == datetime(2026, 11, 21, tzinfo=UTC).date()
    assert len(DemoWindow(midnight).days()) == 90


def test_an_end_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        demo(end=datetime(2026, 11, 22))  # noqa: DTZ001 (the very mistake)


def placed_by(deliveries: Iterable[DemoDelivery]) -> int:
    orders = [delivery.records for delivery in deliveries if delivery.data_type == "orders"]
    return sum(order["status"] == "placed" for records in orders for order in records)


def test_the_scale_sets_the_number_of_orders(story: Story) -> None:
    tenth_day = story.scenario.window.first + timedelta(days=9)
    medium = takewhile(lambda it: it.day <= tenth_day, demo(end=END, scale=Scale.MEDIUM).deliveries())
    small = takewhile(lambda it: it.day <= tenth_day, story.deliveries)

    assert placed_by(story.deliveries) == pytest.approx(2_000, rel=0.1)
    assert placed_by(medium) == pytest.approx(10 * placed_by(small), rel=0.2)


def test_deliveries_are_ordered_by_day_and_never_empty(story: Story) -> None:
    days = [delivery.day for delivery in story.deliveries]

    assert days == sorted(days)
    assert all(delivery.records for delivery in story.deliveries)
    assert (days[0], days[-1]) == (story.scenario.window.first, END.date())


def test_every_reference_resolves(story: Story) -> None:
    records = story.records
    products = {product["product_id"] for product in records["products"]}
    customers = {customer["customer_id"] for customer in records["customers"]}
    orders = {order["order_id"] for order in records["orders"]}
    lines = {line["transaction_id"] for line in records["transactions"]}

    for data_type in ("transactions", "inventory", "events"):
        assert {record["product_id"] for record in records[data_type] if "product_id" in record} <= products
    for data_type in ("transactions", "orders", "events", "decisions"):
        assert {record["customer_id"] for record in records[data_type] if "customer_id" in record} <= customers
    assert {line["order_id"] for line in records["transactions"]} == orders
    assert {decision["transaction_id"] for decision in records["decisions"]} <= lines
    assert {label["decision_id"] for label in records["labels"]} <= {it["decision_id"] for it in records["decisions"]}


def test_an_orders_total_is_the_sum_of_its_lines(story: Story) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in story.sold:
        sums[line["order_id"]] += line["quantity"] * Decimal(str(line["unit_price"])) - Decimal(str(line["discount"]))

    assert sums == {order["order_id"]: Decimal(str(order["total_amount"])) for order in story.records["orders"]}


def test_an_orders_versions_move_forward_from_placed(story: Story) -> None:
    versions: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for order in story.records["orders"]:
        versions[order["order_id"]].append((at(order, "updated_at"), order["status"]))
    paths = Counter(tuple(status for _, status in sorted(path)) for path in versions.values())

    assert all(path == sorted(path) for path in versions.values())
    assert all(path[0] == "placed" for path in paths)
    assert paths["placed", "paid", "shipped", "delivered"] > 0.5 * len(versions)
    assert {path[-1] for path in paths} >= {"shipped", "delivered", "cancelled", "returned"}


def test_a_line_is_cancelled_exactly_with_its_order(story: Story) -> None:
    cancelled = {order["order_id"] for order in story.records["orders"] if order["status"] == "cancelled"}

    assert {line["order_id"] for line in story.sold if line["status"] == "cancelled"} == cancelled
    assert cancelled.isdisjoint(line["order_id"] for line in story.sold if line["status"] != "cancelled")


def test_a_return_gives_back_later_what_was_paid(story: Story) -> None:
    sold = {line["transaction_id"]: line for line in story.sold}

    for back in story.returned:
        line = sold[back["transaction_id"].removesuffix("-R")]
        paid = line["quantity"] * line["unit_price"] - line["discount"]
        assert (back["order_id"], back["quantity"], back["status"]) == (
            line["order_id"],
            -line["quantity"],
            "completed",
        )
        assert back["quantity"] * back["unit_price"] - back["discount"] == pytest.approx(-paid, abs=0.001)
        assert timedelta(days=1) < at(back) - at(line) < timedelta(days=25)


def test_a_few_lines_in_a_hundred_come_back(story: Story) -> None:
    assert 0.02 < len(story.returned) / len(story.sold) < 0.10


def test_purchasing_sessions_lead_from_a_page_view_to_an_existing_order(story: Story) -> None:
    orders = {order["order_id"]: order["timestamp"] for order in story.records["orders"]}
    sessions: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in sorted(story.records["events"], key=at):
        sessions[event["session_id"]].append(event)
    buying = [events for events in sessions.values() if events[-1]["event_type"] == "purchase"]

    for events in buying:
        steps = [event["event_type"] for event in events]
        assert steps[0] == "page_view"
        assert steps.index("product_view") < steps.index("add_to_cart") < steps.index("checkout")
        assert {event["timestamp"] for event in purchases(events)} == {orders[events[-1]["order_id"]]}
        assert {event["product_id"] for event in purchases(events)} <= {
            event.get("product_id") for event in events[:-1]
        }
    assert {event["session_id"] for event in purchases(story.records["events"])} == {
        events[0]["session_id"] for events in buying
    }
    assert len({events[-1]["order_id"] for events in buying}) == len(buying)
    assert 0.05 < len(buying) / len(sessions) < 0.20


def purchases(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event_type"] == "purchase"]


def test_a_session_buys_every_product_of_its_order(story: Story) -> None:
    ordered, bought = defaultdict(set), defaultdict(set)
    for line in story.sold:
        ordered[line["order_id"]].add(line["product_id"])
    for event in purchases(story.records["events"]):
        bought[event["order_id"]].add(event["product_id"])

    assert bought
    assert all(products == ordered[order_id] for order_id, products in bought.items())


def test_weekends_are_busier_and_the_campaign_shows(story: Story) -> None:
    per_day = Counter(at(order).date() for order in story.records["orders"] if order["status"] == "placed")
    whole_days = [day for day in per_day if day < END.date()]
    window = story.scenario.window
    campaign = {window.day_at(0.62) + timedelta(days=number) for number in range(7)}

    weekend = mean(per_day[day] for day in whole_days if day.weekday() in {4, 5, 6})
    weekday = mean(per_day[day] for day in whole_days if day.weekday() in {0, 1, 2})
    quiet = mean(per_day[day] for day in whole_days if day not in campaign)

    assert weekend > 1.15 * weekday
    assert mean(per_day[day] for day in campaign) > 1.4 * quiet


def test_stores_sell_in_opening_hours_and_berlin_in_euro(story: Story) -> None:
    berlin = [line for line in story.sold if line["channel"] == "store" and line["region"] == "EU"]
    elsewhere = [line for line in story.sold if line not in berlin]

    assert {line["currency"] for line in berlin} == {"EUR"}
    assert {line["currency"] for line in elsewhere} == {"USD"}
    assert all(8 <= at(line).hour < 19 for line in berlin)


def test_customers_buy_only_between_joining_and_leaving(story: Story) -> None:
    joined = {customer["customer_id"]: at(customer, "registered_at") for customer in story.records["customers"]}
    orders = [order for order in story.records["orders"] if "customer_id" in order]

    assert all(at(order) >= joined[order["customer_id"]] for order in orders)
    busiest = Counter(order["customer_id"] for order in orders if order["status"] == "placed").most_common(90)
    assert sum(count for _, count in busiest) > 0.2 * len({order["order_id"] for order in orders})
