"""Users of the routes of experiments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from functions.experiments.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.auth.scopes import Scope
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor

PATH = "/api/v1/analytics/experiments"
SCOPES = (Scope.EXPERIMENTS_READ, Scope.EXPERIMENTS_WRITE, Scope.FRAUD_READ)


@dataclass(frozen=True)
class User:
    """A user of the routes."""

    visitor: Visitor

    @property
    def name(self) -> str:
        """The `sub` of the user's tokens."""
        return self.visitor.key.owner

    def ask(self, method: str, path: str = "", **parts: Any) -> Answer:
        """Send a request to a path below that of the experiments."""
        event = rest_event(method, f"{PATH}{path}", token=self.visitor.token, **parts)
        return Answer.of(handler(event, context()))

    def make(self, **changes: Any) -> Any:
        """Store a draft and return it."""
        answer = self.ask("POST", body=design(**changes))
        assert answer.status == 201, answer.body
        return answer.body

    def started(self, **changes: Any) -> Any:
        """Store and start an experiment, and return it."""
        return self.move(self.make(**changes)["id"], "start")

    def move(self, experiment_id: str, *moves: str) -> Any:
        """Move an experiment, and return it."""
        for move in moves:
            answer = self.ask("POST", f"/{experiment_id}/{move}")
            assert answer.status == 200, answer.body
        return answer.body


Join = Callable[..., User]


def variant(variant_id: str, allocation: float = 0.5, **changes: Any) -> dict[str, Any]:
    """A good variant."""
    return {"id": variant_id, "name": variant_id.title(), "allocation": allocation, **changes}


def design(**changes: Any) -> dict[str, Any]:
    """The body of a good request."""
    return {
        "name": "Higher review threshold",
        "variants": [variant("control", isControl=True), variant("treatment", configuration={"review": 0.45})],
        "primaryMetric": "approvalRate",
        **changes,
    }


def wrong(answer: Answer) -> dict[str, str]:
    """The invalid fields that a response names."""
    assert answer.status == 400, answer.body
    return {each["field"]: each["message"] for each in answer.body["details"]["fields"]}


@pytest.fixture
def served(aws: Settings, clock: Clock) -> Iterator[Wiring]:
    """The wiring behind the function, over a lake without decisions."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    wired = Wiring(replace(aws, names={**aws.names, WORK_GROUP.variable: "tally-tests"}), clock)
    app.dependency_overrides[wiring] = lambda: wired
    yield wired
    app.dependency_overrides.clear()


@pytest.fixture
def join(served: Wiring) -> Join:
    """Makes users; a key has its own id as owner, so each is another one."""

    def make(*scopes: Scope) -> User:
        return User(Visitor(served.identity, *(scopes or SCOPES)))

    return make


@pytest.fixture
def ann(join: Join) -> User:
    """A user."""
    return join()
