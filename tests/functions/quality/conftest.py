"""A client of the quality function."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.quality.handler import app, handler
from shared.app.wiring import Wiring, wiring
from shared.auth.scopes import Scope
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor

Ask = Callable[..., Answer]


@pytest.fixture
def ask(wired: Wiring) -> Iterator[Ask]:
    """Request reports on a range, as a caller who may read them."""
    visitor = Visitor(wired.identity, Scope.QUALITY_READ)

    def send(start: str, end: str, **asked: str) -> Answer:
        query: dict[str, Any] = {"time_range[start]": [start], "time_range[end]": [end]}
        query |= {name: [value] for name, value in asked.items()}
        return Answer.of(
            handler(rest_event("GET", "/api/v1/data-quality/reports", query=query, token=visitor.token), context())
        )

    app.dependency_overrides[wiring] = lambda: wired
    yield send
    app.dependency_overrides.clear()
