"""A client of the audit function."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from functions.audit.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor

Ask = Callable[..., tuple[int, Any, dict[str, str]]]


@pytest.fixture
def ask(wired: Wiring) -> Iterator[Ask]:
    """Ask the function about the audit log: for its entries, or what else it answers."""
    reader = Visitor(wired.identity, Scope.AUDIT_READ)

    def send(what: str = "logs", /, **query: str) -> tuple[int, Any, dict[str, str]]:
        asked = {name: [query[name]] for name in query}
        event = rest_event("GET", f"/api/v1/analytics/audit/{what}", query=asked, token=reader.token)
        answer = handler(event, context())
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return answer["statusCode"], orjson.loads(answer["body"]), headers

    app.dependency_overrides[wiring] = lambda: wired
    yield send
    app.dependency_overrides.clear()
