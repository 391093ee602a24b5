"""SQL injection, tried on an engine: a hostile filter finds the rows that have the value, and no others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from functions.declaration import Route
from functions.metrics.handler import app as metrics_app
from functions.products.handler import app as products_app
from shared.app.wiring import Wiring, wiring
from shared.records.schema import DataType
from tests.attacks.conftest import UNLIMITED
from tests.attacks.hostile import SQL
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.every_route import ask
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS

RANGE = {"time_range[start]": ["2025-01-01"], "time_range[end]": ["2025-01-05"]}
METRICS = Route("/api/v1/analytics/metrics", "GET")
PRODUCTS = Route("/api/v1/analytics/products/performance", "GET")
VALUES = list(SQL.values())


def lines() -> Sequence[Mapping[str, Any]]:
    """A sale of each hostile value, of as many units as its place says."""
    return [
        {
            "transaction_id": f"t-{place}",
            "order_id": f"o-{place}",
            "product_id": text[:128],
            "timestamp": datetime(2025, 1, 2, 12, tzinfo=UTC),
            "quantity": place,
            "unit_price": "1.00",
            "discount": 0,
            "currency": "USD",
            "status": "completed",
            "product_category": text,
            "region": text,
            "channel": text,
            "customer_segment": text,
            "customer_id": text[:128],
        }
        for place, text in enumerate(VALUES, start=1)
    ]


@pytest.fixture(scope="module")
def shopper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A client of a lake with hostile values, over an Athena that executes the statements."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, address):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", address)
            lake.keep(DataType.TRANSACTIONS, lines())
            wired = Wiring(replace(lake.settings, rate_limits=UNLIMITED), Clock())
            for app in (metrics_app, products_app):
                app.dependency_overrides[wiring] = lambda: wired
            yield Visitor(wired.identity)
            for app in (metrics_app, products_app):
                app.dependency_overrides.clear()


@pytest.mark.parametrize("dimension", ["region", "product_category"])
def test_a_hostile_filter_finds_its_own_rows(shopper: Visitor, dimension: str) -> None:
    for units, text in enumerate(VALUES, start=1):
        query = {**RANGE, "metric_type": ["revenue"], f"filters[{dimension}][]": [text]}
        assert Answer.of(ask(METRICS, query=query, token=shopper.token)).data["summary"]["total"] == units, text


def test_a_hostile_category_lists_its_own_product(shopper: Visitor) -> None:
    for units, text in enumerate(VALUES, start=1):
        listed = Answer.of(ask(PRODUCTS, query={**RANGE, "category": [text]}, token=shopper.token)).data["products"]
        assert [each["revenue"] for each in listed] == [units], text
