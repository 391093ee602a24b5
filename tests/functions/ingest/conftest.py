"""A client of the ingest function."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from functions.ingest.handler import app, handler
from shared.app.wiring import Wiring, wiring
from tests.events.api_gateway import context, rest_event
from tests.fakes.answers import Answer
from tests.fakes.identities import Visitor

Call = Callable[..., Answer]


@pytest.fixture
def call(wired: Wiring) -> Iterator[Call]:
    """Send one request to the function, as a caller with every scope."""
    visitor = Visitor(wired.identity)

    def send(method: str, path: str, **parts: Any) -> Answer:
        answer = handler(rest_event(method, f"/api/v1{path}", **{"token": visitor.token, **parts}), context())
        return Answer.of(answer)

    app.dependency_overrides[wiring] = lambda: wired
    yield send
    app.dependency_overrides.clear()


@pytest.fixture
def submit(call: Call) -> Call:
    """Submit a batch."""

    def send(rows: Any, data_type: str = "transactions", **fields: Any) -> Answer:
        batch = {"source_id": "web-shop", "data_type": data_type, "format": "json", "data": rows} | fields
        return call(
            "POST", "/ingest/batch", raw=gzip.compress(orjson.dumps(batch)), headers={"Content-Encoding": "gzip"}
        )

    return send
