"""A client of the health of pipelines, over a platform whose clock shows the present until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.pipelines.handler import handler
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.pipelines.reports import REMEMBERED_FOR
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor


@dataclass(frozen=True)
class Health:
    """Asks for the health of pipelines, each time after the report before has expired."""

    wired: Wiring
    clock: Clock
    visitor: Visitor

    def ask(self, **query: str) -> Answer:
        """Send a request."""
        asked = {name: [value] for name, value in query.items()}
        event = rest_event("GET", "/api/v1/analytics/pipeline/health", query=asked, token=self.visitor.token)
        return Answer.of(handler(event, context()))

    def of(self, pipeline_id: str) -> Any:
        """Return the health of one pipeline, a moment later."""
        self.clock.pass_by(REMEMBERED_FOR)
        answer = self.ask(pipelineId=pipeline_id)
        assert answer.status == 200, answer.body
        (found,) = answer.body["pipelines"]
        return found

    def stage(self, pipeline_id: str, stage: str) -> Any:
        """Return the health of one stage, a moment later."""
        (found,) = [each for each in self.of(pipeline_id)["stages"] if each["stage"] == stage]
        return found

    def after(self, **span: float) -> "Health":
        """Let time pass."""
        self.clock.pass_by(timedelta(**span))
        return self


@pytest.fixture
def clock() -> Clock:
    """A clock at the present: moto's streams and buckets have no other."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def health(everywhere: Wiring, clock: Clock) -> Health:
    """A client of the route."""
    return Health(everywhere, clock, Visitor(everywhere.identity, Scope.FRAUD_READ))
