"""A client of the auth function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.auth.handler import app, handler
from functions.auth.routes import identity as identity_of_deployment
from shared.auth.identity import Identity
from tests.events.api_gateway import context, rest_event
from tests.fakes.clock import Clock
from tests.fakes.identities import identity_in_moto


@dataclass(frozen=True)
class Answer:
    """What the function answered."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        """What a good answer says."""
        assert self.body["success"] is True, self.body
        return self.body["data"]

    @property
    def error(self) -> Any:
        """What a bad answer says."""
        assert self.body["success"] is False
        return self.body["error"]


Call = Callable[..., Answer]


@pytest.fixture
def identity(aws: object, clock: Clock) -> Identity:
    """An identity with one signing key and no API keys."""
    assert aws
    return identity_in_moto(clock)


@pytest.fixture
def call(identity: Identity) -> Iterator[Call]:
    """Send one request to the function."""

    def send(method: str, path: str, **parts: Any) -> Answer:
        answer = handler(rest_event(method, f"/api/v1{path}", **parts), context())
        headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
        return Answer(answer["statusCode"], orjson.loads(answer["body"]), headers)

    app.dependency_overrides[identity_of_deployment] = lambda: identity
    yield send
    app.dependency_overrides.clear()
