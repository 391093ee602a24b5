"""The metrics function over a lake in moto, with Athena on DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventModel
from moto import mock_aws

from functions.metrics.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor
from tests.functions.metrics import shop
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

PATH = "/api/v1/analytics/metrics"


@dataclass(frozen=True)
class Answered:
    """What came back over HTTP."""

    status: HTTPStatus
    headers: Mapping[str, Sequence[str]]
    body: Any

    @property
    def data(self) -> Any:
        """The data of a successful response."""
        assert self.status is HTTPStatus.OK, self.body
        return self.body["data"]

    @property
    def failing(self) -> dict[str, str]:
        """The failing fields of a refusal, with their messages."""
        return {each["field"]: each["message"] for each in self.body["error"].get("field_errors", [])}


FILLED = {
    DataType.TRANSACTIONS: shop.lines(),
    DataType.INVENTORY: shop.stock(),
    DataType.EVENTS: shop.visits(),
}
LATE_DAYS = {(shop.OPENED + timedelta(days=number)).date() for number in (3, 14, 15, 30)}


def _is_late(row: Mapping[str, Any]) -> bool:
    """Whether a record is merged after the roll-ups of its day were computed, which then lack it."""
    moment: datetime = row["timestamp"]
    return moment.date() in LATE_DAYS and moment.hour % 2 == 0


@pytest.fixture(scope="package")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLake]:
    """A lake with the shop's records in it, some of them not in the roll-ups yet."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep(DataType.PRODUCTS, [*shop.former_goods(), *shop.goods()])
            for data_type, rows in FILLED.items():
                lake.keep(data_type, [row for row in rows if not _is_late(row)])
                lake.merge(data_type, [row for row in rows if _is_late(row)])
            lake.keep(DataType.PRODUCTS, shop.late_goods())
            lake.know_rates(shop.rates())
            yield lake


@pytest.fixture(scope="package")
def wired(lake: TestLake) -> Iterator[Wiring]:
    """The function's wiring over the lake."""
    over_lake = Wiring(lake.settings)
    app.dependency_overrides[wiring] = lambda: over_lake
    yield over_lake
    app.dependency_overrides.clear()


class Client:
    """Asks the function as API Gateway does."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def get(self, asked: Mapping[str, Sequence[str]]) -> Answered:
        """Send decoded query parameters."""
        event = rest_event("GET", PATH, query=asked, token=self._visitor.token)
        APIGatewayProxyEventModel.model_validate(event)
        answer: Any = handler(event, context())
        return Answered(HTTPStatus(answer["statusCode"]), answer["multiValueHeaders"], orjson.loads(answer["body"]))


@pytest.fixture(scope="package")
def visitor(wired: Wiring) -> Visitor:
    """A caller who may read metrics."""
    return Visitor(wired.identity, Scope.ANALYTICS_READ)


@pytest.fixture
def client(visitor: Visitor) -> Client:
    """A client of the metrics function."""
    return Client(visitor)
