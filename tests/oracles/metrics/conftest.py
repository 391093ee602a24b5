"""A lake in which a real retailer's year lies, the metrics function over it, and the same year in pandas."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from functions.metrics.handler import app
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from tests.fakes.identities import Visitor
from tests.functions.metrics.conftest import Client
from tests.functions.metrics.lake import STAMP, TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS
from tests.oracles.metrics import stock
from tests.oracles.metrics.asked import Asked
from tests.oracles.metrics.retail import lake_table, read_sales

Ask = Callable[[Asked], Any]


@pytest.fixture(scope="package")
def sales() -> Any:
    """The retailer's lines."""
    return read_sales()


@pytest.fixture(scope="package")
def lake(tmp_path_factory: pytest.TempPathFactory, sales: Any) -> Iterator[TestLake]:
    """A lake in which they lie, with all that is rolled up of them."""
    with lake_of(sales, tmp_path_factory.mktemp("athena")) as lake:
        yield lake


@contextmanager
def lake_of(sales: Any, directory: Path) -> Iterator[TestLake]:
    """A lake of sales in moto, with Athena on DuckDB."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(directory) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep_table(DataType.TRANSACTIONS, lake_table(DataType.TRANSACTIONS, sales, STAMP))
            yield lake


@pytest.fixture(scope="package")
def levels(lake: TestLake, sales: Any) -> Any:
    """The ledger of stock, which lies in the lake, as the products do."""
    ledger = stock.ledger(sales)
    lake.keep_table(DataType.INVENTORY, lake_table(DataType.INVENTORY, ledger, STAMP))
    lake.keep_table(DataType.PRODUCTS, lake_table(DataType.PRODUCTS, stock.products(ledger), STAMP))
    return ledger


@pytest.fixture(scope="package")
def wired(lake: TestLake) -> Iterator[Wiring]:
    """The function's wiring over the lake."""
    over_lake = Wiring(lake.settings)
    app.dependency_overrides[wiring] = lambda: over_lake
    yield over_lake
    app.dependency_overrides.clear()


@pytest.fixture
def ask(wired: Wiring) -> Ask:
    """Asks the function over HTTP."""
    client = Client(Visitor(wired.identity, Scope.ANALYTICS_READ))

    def data(asked: Asked) -> Mapping[str, Any]:
        found: Mapping[str, Any] = client.get(asked.parameters).data
        return found

    return data
