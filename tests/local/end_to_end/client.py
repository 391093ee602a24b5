"""A client of the public API as any customer writes it: sends, follows what it sent, asks for metrics."""

import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import httpx
import orjson

from tests.local.end_to_end.waiting import until

MERGED_WITHIN = 90.0
Record = dict[str, Any]
FATES = ("loaded", "duplicate", "conflict", "quarantined", "in_flight")


@dataclass(frozen=True)
class Client:
    """One connection to the front door."""

    http: httpx.Client

    def send(self, source_id: str, data_type: str, records: Sequence[Record]) -> Record:
        """Post a gzip batch and return the data of the response."""
        batch = {"source_id": source_id, "data_type": data_type, "format": "json", "data": records}
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        body = gzip.compress(orjson.dumps(batch), compresslevel=1)
        answer = self.http.post("/ingest/batch", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return data_of(answer)

    def status(self, batch_id: str) -> Record:
        """Return the status of a batch."""
        return data_of(self.http.get(f"/ingest/batches/{batch_id}/status"))

    def outcome(self, batch_id: str) -> Record:
        """Wait until every row of a batch has met its fate, and return its status."""

        def finished() -> Record | None:
            told = self.status(batch_id)
            return told if told["status"] != "processing" else None

        return until(finished, seconds=MERGED_WITHIN, what=f"{batch_id} is merged")

    def send_all(self, source_id: str, records: Sequence[Record], *, size: int = 10_000) -> list[Record]:
        """Post sales in batches and return the status of each once all are merged."""
        sent = [
            self.send(source_id, "transactions", records[start : start + size])
            for start in range(0, len(records), size)
        ]
        return [self.outcome(each["batch_id"]) for each in sent]

    def metric(self, metric_type: str, start: str, end: str, **rest: str | list[str]) -> Record:
        """Query a metric with objects serialised as by axios; numbers are parsed as decimals."""
        query = {"metric_type": metric_type, "time_range[start]": start, "time_range[end]": end, **rest}
        answer = self.http.get("/analytics/metrics", params=query)
        assert answer.status_code == 200, answer.text
        return data_of(answer)

    def answered(self, dashboard_id: str) -> Record:
        """Wait until the widgets of a dashboard have answers, and return them: a first one may be `loading`."""

        def complete() -> Record | None:
            widgets: Record = data_of(self.http.get(f"/dashboards/{dashboard_id}/data"))["data"]
            return widgets if all(each["status"] == "success" for each in widgets.values()) else None

        return until(complete, seconds=MERGED_WITHIN, what=f"the widgets of {dashboard_id} are answered")

    def ledger(self, source_id: str, data_type: str = "transactions") -> Record | None:
        """Return the ledger totals of a source and type, None before its first delivery."""
        sources = data_of(self.http.get("/ingest/sources", params={"size": 100}))["content"]
        facets = [each["configuration"]["data_types"] for each in sources if each["source_id"] == source_id]
        return facets[0].get(data_type) if facets else None

    def ledger_of(self, source_id: str, received: int, data_type: str = "transactions") -> Record:
        """Wait until so many rows of a source have arrived and met their fate, and return the ledger's line."""

        def balanced() -> Record | None:
            line = self.ledger(source_id, data_type)
            return line if line and line["received"] >= received and line["in_flight"] == 0 else None

        return until(balanced, seconds=MERGED_WITHIN, what=f"{received} {data_type} of {source_id} are merged")


def data_of(answer: httpx.Response) -> Record:
    """Return the data of an answer that went well, its numbers exact."""
    assert answer.is_success, answer.text
    data: Record = json.loads(answer.text, parse_float=Decimal)["data"]
    return data


class Door(Protocol):
    """A platform as clients reach it."""

    @property
    def api_url(self) -> str:
        """Where its public API starts."""

    @property
    def token(self) -> str:
        """What opens it."""


@contextmanager
def connected(to: Door) -> Iterator[Client]:
    """Keep a connection while the context lasts, as a caller with every scope."""
    with httpx.Client(base_url=to.api_url, headers={"Authorization": f"Bearer {to.token}"}, timeout=60) as http:
        yield Client(http)


def counted(line: Record) -> dict[str, int]:
    """Return the fates of a ledger line that are not zero."""
    return {name: line[name] for name in FATES if line[name]}


def sale(number: str, day: str, **fields: Any) -> Record:
    """Return one small sale."""
    return {
        "transaction_id": number,
        "timestamp": f"{day}T12:00:00Z",
        "product_id": "mug-1",
        "quantity": 1,
        "unit_price": "1.00",
        **fields,
    }
