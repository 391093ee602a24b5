"""Every record keeps the data model's rules, which are written here a second time from its text."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.local.demo.conftest import END, Story

Check = Callable[[Any], bool]


def an_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", value) is not None


def text(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() != ""


def whole(value: Any) -> bool:
    return type(value) is int


def number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def money(value: Any) -> bool:
    return number(value) and value >= 0 and round(value, 4) == value


def flag(value: Any) -> bool:
    return type(value) is bool


def moment(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        return False
    return datetime(1990, 1, 1, tzinfo=UTC) <= datetime.fromisoformat(value) < END


def currency(value: Any) -> bool:
    return value in {"USD", "EUR", "GBP"}


def one_of(*choices: str) -> Check:
    return lambda value: value in choices


def features(value: Any) -> bool:
    return isinstance(value, dict) and all(
        text(name) and (number(it) or text(it) or flag(it)) for name, it in value.items()
    )


def attributions(value: Any) -> bool:
    return isinstance(value, dict) and all(text(name) and number(it) for name, it in value.items())


REQUIRED: dict[str, dict[str, Check]] = {
    "transactions": {
        "transaction_id": an_id,
        "timestamp": moment,
        "product_id": an_id,
        "quantity": lambda value: whole(value) and value != 0,
        "unit_price": money,
    },
    "orders": {
        "order_id": an_id,
        "timestamp": moment,
        "status": one_of("placed", "paid", "shipped", "delivered", "cancelled", "returned"),
        "total_amount": money,
    },
    "products": {"product_id": an_id, "name": text},
    "customers": {"customer_id": an_id},
    "inventory": {"product_id": an_id, "timestamp": moment, "quantity_on_hand": lambda it: whole(it) and it >= 0},
    "events": {
        "event_id": an_id,
        "timestamp": moment,
        "session_id": an_id,
        "event_type": one_of(
            "page_view", "product_view", "add_to_cart", "remove_from_cart", "checkout", "purchase", "search"
        ),
    },
    "decisions": {
        "decision_id": an_id,
        "timestamp": moment,
        "score": lambda value: number(value) and 0 <= value <= 1,
        "outcome": one_of("approve", "review", "decline"),
    },
    "labels": {
        "decision_id": an_id,
        "label": one_of("fraud", "legitimate"),
        "labelled_at": moment,
        "source": one_of("chargeback", "manual_review", "customer_report", "dispute_won"),
    },
}
OPTIONAL: dict[str, dict[str, Check]] = {
    "transactions": {
        **dict.fromkeys(("order_id", "customer_id"), an_id),
        **dict.fromkeys(("product_name", "product_category", "channel", "region", "customer_segment"), text),
        **dict.fromkeys(("unit_cost", "discount"), money),
        "currency": currency,
        "status": one_of("completed", "pending", "cancelled"),
    },
    "orders": {
        "customer_id": an_id,
        "currency": currency,
        "item_count": whole,
        "channel": text,
        "region": text,
        "updated_at": moment,
    },
    "products": {
        "category": text,
        "price": money,
        "cost": money,
        "currency": currency,
        "active": flag,
        "updated_at": moment,
    },
    "customers": {
        "segment": text,
        "region": text,
        "registered_at": moment,
        "birth_year": lambda value: whole(value) and 1900 < value < 2010,
        "marketing_opt_in": flag,
        "updated_at": moment,
    },
    "inventory": {"location": text, "reserved": lambda value: whole(value) and value >= 0, "unit_cost": money},
    "events": {
        **dict.fromkeys(("customer_id", "product_id", "order_id"), an_id),
        **dict.fromkeys(("product_category", "channel", "region", "device"), text),
    },
    "decisions": {
        **dict.fromkeys(("transaction_id", "customer_id", "experiment_id", "variant_id", "investigation_id"), an_id),
        **dict.fromkeys(
            ("merchant", "channel", "geography", "device", "risk_band", "model_version", "rule_version"), text
        ),
        "amount": money,
        "currency": currency,
        "latency_ms": lambda value: number(value) and value >= 0,
        "features": features,
        "attributions": attributions,
        "base_value": number,
    },
    "labels": {"amount": money, "decision_timestamp": moment},
}


@pytest.mark.parametrize("data_type", REQUIRED)
def test_every_record_is_valid_for_its_type(story: Story, data_type: str) -> None:
    known = REQUIRED[data_type] | OPTIONAL[data_type]

    broken = [
        (field, record)
        for record in story.records[data_type]
        for field, value in record.items()
        if field not in known or not known[field](value)
    ]
    lacking = [record for record in story.records[data_type] if not REQUIRED[data_type].keys() <= record.keys()]

    assert broken == []
    assert lacking == []


@pytest.mark.parametrize("data_type", OPTIONAL)
def test_every_field_of_the_model_is_used(story: Story, data_type: str) -> None:
    used = {field for record in story.records[data_type] for field in record}

    assert used == REQUIRED[data_type].keys() | OPTIONAL[data_type].keys()


def test_all_eight_types_and_several_sources_are_generated(story: Story) -> None:
    sources = {delivery.source_id for delivery in story.deliveries}

    assert story.records.keys() == REQUIRED.keys()
    assert {"web-shop", "pos-berlin", "pos-new-york"} < sources
    assert all(re.fullmatch(r"[A-Za-z0-9-]{3,50}", source) for source in sources)


@pytest.mark.parametrize(
    ("data_type", "key"),
    [
        ("transactions", ("transaction_id",)),
        ("orders", ("order_id", "updated_at")),
        ("products", ("product_id", "updated_at")),
        ("customers", ("customer_id", "updated_at")),
        ("inventory", ("product_id", "location", "timestamp")),
        ("events", ("event_id",)),
        ("decisions", ("decision_id",)),
        ("labels", ("decision_id", "source")),
    ],
)
def test_no_two_records_have_the_same_key_and_version(story: Story, data_type: str, key: tuple[str, ...]) -> None:
    keys = [tuple(record[part] for part in key) for record in story.records[data_type]]

    assert len(set(keys)) == len(keys)
