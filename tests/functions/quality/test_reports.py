"""GET /data-quality/reports: the deliveries of a range, by source and type, from counts alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import NOW, good, sale
from tests.fakes.state_dump import keys, merge_all
from tests.functions.quality.conftest import Ask

DAY = ("2025-03-01", "2025-03-02")
FULL = {"customer_id": "c", "product_name": "Mug", "product_category": "Mugs", "channel": "web", "region": "EU"}


def fine(number: int, **fields: Any) -> dict[str, Any]:
    """A line to which nothing is missing."""
    return sale(number, **{"timestamp": "2025-03-01T11:00:00Z", **FULL, **fields})


def deliver(
    wired: Wiring, rows: list[Any], *, origin: str = "batch-1", at: datetime = NOW, source_id: str = "web-shop"
) -> None:
    """Bring sale lines in."""
    wired.loader.load(delivery(DataType.TRANSACTIONS, rows, origin=origin, at=at, source_id=source_id))


def test_a_report_has_the_shape_of_the_contract(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(number) for number in range(9)] + [fine(9, quantity="x")])

    data = ask(*DAY).data

    (report,) = data["reports"]
    assert (data["overall_score"], data["trend"]) == (90, "stable")
    assert (report["source_id"], report["data_type"], report["quality_score"]) == ("web-shop", "transactions", 90)
    assert report["generated_at"] == "2025-03-01T12:00:00Z"
    assert report["checks_performed"] == [
        {"check_type": "completeness", "passed": True, "score": 100, "details": "0 of 45 values are missing"},
        {"check_type": "accuracy", "passed": True, "score": 100, "details": "0 of 9 rows failed"},
        {"check_type": "consistency", "passed": True, "score": 100, "details": "0 of 9 rows failed"},
        {
            "check_type": "validity",
            "passed": True,
            "score": 90,
            "details": "1 of 10 rows failed: quantity:type 1 of 10",
        },
    ]
    assert report["issues_found"] == [
        {
            "issue_type": "validity.quantity:type",
            "severity": "high",
            "count": 1,
            "sample_records": ["batch-1 row 9: quantity=x"],
            "suggested_action": "Correct quantity at the source. "
            "The rows are in quarantine with every error and can be redriven.",
        }
    ]


def test_uniqueness_and_timeliness_are_dimensions_with_row_counts(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(1), fine(1), fine(2), fine(3, timestamp="2025-01-01")])

    (report,) = ask(*DAY).data["reports"]

    told = {each["dimension"]: each for each in report["dimensions"]}
    assert list(told) == ["completeness", "validity", "consistency", "accuracy", "uniqueness", "timeliness"]
    assert told["uniqueness"] == {
        "dimension": "uniqueness",
        "score": 75,
        "checked": 4,
        "failed": 1,
        "wrong": 0,
        "poor_weight": 0.05,
        "checks": [{"name": "repeated_key", "checked": 4, "failed": 1}],
    }
    assert (told["timeliness"]["score"], told["timeliness"]["failed"], told["timeliness"]["wrong"]) == (75, 1, 0)
    assert report["quality_score"] == 100 - 2 * 0.05 * 25


def test_every_score_of_a_report_is_recomputed_from_its_counts(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(number) for number in range(50)] + [sale(60, discount=99), {"quantity": 1}])

    (report,) = ask(*DAY).data["reports"]

    for each in report["dimensions"]:
        assert each["score"] == pytest.approx(100 * (1 - each["failed"] / each["checked"]), abs=0.01)
    lost = sum(
        100 * (each["wrong"] + each["poor_weight"] * (each["failed"] - each["wrong"])) / each["checked"]
        for each in report["dimensions"]
    )
    assert report["quality_score"] == pytest.approx(100 - lost, abs=0.01)


def test_a_repeated_delivery_is_counted_once(wired: Wiring, ask: Ask) -> None:
    rows = [fine(1), fine(2, quantity="x")]
    deliver(wired, rows)
    before = ask(*DAY).data

    deliver(wired, rows)
    merge_all(wired)

    assert ask(*DAY).data == before


def test_a_repeated_delivery_with_other_content_replaces_its_counts(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(1), fine(2, quantity="x")])

    deliver(wired, [fine(1), fine(2), fine(3)])

    (report,) = ask(*DAY).data["reports"]
    assert (report["rows"], report["quality_score"], report["issues_found"]) == (3, 100, [])


def test_deliveries_are_reported_by_source_and_type_and_in_total(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(number) for number in range(3)], origin="a", source_id="shop-a")
    deliver(wired, [fine(1), fine(2, quantity="x")], origin="b", source_id="shop-b")
    deliver(wired, [fine(3)], origin="c", source_id="shop-b", at=NOW + timedelta(hours=2))
    product = good(DataType.PRODUCTS, category="Mugs", price=3, cost=2)
    wired.loader.load(delivery(DataType.PRODUCTS, [product], origin="d", source_id="shop-a"))

    every = ask(*DAY).data
    only = ask(*DAY, source_id="shop-b", data_type="transactions").data

    told = {(each["source_id"], each["data_type"]): (each["rows"], each["quality_score"]) for each in every["reports"]}
    assert told == {
        ("shop-a", "products"): (1, 100),
        ("shop-a", "transactions"): (3, 100),
        ("shop-b", "transactions"): (3, 66.66),
    }
    assert every["overall_score"] == 85.71  # 6 of 7 rows
    assert only["reports"] == [each for each in every["reports"] if each["source_id"] == "shop-b"]
    assert len({each["report_id"] for each in every["reports"]}) == 3


def test_rows_received_in_the_hours_of_the_range_count(wired: Wiring, ask: Ask) -> None:
    for hour in range(4):
        at = NOW + timedelta(hours=hour)
        deliver(wired, [fine(hour)], origin=f"batch-{hour}", at=at)

    def rows(start: str, end: str) -> int:
        return sum(each["rows"] for each in ask(f"2025-03-01T{start}Z", f"2025-03-01T{end}Z").data["reports"])

    assert rows("12:00:00", "16:00:00") == 4
    assert rows("13:00:00", "14:00:00") == 1
    assert rows("13:30:00", "14:00:00.001") == 2
    assert rows("16:00:00", "17:00:00") == 0


def test_without_received_rows_there_is_no_report_and_no_score(ask: Ask) -> None:
    assert ask(*DAY).data == {"reports": [], "overall_score": None, "trend": "stable", "daily": []}


def test_samples_are_limited_and_show_no_id(wired: Wiring, ask: Ask) -> None:
    for number in range(5):
        deliver(wired, [fine(7, transaction_id="secret-id", discount=500)], origin=f"batch-{number}")

    answer = ask(*DAY)

    (issue,) = answer.data["reports"][0]["issues_found"]
    assert (issue["issue_type"], issue["count"], issue["severity"]) == (
        "consistency.discount_within_amount",
        5,
        "high",
    )
    assert issue["sample_records"] == [
        "batch-0 transaction_id=xxxxxx-xx, discount=500.000000, quantity=2.0000, unit_price=9.990000"
    ]
    assert "secret" not in repr(answer.body)


def test_falling_daily_quality_is_declining(wired: Wiring, ask: Ask) -> None:
    for day in range(10):
        at = datetime(2025, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)
        rows: list[Any] = [fine(number, timestamp=at.isoformat()) for number in range(20 - day)]
        deliver(wired, rows + [{}] * day, origin=f"batch-{day}", at=at)

    assert ask("2025-03-01", "2025-03-11").data["trend"] == "declining"
    assert ask("2025-03-01", "2025-03-08").data["trend"] == "stable"
    assert ask("2025-03-01", "2025-03-03").data["daily"] == [
        {"day": "2025-03-01", "overall_score": 100, "rows": 20},
        {"day": "2025-03-02", "overall_score": 95, "rows": 20},
    ]


def test_a_report_reads_only_the_counts(wired: Wiring, ask: Ask) -> None:
    deliver(wired, [fine(1), {}])
    before = ask(*DAY).data
    for key in keys(wired.settings, ""):
        boto3.client("s3").delete_object(Bucket=wired.name_of(LAKE_BUCKET), Key=key)

    assert ask(*DAY).data == before


def test_every_error_in_a_query_is_named(ask: Ask) -> None:
    answer = ask("2025-03-02", "yesterday", data_type="profits")

    assert (answer.status, set(answer.fields)) == (400, {"time_range.end", "data_type"})


def test_reports_come_in_pages_with_the_score_of_all(wired: Wiring, ask: Ask) -> None:
    for number, source_id in enumerate(("shop-a", "shop-b", "shop-c")):
        deliver(wired, [fine(number)], origin=f"batch-{number}", source_id=source_id)
    deliver(wired, [fine(number) for number in range(8)] + [fine(9, quantity="x")], origin="batch-9", source_id="till")

    pages = [ask(*DAY, page=str(number), size="3").data for number in range(2)]

    assert [[each["source_id"] for each in page["reports"]] for page in pages] == [
        ["shop-a", "shop-b", "shop-c"],
        ["till"],
    ]
    assert {(page["totalElements"], page["totalPages"]) for page in pages} == {(4, 2)}
    assert {page["overall_score"] for page in pages} == {ask(*DAY).data["overall_score"]}
    assert "totalElements" not in ask(*DAY).data


def test_reports_are_sorted_by_a_field(ask: Ask, wired: Wiring) -> None:
    for source_id, bad in (("shop-a", 1), ("shop-b", 0), ("shop-c", 2)):
        rows = [fine(number, quantity="many" if number < bad else 1) for number in range(4 + bad)]
        deliver(wired, rows, origin=f"batch-{source_id}", source_id=source_id)

    def sources(**asked: str) -> list[str]:
        return [each["source_id"] for each in ask(*DAY, **asked).data["reports"]]

    assert sources() == ["shop-a", "shop-b", "shop-c"]
    assert sources(sort="source_id,desc") == ["shop-c", "shop-b", "shop-a"]
    assert sources(sort="rows") == ["shop-b", "shop-a", "shop-c"]
    assert sources(sort="quality_score") == ["shop-c", "shop-a", "shop-b"]
    assert sources(sort="quality_score,desc", size="1", page="1") == ["shop-a"]
    assert sources(sort="data_type,desc") == ["shop-a", "shop-b", "shop-c"]  # equal ones by source
    assert ask(*DAY, sort="report_id").fields.keys() == {"sort"}


def test_a_page_of_reports_needs_a_size(ask: Ask) -> None:
    assert ask(*DAY, page="1").fields == {"size": "is required if page is given"}
