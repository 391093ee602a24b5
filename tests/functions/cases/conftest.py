"""The whole edge: batches are posted, merged and rolled up, and reports about them are asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from functions.ingest import handler as ingest
from functions.metrics import handler as metrics
from functions.products import handler as products
from shared.app.wiring import Wiring, wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ingestion.stream.positions import StreamPosition
from shared.lake.rollups.compute import ROLLUPS
from tests.events.api_gateway import context, rest_event
from tests.events.kinesis import events_on_stream
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.state_dump import merge_all, roll_up_all
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS

TODAY = datetime(2025, 5, 1, 12, tzinfo=UTC)
APPS = (ingest.app, metrics.app, products.app)
Asked = str | Sequence[str]


@dataclass(frozen=True)
class Platform:
    """The functions of one platform."""

    lake: TestLake
    wired: Wiring
    visitor: Visitor
    clock: Clock

    def ingest(self, method: str, path: str, **parts: Any) -> Answer:
        """Send a request to the ingest function."""
        event = rest_event(method, f"/api/v1/ingest/{path}", token=self.visitor.token, **parts)
        return Answer.of(ingest.handler(event, context()))

    def post(
        self, rows: Sequence[Mapping[str, Any]], data_type: str = "transactions", source_id: str = "till"
    ) -> Answer:
        """Send a batch."""
        batch = {"source_id": source_id, "data_type": data_type, "format": "json", "data": rows}
        return self.ingest("POST", "batch", body=batch)

    def stream(self, row: Mapping[str, Any], data_type: str = "transactions") -> None:
        """Send a record to the stream."""
        record = {"source_id": "till", "data_type": data_type, "timestamp": "2025-03-10T10:00:00Z", "data": row}
        answer = self.ingest("POST", "stream", body=record)
        assert answer.status == 202, answer.body

    def consume(self) -> None:
        """Let the consumer read the stream."""
        for event in events_on_stream(self.wired.settings, arrived=TODAY):
            records = event["Records"]
            consume_batch(records, self.wired.loader)
            self.wired.stream_positions.put(StreamPosition.after(records, self.wired.clock()))

    def load(self, rows: Sequence[Mapping[str, Any]], data_type: str = "transactions", source_id: str = "till") -> str:
        """Send a batch, merge it and compute its roll-ups; return its id."""
        answer = self.post(rows, data_type, source_id)
        assert answer.status == 201, answer.body
        merge_all(self.wired)
        roll_up_all(self.wired)
        batch_id: str = answer.data["batch_id"]
        return batch_id

    def metric(self, metric_type: str, start: str, end: str, **asked: Asked) -> Any:
        """Ask for a metric."""
        return self._get(metrics.handler, "metrics", {"metric_type": metric_type, **_range(start, end), **asked})

    def total(self, metric_type: str, start: str, end: str, **asked: Asked) -> Any:
        """Ask for the total of a metric."""
        return self.metric(metric_type, start, end, **asked)["summary"]["total"]

    def products(self, start: str, end: str, **asked: Asked) -> Any:
        """Ask for the performance of products."""
        return self._get(products.handler, "products/performance", {**_range(start, end), **asked})

    def outdate_rollups(self) -> None:
        """Let no roll-up be current, so that answers are those of the records."""
        for data_type in ROLLUPS:
            self.wired.table_states.update(data_type, lambda state: state.without_rollups())

    def _get(self, handler: Callable[..., Any], path: str, asked: Mapping[str, Asked]) -> Any:
        query = {
            name.replace("__", "."): [value] if isinstance(value, str) else [*value] for name, value in asked.items()
        }
        event = rest_event("GET", f"/api/v1/analytics/{path}", query=query, token=self.visitor.token)
        return Answer.of(handler(event, context())).data


def _range(start: str, end: str) -> dict[str, str]:
    return {"time_range.start": start, "time_range.end": end}


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform without any data."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        lake, athena = stack.enter_context(lake_with_athena(tmp_path))
        monkeypatch.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
        clock = Clock(TODAY)
        wired = Wiring(lake.settings, clock)
        for app in APPS:
            app.dependency_overrides[wiring] = lambda: wired
            stack.callback(app.dependency_overrides.clear)
        yield Platform(lake, wired, Visitor(wired.identity), clock)


def line(number: int, **fields: Any) -> dict[str, Any]:
    """A sale line."""
    told = {"transaction_id": f"t-{number}", "timestamp": "2025-03-10T10:00:00Z", "product_id": "p-1"}
    return {**told, "quantity": 1, "unit_price": 1, **fields}
