"""Users of the dashboard routes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions.dashboards.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.auth.scopes import Scope
from shared.runtime.settings import Settings
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor

PATH = "/api/v1/dashboards"
SCOPES = (
    Scope.DASHBOARDS_READ,
    Scope.DASHBOARDS_WRITE,
    Scope.ANALYTICS_READ,
    Scope.FRAUD_READ,
    Scope.QUALITY_READ,
    Scope.ALERTS_READ,
)


@dataclass(frozen=True)
class User:
    """A user of the routes."""

    visitor: Visitor

    @property
    def name(self) -> str:
        """The `sub` of the user's tokens."""
        return self.visitor.key.owner

    def ask(self, method: str, path: str = "", **parts: Any) -> Answer:
        """Send a request to a path below that of the dashboards."""
        event = rest_event(method, f"{PATH}{path}", token=self.visitor.token, **parts)
        return Answer.of(handler(event, context()))

    def make(self, **changes: Any) -> Any:
        """Store a dashboard and return it."""
        answer = self.ask("POST", body=dashboard(**changes))
        assert answer.status == 201, answer.body
        return answer.data


Join = Callable[..., User]


def dashboard(*widgets: Any, **changes: Any) -> dict[str, Any]:
    """The body of a good request."""
    return {
        "name": "Sales",
        "description": "What we sell.",
        "category": "executive",
        "widgets": list(widgets) or [widget("revenue")],
        "is_public": False,
        **changes,
    }


def widget(widget_id: str, kind: str = "metric_card", at: int = 0, **configuration: Any) -> dict[str, Any]:
    """A good widget in a row of its own, by default with the revenue of 30 days."""
    return {
        "widget_id": widget_id,
        "type": kind,
        "title": f"Title of {widget_id}",
        "position": {"x": 0, "y": at, "w": 4, "h": 1},
        "configuration": configuration or {"source": "metrics", "metric_type": "revenue", "time_window": "30d"},
        "refresh_interval": 60,
    }


@pytest.fixture
def served(aws: Settings, clock: Clock) -> Iterator[Wiring]:
    """The wiring behind the function."""
    wired = Wiring(replace(aws, names={**aws.names, WORK_GROUP.variable: "tally-tests"}), clock)
    app.dependency_overrides[wiring] = lambda: wired
    yield wired
    app.dependency_overrides.clear()


@pytest.fixture
def join(served: Wiring, clock: Clock) -> Join:
    """Makes users; a key has its own id as owner, so each is another one."""
    assert clock

    def make(*scopes: Scope) -> User:
        return User(Visitor(served.identity, *(scopes or SCOPES)))

    return make


@pytest.fixture
def ann(join: Join) -> User:
    """A user."""
    return join()


@pytest.fixture
def bob(join: Join) -> User:
    """Another user."""
    return join()
