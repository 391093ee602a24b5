"""A client of the auth function."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.auth.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.identity import Identity
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor

Call = Callable[..., Answer]


@pytest.fixture
def identity(wired: Wiring) -> Identity:
    """An identity with one signing key and no API keys."""
    return wired.identity


@pytest.fixture
def administrator(identity: Identity) -> Visitor:
    """A caller who may administer API keys."""
    return Visitor(identity, Scope.ADMIN)


@pytest.fixture
def call(wired: Wiring, administrator: Visitor) -> Iterator[Call]:
    """Send one request to the function, as an administrator."""

    def send(method: str, path: str, **parts: Any) -> Answer:
        event = rest_event(method, f"/api/v1{path}", **{"token": administrator.token, **parts})
        answer = handler(event, context())
        return Answer.of(answer)

    app.dependency_overrides[wiring] = lambda: wired
    yield send
    app.dependency_overrides.clear()
