"""The replay functions over the Handbook's decisions in a lake in moto, with Athena on DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from moto import mock_aws

from functions.replay.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from shared.runtime.values import timestamp
from tests import handbook
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.replay_runs import execute
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

Record = Mapping[str, Any]
NOW = datetime.fromisoformat("2018-09-14T10:20:30Z")
WINDOW = {"start": "2018-07-25T00:00:00Z", "end": "2018-08-15T00:00:00Z"}
BASE = "/api/v1/analytics"
SCENARIOS = "replay/scenarios"
EVERY = 25
"""One in so many decisions, to keep the tests quick."""

_TIMES = {"timestamp", "labelled_at", "decision_timestamp"}


@dataclass(frozen=True)
class World:
    """Decisions and labels in a lake, and clients of the replay functions."""

    lake: TestLake
    wired: Wiring
    clock: Clock
    decisions: Sequence[Record]
    labels: Sequence[Record]

    def visitor(self, *scopes: Scope) -> Visitor:
        """A new user, whose requests count for nobody else's limits."""
        return Visitor(self.wired.identity, *(scopes or (Scope.REPLAY_READ, Scope.REPLAY_RUN)))

    def get(self, path: str, who: Visitor | None = None, **asked: str) -> Answer:
        """Ask."""
        query = {name: [value] for name, value in asked.items()}
        return self._send("GET", path, who, query=query)

    def post(self, path: str, body: Any = None, who: Visitor | None = None) -> Answer:
        """Create or start something."""
        return self._send("POST", path, who, body=body)

    def put(self, path: str, body: Any, who: Visitor | None = None) -> Answer:
        """Register something."""
        return self._send("PUT", path, who, body=body)

    def create(self, **changes: Any) -> Mapping[str, Any]:
        """Create a scenario."""
        answer = self.post(SCENARIOS, scenario(**changes))
        assert answer.status == 201, answer.body
        created: Mapping[str, Any] = answer.body
        return created

    def start(self, scenario_id: str) -> str:
        """Start a run; return its id."""
        answer = self.post(f"{SCENARIOS}/{scenario_id}/run")
        assert answer.status == 200, answer.body
        return str(answer.body["runId"])

    def run(self, scenario_id: str) -> Mapping[str, Any]:
        """Run a scenario to its end and return the results."""
        execute(self.wired, self.start(scenario_id))
        return self.results(scenario_id)

    def results(self, scenario_id: str, **asked: str) -> Mapping[str, Any]:
        """The results of a scenario."""
        answer = self.get(f"{SCENARIOS}/{scenario_id}/results", None, **asked)
        assert answer.status == 200, answer.body
        found: Mapping[str, Any] = answer.body
        return found

    def show(self, scenario_id: str) -> Mapping[str, Any]:
        """The scenario as it is now."""
        shown: Mapping[str, Any] = self.get(f"{SCENARIOS}/{scenario_id}").body
        return shown

    def _send(self, method: str, path: str, who: Visitor | None, **parts: Any) -> Answer:
        token = (who or self.visitor()).token
        return Answer.of(handler(rest_event(method, f"{BASE}/{path}", token=token, **parts), context()))


def scenario(**changes: Any) -> dict[str, Any]:
    """A scenario over the whole window that changes nothing, unless it is changed."""
    return {"name": "Try it", "timeWindow": WINDOW, "overrides": {}, **changes}


def failing(answer: Answer) -> dict[str, str]:
    """The failing fields of a refusal, with their messages."""
    assert answer.status == 400, answer.body
    return {each["field"]: each["message"] for each in answer.body["details"]["fields"]}


def parsed(record: Record) -> dict[str, Any]:
    """A record with its times parsed, as deliveries have them."""
    return {name: timestamp(value) if name in _TIMES else value for name, value in record.items()}


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Decisions of a logistic model, with the labels that were given by now."""
    left_out = {"attributions", "base_value"}
    decisions = [
        {name: value for name, value in each.items() if name not in left_out}
        for number, each in enumerate(handbook.decisions("score_lr"))
        if number % EVERY == 0
    ]
    ids = {each["decision_id"] for each in decisions}
    labels = [
        each
        for each in handbook.labels("score_lr")
        if each["decision_id"] in ids and timestamp(each["labelled_at"]) <= NOW
    ]
    clock = Clock(NOW)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            lake.keep(DataType.LABELS, list(map(parsed, labels)))
            lake.keep(DataType.DECISIONS, list(map(parsed, decisions)))
            wired = Wiring(lake.settings, clock)
            app.dependency_overrides[wiring] = lambda: wired
            yield World(lake, wired, clock, decisions, labels)
            app.dependency_overrides.clear()
