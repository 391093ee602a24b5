"""The products function over a lake in moto, with Athena on DuckDB."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws

from functions.products.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.lake.catalog.rollup_tables import PRODUCT_COSTS
from shared.lake.parquet.columns import write_parquet
from shared.lake.rollups.cost_days import write_days
from shared.lake.storage.object_store import LAKE_BUCKET
from shared.lake.storage.paths import INTRADAY_COST_CHANGES_KEY
from shared.products.models import ProductPerformanceResponse
from shared.products.question import ProductQuestion
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.functions.products.oracle import Oracle
from tests.functions.products.shop import OPENED, Row, Shop, days_with_changes, shop
from tests.moto_platform import CREDENTIALS

PATH = "/api/v1/analytics/products/performance"
NOW = OPENED + timedelta(days=50)
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, repr=False)
class OpenShop:
    """A shop whose records are in a lake, and the reports about it."""

    shop: Shop
    lake: TestLake
    wired: Wiring
    visitor: Visitor

    @property
    def oracle(self) -> Oracle:
        """What must be said of it."""
        return Oracle(self.shop, NOW)

    def report(self, question: ProductQuestion, cost_days: Sequence[str] | None = None) -> ProductPerformanceResponse:
        """Query without a route; costs change within the given days, if any."""
        reports = self.wired.product_reports
        state = None if cost_days is None else replace(reports.lake_state(), cost_days=cost_days)
        return reports.report(question, state)

    def get(self, asked: Mapping[str, Sequence[str]]) -> Answer:
        """Ask the function as API Gateway does."""
        return Answer.of(handler(rest_event("GET", PATH, query=asked, token=self.visitor.token), context()))


Opened = Callable[[Shop], OpenShop]


@contextmanager
def opening(directory: Path) -> Iterator[Opened]:
    """Make a lake, and a way to open shops in it, one after the other."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(directory) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            wired = Wiring(lake.settings, Clock(NOW))
            app.dependency_overrides[wiring] = lambda: wired
            yield lambda opened: _open(opened, lake, wired)
            app.dependency_overrides.clear()


def _open(opened: Shop, lake: TestLake, wired: Wiring) -> OpenShop:
    lake.keep(DataType.TRANSACTIONS, opened.lines)
    lake.keep(DataType.PRODUCTS, opened.catalogue)
    lake.keep(DataType.INVENTORY, opened.inventory)
    lake.keep(DataType.EVENTS, opened.events)
    lake.know_rates(opened.rates)
    _know_costs(lake, opened.versions)
    wired.lake.put(INTRADAY_COST_CHANGES_KEY, write_days(days_with_changes(opened.versions)))
    return OpenShop(opened, lake, wired, Visitor(wired.identity, Scope.ANALYTICS_READ))


def _know_costs(lake: TestLake, versions: Sequence[Row]) -> None:
    ordered = sorted(versions, key=lambda each: (each["product_id"], each["updated_at"]))
    rows = [
        {
            **each,
            "valid_from": each["updated_at"],
            "valid_before": next((n["updated_at"] for n in following if n["product_id"] == each["product_id"]), _NEVER),
            "cost": None if each["cost"] is None else Decimal(str(each["cost"])),
        }
        for each, following in ((each, ordered[place + 1 :]) for place, each in enumerate(ordered))
    ]
    kinds: dict[str, pa.DataType] = {"timestamp": pa.timestamp("ms"), "decimal(18,6)": pa.decimal128(18, 6)}
    columns: dict[str, Any] = {
        column.name: pa.array([_plain(row.get(column.name)) for row in rows], kinds.get(column.glue_type, pa.string()))
        for column in PRODUCT_COSTS.columns
    }
    boto3.client("s3").put_object(
        Bucket=lake.settings.name_of(LAKE_BUCKET),
        Key=f"{PRODUCT_COSTS.prefix}costs.parquet",
        Body=write_parquet(pa.table(columns)),
    )


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.fixture(scope="package")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """The shop in which everything can go wrong."""
    with opening(tmp_path_factory.mktemp("athena")) as opened:
        yield opened(shop())
