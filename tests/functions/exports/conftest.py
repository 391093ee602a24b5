"""The export functions over a lake in moto, with Athena on DuckDB."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3
import orjson
import pytest
from moto import mock_aws

from functions.experiments.handler import app as experiments_app
from functions.experiments.handler import handler as experiments_handler
from functions.exports.handler import app, handler
from functions.fraud.handler import app as fraud_app
from functions.fraud.handler import handler as fraud_handler
from functions.metrics.handler import app as metrics_app
from functions.metrics.handler import handler as metrics_handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.exports.decision_exports import Limits
from shared.exports.queue import EXPORT_QUEUE
from shared.records.schema import DataType
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.exports.decisions import NOW, RANGE, decisions, labels
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

ANALYTICS = "/api/v1/analytics"
PATH = f"{ANALYTICS}/export"
_APPS = (app, experiments_app, fraud_app, metrics_app)
_UNLIMITED = {each: {"limit": 100_000} for each in ("export", "fraud")}
_HANDLERS = {
    f"{ANALYTICS}/metrics": metrics_handler,
    f"{ANALYTICS}/cohorts": fraud_handler,
    f"{ANALYTICS}/dashboard": fraud_handler,
}


@dataclass(frozen=True)
class Reply:
    """A response: its headers by their names in lower case, and its body as the client has it."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.content)

    @property
    def fields(self) -> dict[str, str]:
        """Which fields of the request are wrong, and why."""
        assert self.status == 400, self.content
        return {each["field"]: each["message"] for each in self.body["details"]["fields"]}

    @property
    def sha256(self) -> str:
        """The digest of the body."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, repr=False)
class World:
    """The functions over a lake, and a user of them."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    visitor: Visitor

    def export(self, data_type: str, form: str = "csv", *, user: Visitor | None = None, **filters: Any) -> Reply:
        """Export data of the range, with further filters."""
        body = {"format": form, "dataType": data_type, "filters": {**RANGE, **filters}, "includeCharts": True}
        return self.post(body, user=user)

    def post(self, body: Any, *, user: Visitor | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request for an export."""
        token = (user or self.visitor).token
        return _reply(handler(rest_event("POST", PATH, body=body, headers=headers, token=token), context()))

    def get(self, path: str, *, user: Visitor | None = None, **query: Any) -> Reply:
        """Ask the API."""
        asked = {name: [value] for name, value in query.items()}
        event = rest_event("GET", path, query=asked or None, token=(user or self.visitor).token)
        return _reply(_HANDLERS.get(path, handler)(event, context()))

    def ask(self, route: str, **query: Any) -> Any:
        """Ask a route of analytics about the range."""
        reply = self.get(f"{ANALYTICS}/{route}", **RANGE, **query)
        assert reply.status == 200, reply.content
        return reply.body

    def experiment(self, method: str, path: str = "", body: Any = None) -> Any:
        """Ask a route of experiments as somebody who may define them."""
        user = Visitor(self.wired.identity, Scope.EXPERIMENTS_READ, Scope.EXPERIMENTS_WRITE)
        event = rest_event(method, f"{ANALYTICS}/experiments{path}", body=body, token=user.token)
        reply = _reply(experiments_handler(event, context()))
        assert reply.status in {200, 201}, reply.content
        return reply.body

    def waiting(self) -> list[str]:
        """Take the messages from the queue of exports."""
        url = self.wired.name_of(EXPORT_QUEUE)
        answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        messages = answer.get("Messages", [])
        for each in messages:
            boto3.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return [each["Body"] for each in messages]


def _reply(answer: Any) -> Reply:
    body = answer["body"] or ""
    headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
    return Reply(answer["statusCode"], headers, b64decode(body) if answer["isBase64Encoded"] else body.encode())


@pytest.fixture(scope="package")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLake]:
    """A lake with decisions and labels."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (made, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            made.keep(DataType.LABELS, list(labels()))
            made.keep(DataType.DECISIONS, list(decisions()))
            yield made


@pytest.fixture
def deploy(lake: TestLake) -> Iterator[Callable[..., World]]:
    """Deploys the functions over the lake, with settings and limits of a test."""

    def over(limits: Limits | None = None, **settings: Any) -> World:
        clock = Clock(NOW)
        wired = Wiring(_settings(lake.settings, **settings), clock)
        if limits is not None:
            wired.exporter = replace(wired.exporter, decisions=replace(wired.exporter.decisions, limits=limits))
        for each in _APPS:
            each.dependency_overrides[wiring] = lambda: wired
        return World(lake, wired, clock, user_of(wired))

    yield over
    for each in _APPS:
        each.dependency_overrides.clear()


def _settings(settings: Settings, **changes: Any) -> Settings:
    return replace(settings, **{"rate_limits": _UNLIMITED, **changes})


def user_of(wired: Wiring) -> Visitor:
    """A user who may export, and read what is exported."""
    return Visitor(wired.identity, Scope.EXPORT_RUN, Scope.FRAUD_READ, Scope.ANALYTICS_READ)


@pytest.fixture
def world(deploy: Callable[..., World]) -> World:
    """The functions with the usual settings."""
    return deploy()
