"""The customers function over a lake in moto with Athena on DuckDB, and the scheduled computation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from functions.customers.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.workflows import compute_customers
from tests.functions.metrics.lake import Row, TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

PATH = "/api/v1/analytics/customers"
NOW = datetime(2026, 5, 1, 4, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """A lake with sales, whose customers are computed on request."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    visitor: Visitor

    def sell(self, rows: Sequence[Row]) -> None:
        """Merge these lines, and compute the roll-ups of their days."""
        self.lake.sell(rows)

    def compute(self) -> Mapping[str, Any]:
        """Run the scheduled computation."""
        computed: Mapping[str, Any] = compute_customers(self.wired)
        return computed

    def get(self, path: str, visitor: Visitor | None = None) -> Answer:
        """Ask the function."""
        token = (visitor or self.visitor).token
        return Answer.of(handler(rest_event("GET", f"{PATH}/{path}", token=token), context()))


Opened = Callable[[str], Shop]


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Open a shop that reports in a currency."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)

            def opened(currency: str) -> Shop:
                clock = Clock(NOW)
                wired = Wiring(replace(lake.settings, reporting_currency=currency), clock)
                app.dependency_overrides[wiring] = lambda: wired
                return Shop(lake, wired, clock, Visitor(wired.identity, Scope.ANALYTICS_READ))

            yield opened
            app.dependency_overrides.clear()
