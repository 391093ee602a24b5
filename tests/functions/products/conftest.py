"""The products function over a lake in moto, with Athena on DuckDB."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from moto import mock_aws

from functions.products.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.athena.pinned_queries import LakeView, PinnedQueries
from shared.auth.scopes import Scope
from shared.lake.parquet.columns import to_table
from shared.lake.rollups.product_history import ProductHistory
from shared.products.dependencies import STATES
from shared.products.models import ProductPerformanceResponse
from shared.products.question import ProductQuestion
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.metrics.lake import STAMP, TestLake, lake_with_athena
from tests.functions.products.oracle import Oracle
from tests.functions.products.shop import OPENED, Row, Shop, days_with_changes, shop
from tests.moto_platform import CREDENTIALS

PATH = "/api/v1/analytics/products/performance"
T = TypeVar("T")
NOW = OPENED + timedelta(days=50)


class Uncached:
    """Computes every result: all statements of a question have the same key, and here each of them is wanted."""

    def get_or_compute(self, _key: str | None, _form: object, compute: Callable[[], T], _: object) -> tuple[T, bool]:
        """Compute a result."""
        return compute(), False


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
        """Query without a route or a cache; costs change within the given days, if any."""
        queries = PinnedQueries(self.wired.athena.run, Uncached(), self.wired.table_states)  # type: ignore[arg-type] # see it
        reports = replace(self.wired.product_reports, queries=queries)
        return reports.report(question, None if cost_days is None else self._view(cost_days))

    def _view(self, cost_days: Sequence[str]) -> LakeView:
        states = self.wired.table_states.get_many(STATES)
        products = replace(states[DataType.PRODUCTS], cost_days=tuple(cost_days))
        return LakeView({**states, DataType.PRODUCTS: products})

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
    _know_costs(wired, opened.versions)
    return OpenShop(opened, lake, wired, Visitor(wired.identity, Scope.ANALYTICS_READ))


def _know_costs(wired: Wiring, versions: Sequence[Row]) -> None:
    """Publish the history of the catalogue, as a merge of products does."""
    history = ProductHistory(wired.lake_tables).append([to_table(DataType.PRODUCTS, versions, STAMP)])
    assert set(history.cost_days) == days_with_changes(versions)
    wired.table_states.update(
        DataType.PRODUCTS, lambda state: state.with_derived(history.snapshots, state.sequence + 1, history.cost_days)
    )
    wired.rollups.run(DataType.TRANSACTIONS)


@pytest.fixture(scope="package")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenShop]:
    """The shop in which everything can go wrong."""
    with opening(tmp_path_factory.mktemp("athena")) as opened:
        yield opened(shop())
