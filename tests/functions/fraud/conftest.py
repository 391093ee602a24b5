"""The fraud functions over the Handbook's decisions in a lake in moto, with Athena on DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import orjson
import pandas as pd
import pytest
from moto import mock_aws

from functions.fraud.handler import app, handler
from functions.metrics.handler import app as metrics_app
from functions.metrics.handler import handler as metrics_handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from shared.runtime.values import timestamp
from tests import handbook
from tests.events.api_gateway import context, rest_event
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS
from tests.oracles import fraud
from tests.tiers import one_in

Record = Mapping[str, Any]
NOW = datetime.fromisoformat("2018-09-14T10:20:30Z")
"""The decisions of the first week are mature by now."""

LATE_SINCE = datetime.fromisoformat("2018-09-12T00:00:00Z")
"""Labels from then on are merged after the roll-ups."""

EVERY = 6
"""One in so many decisions, to keep the tests quick."""

_LEFT_OUT = {"features", "attributions", "base_value"}


@dataclass(frozen=True)
class Answered:
    """What came back over HTTP."""

    status: HTTPStatus
    body: Any

    @property
    def told(self) -> Any:
        """The body of a successful response."""
        assert self.status is HTTPStatus.OK, self.body
        return self.body

    @property
    def failing(self) -> dict[str, str]:
        """The failing fields of a refusal, with their messages."""
        assert self.status is HTTPStatus.BAD_REQUEST, self.body
        return {each["field"]: each["message"] for each in self.body["details"]["fields"]}


@dataclass(frozen=True)
class World:
    """Decisions and labels in a lake, and what an independent computation says of them."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    decisions: Sequence[Record]
    labels: Sequence[Record]

    def truth(
        self, as_of: datetime = NOW, *, start: datetime | None = None, end: datetime | None = None
    ) -> pd.DataFrame:
        """The truth of the decisions of a range at a time."""
        told = fraud.truths(self.decisions, self.labels, as_of)
        return fraud.between(
            told, start or datetime.min.replace(tzinfo=NOW.tzinfo, year=1990), end or as_of + timedelta(days=1)
        )


def _parsed(record: Record) -> dict[str, Any]:
    times = {"timestamp", "labelled_at", "decision_timestamp"}
    return {name: timestamp(value) if name in times else value for name, value in record.items()}


@pytest.fixture(scope="package", params=one_in(len(handbook.SCORES), handbook.SCORES))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The Handbook's decisions by each of its scores, of which some labels are not in the roll-ups yet."""
    decisions = [
        {name: value for name, value in each.items() if name not in _LEFT_OUT}
        for number, each in enumerate(handbook.decisions(request.param))
        if number % EVERY == 0
    ]
    ids = {each["decision_id"] for each in decisions}
    labels = [
        each
        for each in handbook.labels(request.param)
        if each["decision_id"] in ids and timestamp(each["labelled_at"]) <= NOW
    ]
    early = [_parsed(each) for each in labels if timestamp(each["labelled_at"]) < LATE_SINCE]
    late = [_parsed(each) for each in labels if timestamp(each["labelled_at"]) >= LATE_SINCE]
    clock = Clock(NOW)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep(DataType.LABELS, early)
            lake.keep(DataType.DECISIONS, list(map(_parsed, decisions)))
            lake.keep(DataType.LABELS, late)
            over_lake = Wiring(lake.settings, clock)
            for each in (app, metrics_app):
                each.dependency_overrides[wiring] = lambda: over_lake
            yield World(lake, over_lake, clock, decisions, labels)
            for each in (app, metrics_app):
                each.dependency_overrides.clear()


class Client:
    """Asks the functions as API Gateway does."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def get(self, path: str, **asked: str) -> Answered:
        """Send query parameters."""
        query = {name: [value] for name, value in asked.items()}
        event = rest_event("GET", f"/api/v1/analytics/{path}", query=query, token=self._visitor.token)
        answer: Any = (metrics_handler if path == "metrics" else handler)(event, context())
        return Answered(HTTPStatus(answer["statusCode"]), orjson.loads(answer["body"]))


@pytest.fixture(scope="package")
def client(world: World) -> Client:
    """A client who may read fraud analytics."""
    return Client(Visitor(world.wired.identity, Scope.FRAUD_READ, Scope.ANALYTICS_READ))
