"""The preset for Snowplow's events gives the sessions, purchases and products that the tracker's actions mean."""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.presets.conftest import Platform
from tests.functions.presets.exports import FILES
from tests.oracles.exports.clickstream import visits
from tests.snowplow import APPS, FOLDER, expected, needs_snowplow

PRESET = {"preset": "snowplow_ecommerce_events"}
EVENTS = FILES / "snowplow_events.jsonl"
Row = dict[str, Any]


def _load(platform: Platform, source_id: str, content: bytes) -> list[Row]:
    outcome = platform.load(source_id, "events", PRESET, file_format="json", content=content)
    assert "quarantined" not in outcome
    return platform.rows(source_id, "events")


@pytest.fixture(scope="module")
def rows(platform: Platform) -> list[Row]:
    """The records of some visits to a made-up shop."""
    return _load(platform, "snowplow-events", EVENTS.read_bytes())


def test_an_event_becomes_a_record_for_each_of_its_products(rows: list[Row]) -> None:
    told = visits(EVENTS.read_text("utf-8"))

    viewed = Counter(row["product_id"] for row in rows if row["event_type"] == "product_view")

    assert {row["session_id"] for row in rows} == told.sessions
    assert {row["customer_id"] for row in rows} == told.visitors
    assert viewed == Counter(told.viewed)


def test_a_purchase_that_was_tracked_twice_counts_once(rows: list[Row]) -> None:
    told = visits(EVENTS.read_text("utf-8"))

    purchases = [row for row in rows if row["event_type"] == "purchase"]

    assert {row["order_id"] for row in purchases} == told.orders
    assert {row["session_id"] for row in purchases} == told.buying
    assert sorted(row["event_id"] for row in purchases) == ["T-1-1", "T-1-2", "T-2-1"]


def test_conversion_by_day_in_the_time_zone_of_the_shop(rows: list[Row], platform: Platform) -> None:
    data = platform.ask(
        metric_type="conversion",
        time_range__start="2022-10-30T00:00:00+02:00",
        time_range__end="2022-11-02T00:00:00+01:00",
        timezone="Europe/Berlin",
    )

    assert len({row["session_id"] for row in rows}) == 4
    assert [round(point["value"], 4) for point in data["data"]] == [1.0, 0.5, 0.0]  # the second visit is of the 31st


def test_nothing_personal_is_stored(rows: list[Row]) -> None:
    assert {row["attributes"] for row in rows} == {None}


@needs_snowplow
def test_the_events_of_a_real_shop_have_the_steps_that_their_authors_expect(platform: Platform) -> None:
    rows = _load(platform, "snowplow-shop", b"".join(json.dumps(each).encode() + b"\n" for each in _sdk_events()))
    sessions = expected("sessions")

    steps = Counter(row["event_type"] for row in rows)
    touched = expected("product_interactions")

    assert {row["session_id"] for row in rows} == {each["domain_sessionid"] for each in sessions}
    assert {row["order_id"] for row in rows if row["event_type"] == "purchase"} == {
        each["transaction_id"] for each in expected("transaction_interactions")
    }
    for step, column in _TOUCHED.items():
        assert steps[step] == len([each for each in touched if each[column] == "True"])


_TOUCHED = {
    "product_view": "is_product_view",
    "add_to_cart": "is_add_to_cart",
    "remove_from_cart": "is_remove_from_cart",
    "purchase": "is_product_transaction",
}


def _sdk_events() -> Iterator[Row]:
    """Yield the shop's events as the Analytics SDKs write them: contexts by major version, as JSON."""
    with gzip.open(FOLDER / "source__snowplow_ecommerce_events.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            if row["app_id"] in APPS:
                yield {_major(name): _value(name, text) for name, text in row.items() if text}


def _major(name: str) -> str:
    return name.rsplit("_", 2)[0] if name.startswith(("contexts_", "unstruct_")) else name


def _value(name: str, text: str) -> Any:
    return json.loads(text) if name.startswith(("contexts_", "unstruct_")) else text
