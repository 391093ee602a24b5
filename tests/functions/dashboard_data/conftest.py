"""A platform with every kind of record, a user of dashboards, and every route that widgets take their data from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from functions.manifest import HTTP_FUNCTIONS
from shared.app.wiring import Wiring, wiring
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE
from shared.dashboards.questions import WidgetQuestion
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.dashboards.refresher import RefreshedAnswer
from shared.records.schema import DataType
from shared.runtime.resources import Table
from tests.events.api_gateway import context, rest_event
from tests.fakes import glue_versions, s3_conditions
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.identities import Visitor
from tests.fakes.serialized_calls import SerializedCalls
from tests.fakes.state_dump import merge_all, roll_up_all
from tests.fakes.workflows import compute_customers
from tests.functions.dashboards.conftest import SCOPES, User
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS, environment

if TYPE_CHECKING:
    from shared.dashboards.data import DashboardData

NOW = datetime(2025, 4, 3, 10, 20, 30, tzinfo=UTC)
RATE = {"currency": "EUR", "valid_from": "2024-01-01", "valid_before": "9999-12-31", "rate": Decimal("1.0825")}
_TRIES = 20
_REGIONS = ("Germany", "FR", "United Kingdom", "EMEA", "usa", None)
_VOLATILE = {"query_time_ms", "cache_hit", "generated_at", "checkedAt"}
_deliveries = count()


@dataclass
class Platform:
    """The platform behind the routes."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    user: User

    def deliver(self, data_type: DataType, rows: Sequence[Mapping[str, Any]]) -> None:
        """Load and merge rows."""
        loaded = delivery(data_type, rows, origin=f"batch-{next(_deliveries)}", at=self.clock())
        self.wired.loader.load(loaded)
        merge_all(self.wired)

    def sell(self, name: str, **said: Any) -> None:
        """Load and merge a line of an hour ago."""
        at = self.clock() - timedelta(hours=1)
        self.deliver(DataType.TRANSACTIONS, [line(name, at, **said)])

    def show(self, *widgets: Any) -> Any:
        """Store a dashboard and return its data."""
        return self.data(self.user.make(widgets=list(widgets)))

    def data(self, made: Any, **query: str) -> Any:
        """Return the data of a stored dashboard, once they are computed: the tests' engine runs one query at a time."""
        for _ in range(_TRIES):
            told = self.data_now(made, **query)
            if all(each["status"] != "loading" for each in told["data"].values()):
                break
        return told

    def data_now(self, made: Any, **query: str) -> Any:
        """Return the data of a stored dashboard, as far as they are computed in time."""
        asked = {name: [value] for name, value in query.items()}
        return self.user.ask("GET", f"/{made['dashboard_id']}/data", query=asked).data

    def warm(self, made: Any) -> None:
        """Have the queries of a dashboard in the result cache, but none of its answers remembered."""
        self.data(made)
        self.forget()

    def forget(self) -> None:
        """Forget all answers, and all questions that wait for one."""
        dynamodb, table = boto3.client("dynamodb"), self.wired.name_of(WIDGET_ANSWERS_TABLE)
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={"question_id": item["question_id"]})
        self.waiting()

    def route(self, path: str, **asked: Any) -> Any:
        """Return the body of a route, of the Commerce dialect its data."""
        query = {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
        owner = next(each for each in HTTP_FUNCTIONS for route in each.routes() if route.path == f"/api/v1{path}")
        handler = import_module(f"functions.{owner.name}.handler").handler
        event = rest_event("GET", f"/api/v1{path}", query=query, token=self.user.visitor.token)
        answer = Answer.of(handler(event, context()))
        assert answer.status == 200, answer.body
        body = answer.body
        return body["data"] if isinstance(body, dict) and "success" in body else body

    def waiting(self) -> list[str]:
        """Take all messages from the queue of questions."""
        sqs, queue = boto3.client("sqs"), self.wired.name_of(WIDGET_QUEUE)
        found: list[str] = []
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for each in messages:
                found.append(each["Body"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        return found

    def refresh(self) -> list[RefreshedAnswer]:
        """Compute the answers that messages in the queue ask for, as the function behind it does."""
        return [self.refreshed(WidgetQuestion.read(json.loads(each))) for each in self.waiting()]

    def refreshed(self, question: WidgetQuestion) -> RefreshedAnswer:
        """Bring the remembered answer to a question up to date, and return it."""
        refresher = self.wired.widget_refresher
        return refresher.refresh(question, refresher.moment())

    @contextmanager
    def reads_of(self, table: Table) -> Iterator[list[str]]:
        """Give the keys of the items of a table that are read one by one inside."""
        name, keys, hook = self.wired.name_of(table), list[str](), "provide-client-params.dynamodb.GetItem"
        clients = (self.wired.clients.dynamodb, self.wired.clients.best_effort_dynamodb)

        def look(params: dict[str, Any], **_: Any) -> None:
            if params["TableName"] == name:
                keys.append(json.dumps(params["Key"], sort_keys=True))

        for each in clients:
            each.meta.events.register(hook, look)
        try:
            yield keys
        finally:
            for each in clients:
                each.meta.events.unregister(hook, look)

    def over(self, **reports: Any) -> None:
        """Replace some of the reports that widgets ask."""
        for name in ("dashboard_data", "widget_refresher"):
            data: DashboardData = getattr(self.wired, name)
            setattr(self.wired, name, replace(data, reports=replace(data.reports, **reports)))


def lasting(body: Any) -> Any:
    """A body without the fields that differ each time."""
    if isinstance(body, dict):
        return {name: lasting(value) for name, value in body.items() if name not in _VOLATILE}
    return [lasting(each) for each in body] if isinstance(body, list) else body


def line(name: str, at: datetime, **said: Any) -> dict[str, Any]:
    """A sale line."""
    return {
        "transaction_id": name,
        "order_id": f"order-{name}",
        "timestamp": at.isoformat(),
        "product_id": "p-1",
        "customer_id": "c-1",
        "quantity": 2,
        "unit_price": 10,
        "currency": "USD",
        **said,
    }


def _lines(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(150):
        dimensions = {
            "region": rng.choice(_REGIONS),
            "channel": rng.choice(("web", "app", None)),
            "product_category": rng.choice(("tea", "toys", "books", None)),
            "customer_segment": rng.choice(("new", "loyal", None)),
        }
        yield line(
            f"t-{number}",
            NOW - timedelta(minutes=rng.randrange(120 * 24 * 60)),
            order_id=f"o-{number // 2}",
            product_id=f"p-{rng.randrange(4)}",
            customer_id=f"c-{rng.randrange(20)}",
            quantity=rng.choice((1, 2, 3, -1)),
            unit_price=rng.choice(("9.99", "25", "0.333333")),
            currency=rng.choice(("USD", "EUR")),
            **{name: value for name, value in dimensions.items() if value is not None},
        )


def _events(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(80):
        yield {
            "event_id": f"e-{number}",
            "session_id": f"s-{number // 3}",
            "timestamp": (NOW - timedelta(hours=number // 3 * 20, minutes=number % 3)).isoformat(),
            "event_type": rng.choice(("page_view", "product_view", "purchase")),
            "product_id": f"p-{rng.randrange(4)}",
            "region": rng.choice(("Germany", "FR")),
            "channel": rng.choice(("web", "app")),
        }


def _levels(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(40):
        yield {
            "product_id": f"p-{number % 4}",
            "location": f"l-{number % 2}",
            "timestamp": (NOW - timedelta(hours=number * 31)).isoformat(),
            "quantity_on_hand": rng.randrange(50),
        }


def _products() -> Iterator[dict[str, Any]]:
    for number in range(4):
        yield {
            "product_id": f"p-{number}",
            "name": f"Product {number}",
            "category": ("tea", "toys", "books", "tea")[number],
            "unit_cost": 4,
            "updated_at": (NOW - timedelta(days=300)).isoformat(),
        }


def _decisions(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(120):
        yield {
            "decision_id": f"d-{number}",
            "timestamp": (NOW - timedelta(hours=number * 13 + 1)).isoformat(),
            "score": round(rng.random(), 3),
            "outcome": rng.choice(("approve", "approve", "review", "decline")),
            "merchant": f"m-{number % 3}",
            "channel": rng.choice(("web", "app")),
            "model_version": "fraud-1",
            "amount": "12.5",
            "currency": "USD",
            "latency_ms": 20 + number % 7,
            "features": {"age": rng.randrange(80), "country": rng.choice(("DE", "FR"))},
        }


def _labels(rng: Random) -> Iterator[dict[str, Any]]:
    for number in range(0, 120, 3):
        decided = NOW - timedelta(hours=number * 13 + 1)
        yield {
            "decision_id": f"d-{number}",
            "label": rng.choice(("fraud", "legitimate")),
            "labelled_at": (decided + timedelta(minutes=30)).isoformat(),
            "source": "manual_review",
            "decision_timestamp": decided.isoformat(),
        }


def _records() -> Mapping[DataType, list[dict[str, Any]]]:
    rng = Random(14)  # noqa: S311 # the same records every time
    return {
        DataType.PRODUCTS: list(_products()),
        DataType.TRANSACTIONS: list(_lines(rng)),
        DataType.EVENTS: list(_events(rng)),
        DataType.INVENTORY: list(_levels(rng)),
        DataType.DECISIONS: list(_decisions(rng)),
        DataType.LABELS: list(_labels(rng)),
    }


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform with its records, of which some days are not in the roll-ups."""
    with pytest.MonkeyPatch.context() as variables, mock_aws(), ExitStack() as served:
        for name, value in CREDENTIALS.items():
            variables.setenv(name, value)
        boto3.DEFAULT_SESSION = session = boto3.Session()  # moto puts the one before back
        s3_conditions.listen(session.events)
        SerializedCalls().listen(session.events)
        glue_versions.listen(session.events)
        lake, athena = served.enter_context(lake_with_athena(tmp_path_factory.mktemp("athena")))
        variables.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
        for name, value in environment(lake.settings).items():
            variables.setenv(name, value)
        clock = Clock(NOW)
        lake.know_rates([RATE])
        wired = Wiring(lake.settings, clock)
        platform = Platform(lake, wired, clock, User(Visitor(wired.identity, *SCOPES)))
        for data_type, rows in _records().items():
            platform.deliver(data_type, rows)
        roll_up_all(platform.wired)
        compute_customers(platform.wired)
        yield platform


@pytest.fixture
def platform(filled: Platform) -> Iterator[Platform]:
    """The platform, which remembers no answers."""
    filled.clock.now = NOW
    filled.wired = Wiring(filled.lake.settings, filled.clock)
    filled.user = User(Visitor(filled.wired.identity, *SCOPES))
    apps = [function.app() for function in HTTP_FUNCTIONS]
    for app in apps:
        app.dependency_overrides[wiring] = lambda: filled.wired
    filled.forget()
    yield filled
    for app in apps:
        app.dependency_overrides.clear()
