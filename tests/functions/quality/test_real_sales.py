"""Reports on real sale lines, held against a reckoning in plain Python that shares nothing with ours."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import NOW
from tests.functions.quality.conftest import Ask
from tests.online_retail import lines, needs_online_retail, negative_prices

LINES, BATCH = 12_000, 5_000
Line = dict[str, Any]


def _with_slips() -> Iterator[Line]:
    """The data set's own lines, its two negative prices, and slips as senders make them."""
    for number, line in enumerate([*negative_prices(), *lines(LINES)]):
        slips: dict[str, Any] = {}
        if number % 97 == 0:
            slips["discount"] = str(abs(line["quantity"]) * Decimal(line["unit_price"]) + Decimal("0.01"))
        if number % 83 == 0:
            slips["currency"] = "EUR"
        if number % 89 == 1:
            slips["unit_cost"] = str(11 * Decimal(line["unit_price"]))
        if number % 101 == 0:
            slips["quantity"] = "many"
        if number % 3 == 0:
            slips["timestamp"] = (NOW - timedelta(hours=number % 50)).isoformat()
        if number % 113 == 5:
            slips["transaction_id"] = "the same again"
        yield {**line, **slips}


def _reckoned(batch: Sequence[Line]) -> Counter[str]:
    """Rows that fail, one by one."""
    found: Counter[str] = Counter(rows=len(batch))
    valid = [line for line in batch if line["quantity"] != "many" and Decimal(line["unit_price"]) >= 0]
    found["valid"], found["validity"] = len(valid), len(batch) - len(valid)
    currencies: defaultdict[str, set[str]] = defaultdict(set)
    for line in valid:
        currencies[line["order_id"]].add(line["currency"])
    seen: set[str] = set()
    for line in valid:
        price, quantity = Decimal(line["unit_price"]), Decimal(line["quantity"])
        expected = ("customer_id", "product_name", "product_category", "channel", "region")
        found["gaps"] += sum(line.get(name) is None for name in expected)
        discounted = Decimal(line.get("discount", 0)) > abs(quantity * price)
        mixed = len(currencies[line["order_id"]]) > 1
        found["discount"] += discounted
        found["mixed"] += mixed
        found["consistency"] += discounted or mixed
        found["accuracy"] += (price > 0 and Decimal(line.get("unit_cost", 0)) > 10 * price) or abs(quantity) > 100_000
        found["uniqueness"] += line["transaction_id"] in seen
        seen.add(line["transaction_id"])
        found["timeliness"] += NOW - datetime.fromisoformat(line["timestamp"]).astimezone(UTC) > timedelta(hours=24)
    return found


@needs_online_retail
def test_a_report_on_real_sales_equals_a_row_by_row_computation(wired: Wiring, ask: Ask) -> None:
    every, reckoned = _with_slips(), Counter[str]()
    for number, batch in enumerate(iter(lambda: list(islice(every, BATCH)), [])):
        wired.loader.load(delivery(DataType.TRANSACTIONS, batch, origin=f"batch-{number}"))
        reckoned += _reckoned(batch)

    (report,) = ask("2025-03-01", "2025-03-02").data["reports"]

    told = {each["dimension"]: (each["checked"], each["failed"]) for each in report["dimensions"]}
    rows, valid = reckoned["rows"], reckoned["valid"]
    assert told == {
        "completeness": (5 * valid, reckoned["gaps"]),
        "validity": (rows, reckoned["validity"]),
        **{name: (valid, reckoned[name]) for name in ("consistency", "accuracy", "uniqueness", "timeliness")},
    }
    issues = {each["issue_type"]: each["count"] for each in report["issues_found"]}
    assert issues["consistency.discount_within_amount"] == reckoned["discount"]
    assert issues["consistency.one_currency_per_order_id"] == reckoned["mixed"]
    assert min(reckoned[name] for name in told if name != "completeness") > 0

    lost = 10 * reckoned["gaps"] / (5 * valid) + 100 * reckoned["validity"] / rows
    lost += 100 * (reckoned["discount"] + reckoned["accuracy"]) / valid
    only_mixed = reckoned["consistency"] - reckoned["discount"]
    lost += 5 * (only_mixed + reckoned["uniqueness"] + reckoned["timeliness"]) / valid
    assert 0 <= 100 - lost - report["quality_score"] < 0.01
