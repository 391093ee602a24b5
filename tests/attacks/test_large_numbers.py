"""No line, however large, makes a query fail, and results equal decimal arithmetic."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from functions.customers.handler import app as customers_app
from functions.ingest.handler import app as ingest_app
from functions.metrics.handler import app as metrics_app
from functions.products.handler import app as products_app
from shared.app.wiring import Wiring, wiring
from shared.lake.validation.rows import validate_rows, validate_table
from shared.lake.validation.tables import check_table
from shared.metrics.buckets import Granularity
from shared.metrics.catalogue import METRICS, MetricType
from shared.records.bounds import LARGEST_AMOUNT
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form
from shared.runtime.numbers import to_json_number
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import merge_all
from tests.fakes.workflows import compute_customers
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS
from tests.tiers import examples
from tests.unit.lake.test_intake import STAMP

APPS = {"metrics": metrics_app, "products": products_app, "customers": customers_app, "ingest": ingest_app}
LARGEST_PRICE = "999999999999"
RATES = {"KWD": Decimal("3.257"), "IRR": Decimal("0.000023"), "VND": Decimal("0.000000000000001")}
AGGREGATED = [(name, each) for name, metric in METRICS.items() for each in metric.formulas]
POISONED = "2025-02-10"


@dataclass(frozen=True)
class House:
    """A platform with Athena over its lake."""

    lake: TestLake
    wired: Wiring
    visitor: Visitor
    days: Iterator[int] = field(default_factory=lambda: count(1))

    def call(self, app: str, method: str, path: str, **parts: Any) -> Answer:
        """Send a request to a function."""
        event = rest_event(method, f"/api/v1{path}", token=self.visitor.token, **parts)
        return Answer.of(APPS[app](event, context()))

    def metric(self, metric_type: str, day: str, **asked: str) -> Answer:
        """Ask for a metric of one day, compared with the day before it."""
        query = {
            "metric_type": metric_type,
            "include_comparison": "true",
            "time_range[start]": day,
            "time_range[end]": _after(day),
            **asked,
        }
        return self.call("metrics", "GET", "/analytics/metrics", query={name: [each] for name, each in query.items()})

    def a_new_day(self) -> str:
        """A day of which nothing is known, nor of the one before it."""
        return (date(2020, 1, 1) + timedelta(days=2 * next(self.days))).isoformat()


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            wired = Wiring(lake.settings, Clock(NOW))
            for app in APPS.values():
                app.dependency_overrides[wiring] = lambda: wired
            spans = {"valid_from": "1999-01-01", "valid_before": "9999-12-31"}
            lake.know_rates([{"currency": name, "rate": rate, **spans} for name, rate in RATES.items()])
            yield House(lake, wired, Visitor(wired.identity))
            for app in APPS.values():
                app.dependency_overrides.clear()


def line(number: int, day: str, **fields: Any) -> dict[str, Any]:
    """A sale line of a day."""
    told = {"transaction_id": f"{day}-{number}", "timestamp": f"{day}T10:00:00Z", **fields}
    return good(DataType.TRANSACTIONS, **told)


@pytest.fixture(scope="module")
def poisoned(house: House) -> House:
    """A house with lines that only an older version of the validation took, beside others of the same day."""
    before = (date.fromisoformat(POISONED) - timedelta(days=1)).isoformat()
    kinds = [{"currency": name, "customer_id": "c-1", "order_id": "o-1"} for name in ("USD", *RATES)]
    largest = [
        line(number, POISONED, **{**kind, "quantity": quantity, "unit_price": LARGEST_PRICE, "unit_cost": cost})
        for number, (kind, quantity, cost) in enumerate(
            (kind, quantity, cost) for kind in kinds for quantity in (1e9, 1e9, -1e9) for cost in (LARGEST_PRICE, None)
        )
    ]
    _stored(house, [line(0, before, quantity=0.0001, unit_price="0.000001", customer_id="c-2"), *largest])
    house.lake.keep(DataType.PRODUCTS, [{"product_id": "p-1", "name": "Mug", "cost": LARGEST_PRICE, "currency": "KWD"}])
    stock = {"product_id": "p-1", "quantity_on_hand": 1e9, "unit_cost": LARGEST_PRICE, "location": "x"}
    house.lake.keep(DataType.INVENTORY, [_timed({**stock, "timestamp": f"{POISONED}T00:00:00Z"})])
    return house


def _stored(house: House, lines: Sequence[Mapping[str, Any]]) -> None:
    """Put lines into the lake past the validation."""
    house.lake.sell([_timed(each) for each in lines])


def _timed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "timestamp": datetime.fromisoformat(row["timestamp"]).astimezone(UTC)}


def _numbers_in(body: Any) -> Iterator[float]:
    for each in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        if isinstance(each, int | float):
            yield each
        else:
            yield from _numbers_in(each)


def _comes(answer: Answer) -> None:
    assert answer.status == 200, answer.body
    assert all(math.isfinite(each) for each in _numbers_in(answer.data))


@pytest.mark.parametrize(("metric_type", "aggregation"), AGGREGATED)
def test_old_lines_worth_10_to_the_21_break_no_metric(
    poisoned: House, metric_type: MetricType, aggregation: str
) -> None:
    _comes(poisoned.metric(metric_type, POISONED, aggregation=aggregation))


@pytest.mark.parametrize("granularity", Granularity)
def test_old_large_lines_break_no_granularity(poisoned: House, granularity: Granularity) -> None:
    _comes(poisoned.metric("average_order_value", POISONED, granularity=granularity))
    _comes(poisoned.metric("revenue", POISONED, granularity=granularity, **{"filters[currency]": "KWD"}))


def test_a_total_beyond_64_bits_is_the_nearest_json_number(poisoned: House) -> None:
    found = poisoned.metric("revenue", POISONED, **{"filters[currency]": "USD"}).data["summary"]

    assert found["total"] == float(Decimal(LARGEST_PRICE) * 10**9 * 2)


def test_old_large_lines_break_no_product_query(poisoned: House) -> None:
    asked = {"time_range[start]": [POISONED], "time_range[end]": ["2025-02-27"], "category": ["none"]}

    _comes(poisoned.call("products", "GET", "/analytics/products/performance", query=asked))
    del asked["category"]
    _comes(poisoned.call("products", "GET", "/analytics/products/performance", query=asked))


def test_old_large_lines_break_no_customer_query(poisoned: House) -> None:
    compute_customers(poisoned.wired)

    for path in ("/analytics/customers/c-1/profile", "/analytics/customers/c-2/profile"):
        _comes(poisoned.call("customers", "GET", path))
    _comes(poisoned.call("customers", "GET", "/analytics/customers/segments"))


FACTORS = st.sampled_from(
    [
        *[("1000000000", "999999.999999"), ("-1000000000", "999999.999999"), ("1000", LARGEST_PRICE)],
        *[("0.0001", LARGEST_PRICE), ("0.0001", "0.000001"), ("1000.0001", "999999899999.999999"), ("1", "0.01")],
    ]
)
LINES = st.lists(st.tuples(FACTORS, st.sampled_from(["USD", *RATES])), min_size=2, max_size=12)


# Each example asks Athena; shrinking would take minutes.
@settings(max_examples=examples(3), deadline=None, phases=[Phase.generate])
@given(drawn=LINES)
def test_metrics_of_the_largest_valid_lines_equal_decimal_arithmetic(
    house: House, drawn: list[tuple[tuple[str, str], str]]
) -> None:
    day = house.a_new_day()
    rows = [
        line(number, day, quantity=float(quantity), unit_price=price, currency=currency)
        for number, ((quantity, price), currency) in enumerate(drawn)
    ]
    assert not validate_rows(DataType.TRANSACTIONS, rows, form=Form.TYPED, at=NOW, stamp=STAMP).errors
    _stored(house, rows)
    nets = [(Decimal(quantity) * Decimal(price), currency) for (quantity, price), currency in drawn]
    of_dollars = [net for net, currency in nets if currency == "USD"]
    converted = sum((net * RATES.get(currency, Decimal(1)) for net, currency in nets), Decimal())

    dollars = house.metric("revenue", day, **{"filters[currency]": "USD"}).data["summary"]
    average = house.metric("revenue", day, aggregation="avg", **{"filters[currency]": "USD"}).data["summary"]
    everything = house.metric("revenue", day).data

    assert dollars["total"] == to_json_number(sum(of_dollars, Decimal()))
    assert average["total"] == to_json_number(sum(of_dollars, Decimal()) / len(of_dollars) if of_dollars else Decimal())
    assert everything["metadata"]["total_records"] == len(rows)
    largest = max(abs(net * RATES.get(currency, Decimal(1))) for net, currency in nets)
    assert abs(Decimal(str(everything["summary"]["total"])) - converted) <= largest * Decimal("1e-14") + 1


def test_a_line_worth_10_to_the_15_is_rejected_and_one_below_accepted(house: House) -> None:
    rows = [
        line(1, "2025-02-20", quantity=1_000_000_000, unit_price=LARGEST_PRICE),
        line(2, "2025-02-20", quantity=-1_000_000, unit_price="1000000000"),
        line(3, "2025-02-20", quantity=1_000_000, unit_price="999999999.999999", unit_cost=LARGEST_PRICE),
        *(line(number, "2025-02-20", quantity=1_000_000, unit_price="999999999.999999") for number in range(4, 12)),
    ]
    configured = house.wired.source_configs.of("web-shop")
    anything_goes = configured.model_copy(update={"thresholds": {DataType.TRANSACTIONS: 0}})
    house.wired.source_configs.put("web-shop", anything_goes)
    batch = {"source_id": "web-shop", "data_type": "transactions", "format": "json", "data": rows}

    answer = house.call("ingest", "POST", "/ingest/batch", body=batch)
    merge_all(house.wired)

    assert [(each["row"], each["field"], each["code"]) for each in answer.data["errors"]] == [
        (0, "/unit_price", "amount_too_large"),
        (1, "/unit_price", "amount_too_large"),
        (2, "/unit_cost", "amount_too_large"),
    ]
    total = house.metric("revenue", "2025-02-20").data["summary"]["total"]
    assert total == to_json_number(8 * 1_000_000 * Decimal("999999999.999999"))


EXTREMES = st.sampled_from(["1000000000", "-1000000000", "1000000", "1000", "1", "0.0001", "1000.0001"])
PRICES = st.sampled_from([LARGEST_PRICE, "1000000", "999999.999999", "1000000000", "999999999.999999", "0"])


@settings(max_examples=examples(40), deadline=None)
@given(drawn=st.lists(st.tuples(EXTREMES, PRICES, st.none() | PRICES), min_size=1, max_size=5))
def test_row_and_column_validation_agree_on_the_largest_amounts(
    drawn: list[tuple[str, str, str | None]],
) -> None:
    rows = [
        line(number, "2025-02-20", quantity=quantity, unit_price=price, unit_cost=cost or "")
        for number, (quantity, price, cost) in enumerate(drawn)
    ]
    table = check_table(SCHEMAS[DataType.TRANSACTIONS], _texts(rows), form=Form.TEXT, at=NOW).table

    by_row = validate_rows(DataType.TRANSACTIONS, rows, form=Form.TEXT, at=NOW, stamp=STAMP)
    by_column = validate_table(DataType.TRANSACTIONS, table, form=Form.TEXT, at=NOW, stamp=STAMP)
    typed = [{**row, "quantity": float(row["quantity"]), "unit_cost": row["unit_cost"] or None} for row in rows]
    straight = validate_rows(DataType.TRANSACTIONS, typed, form=Form.TYPED, at=NOW, stamp=STAMP)

    too_large = {
        number
        for number, (quantity, *amounts) in enumerate(drawn)
        if any(abs(Decimal(quantity) * Decimal(each)) >= LARGEST_AMOUNT for each in amounts if each is not None)
    }
    assert {error.row for error in by_row.errors} == too_large
    assert list(by_column.errors) == list(by_row.errors)
    assert by_column.table.equals(by_row.table)
    assert {error.row for error in straight.errors} == too_large
    assert straight.table.equals(by_row.table)


def _texts(rows: Sequence[Mapping[str, Any]]) -> Any:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})


@pytest.mark.parametrize("written", ["9223372036854775808", "1e21", "0.00005", "-9223372036854775809", "1e50"])
def test_any_decimal_is_written_as_a_json_number(written: str) -> None:
    told = orjson.dumps(to_json_number(Decimal(written)))

    assert math.isclose(float(orjson.loads(told)), float(Decimal(written)), rel_tol=1e-15, abs_tol=0.0001)
