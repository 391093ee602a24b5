"""Clients of the alert routes, and the evaluator behind them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from functions.alerts.handler import handler
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.alerts.scripted import Desk, Platform, platform
from tests.functions.drift.decisions import four_weeks, labels, table_of
from tests.functions.metrics import shop
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS

Ask = Callable[..., Answer]
RULES = "/api/v1/alerts/rules"
PRESENT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def asking(wired: Wiring, *scopes: Scope) -> Ask:
    """Return how a client with these scopes asks."""
    client = Visitor(wired.identity, *scopes)

    def ask(method: str = "GET", path: str = "/api/v1/alerts", **parts: Any) -> Answer:
        return Answer.of(handler(rest_event(method, path, token=client.token, **parts), context()))

    return ask


@pytest.fixture
def served(everywhere: Wiring) -> Wiring:
    """The wiring behind all functions."""
    return everywhere


@pytest.fixture
def ask(served: Wiring) -> Ask:
    """Ask as a client who reads and changes alerts."""
    return asking(served, Scope.ALERTS_READ, Scope.ALERTS_WRITE)


def rule(**changes: Any) -> dict[str, Any]:
    """A rule about a source that is silent, with changes."""
    body = {
        "name": "The merge is late",
        "severity": "high",
        "metric": "pipeline:merge:freshness",
        "condition": {"type": "above", "threshold": 600},
        "window": "PT5M",
        "evaluate_every": "PT1M",
    }
    return {**body, **changes}


@pytest.fixture(scope="module")
def scripted_platform() -> Iterator[Platform]:
    """A platform for alerts over scripted data; its clients take long to make, and other modules have their own."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with platform() as made:
            yield made


@pytest.fixture
def desk(scripted_platform: Platform) -> Desk:
    """A desk without rules of its own."""
    scripted_platform.empty()
    return Desk(scripted_platform)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wiring]:
    """A lake with the records of a shop, and decisions."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep(DataType.PRODUCTS, shop.goods())
            lake.keep(DataType.TRANSACTIONS, shop.lines(400))
            lake.keep(DataType.INVENTORY, shop.stock())
            lake.keep(DataType.EVENTS, shop.visits())
            lake.know_rates(shop.rates())
            lake.keep_table(DataType.DECISIONS, table_of(four_weeks()))
            lake.keep(DataType.LABELS, labels())
            yield Wiring(lake.settings, Clock(PRESENT))
