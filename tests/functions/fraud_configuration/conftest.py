"""Clients of the configuration: an administrator and an analyst."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.fraud_configuration.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor

PATH = "/api/v1/analytics/configuration"
Ask = Callable[..., Answer]


def asking(wired: Wiring, *scopes: Scope) -> Ask:
    """Return how a client with these scopes asks."""
    client = Visitor(wired.identity, *scopes)

    def ask(method: str = "GET", path: str = PATH, **parts: Any) -> Answer:
        return Answer.of(handler(rest_event(method, path, token=client.token, **parts), context()))

    return ask


@pytest.fixture
def served(wired: Wiring) -> Iterator[Wiring]:
    """The wiring behind the function."""
    app.dependency_overrides[wiring] = lambda: wired
    yield wired
    app.dependency_overrides.clear()


@pytest.fixture
def ask(served: Wiring) -> Ask:
    """Ask as an administrator who also reads."""
    return asking(served, Scope.ADMIN, Scope.FRAUD_READ)
