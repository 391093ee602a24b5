"""A client of the ingest function."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.ingest.handler import app, handler
from shared.runtime.wiring import Wiring, wiring
from tests.events.api_gateway import context, rest_event
from tests.fakes.identities import Visitor


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
    def code(self) -> str:
        """What kind of error a bad answer tells."""
        assert self.body["success"] is False
        return str(self.body["error"]["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Which fields of the request are wrong, and why."""
        return {each["field"]: each["message"] for each in self.body["error"].get("field_errors", [])}


Call = Callable[..., Answer]


@pytest.fixture
def call(wired: Wiring) -> Iterator[Call]:
    """Send one request to the function, as somebody who may do everything."""
    visitor = Visitor(wired.identity)

    def send(method: str, path: str, **parts: Any) -> Answer:
        answer = handler(rest_event(method, f"/api/v1{path}", **{"token": visitor.token, **parts}), context())
        headers = {name.lower(): values[0] for name, values in answer["multiValueHeaders"].items()}
        return Answer(answer["statusCode"], orjson.loads(answer["body"]), headers)

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
