"""Sources side by side: shops that number alike, imports of old records, and batches that cover years."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.state_dump import keys
from tests.functions.cases.conftest import TODAY, Platform, line

MARCH = ("2025-03-01", "2025-04-01")
LATEST = ("2025-04-14", "2025-04-28")


def _two_shops(platform: Platform) -> Sequence[str]:
    days = (("shop-a", "2025-03-10", "100.00"), ("shop-b", "2025-03-12", "50.00"))
    batches = []
    for shop, day, price in days:
        row = line(1, order_id="#1001", timestamp=f"{day}T10:00:00Z", unit_price=price)
        batches.append(platform.load([row], source_id=shop))
        platform.clock.pass_by(timedelta(seconds=1))  # of batches received in one millisecond, the random id decides
    return batches


def test_two_shops_with_one_id_add_up_with_namespaces(platform: Platform) -> None:
    for shop in ("shop-a", "shop-b"):
        assert platform.ingest("PUT", f"sources/{shop}", body={"namespace": shop}).status == 200

    batches = _two_shops(platform)

    outcomes = [platform.ingest("GET", f"batches/{each}/status").data["outcome"] for each in batches]
    assert platform.total("revenue", *MARCH) == 150
    assert platform.total("average_order_value", *MARCH) == 75
    assert [(each["loaded"], each["conflict"], each["superseded"]) for each in outcomes] == [(1, 0, 0), (1, 0, 0)]


def test_two_shops_with_one_id_are_a_conflict_and_a_superseded_row_without_namespaces(platform: Platform) -> None:
    batches = _two_shops(platform)

    first, second = (platform.ingest("GET", f"batches/{each}/status").data for each in batches)
    ledger = platform.ingest("GET", "ledger").data["totals"]
    assert platform.total("revenue", *MARCH) == 50
    assert (first["outcome"]["loaded"], first["outcome"]["superseded"]) == (1, 1)
    assert (second["outcome"]["loaded"], second["outcome"]["conflict"]) == (0, 1)
    assert "merge" in {each["stage"] for each in second["errors"]}
    assert (ledger["received"], ledger["loaded"], ledger["conflict"], ledger["superseded"]) == (2, 1, 1, 1)
    assert ledger["balanced"]


def _days(first: int) -> list[dict[str, Any]]:
    start = datetime(2025, 4, 1, 12, tzinfo=UTC)
    return [
        line(first + day, timestamp=(start + timedelta(days=day)).isoformat(), unit_price=10 + day) for day in range(30)
    ]


def test_an_import_of_old_records_changes_neither_freshness_nor_trends(platform: Platform) -> None:
    platform.load(_days(0))
    before = platform.metric("revenue", *LATEST)
    trends = [product["trend"] for product in platform.products(*LATEST)["products"]]

    platform.load([line(99, timestamp="1991-05-01T10:00:00Z")], source_id="archive")

    after = platform.metric("revenue", *LATEST)
    assert before["metadata"]["data_freshness"] == "2025-04-30T12:00:00Z"
    for name in ("data_freshness", "provisional"):
        assert after["metadata"][name] == before["metadata"][name]
    assert not after["metadata"]["provisional"]
    assert [product["trend"] for product in platform.products(*LATEST)["products"]] == trends == ["increasing"]
    assert platform.total("revenue", "1991-01-01", "1992-01-01") == 1


def test_a_batch_over_900_days_in_random_order_writes_one_object_within_the_request(platform: Platform) -> None:
    """Writing an object per day took longer than a request may."""
    dice = random.Random(37)  # noqa: S311 # no secret
    rows = [
        line(number, timestamp=(TODAY - timedelta(days=dice.randrange(900), hours=1)).isoformat())
        for number in range(10_000)
    ]
    dice.shuffle(rows)

    answer = platform.post(rows)

    status = platform.ingest("GET", f"batches/{answer.data['batch_id']}/status").data
    assert (answer.status, answer.data["records_received"], answer.data["validation_status"]) == (201, 10_000, "passed")
    assert status["outcome"]["in_flight"] == 10_000
    assert len(keys(platform.wired.settings, "incoming/")) == 1
