"""Events of four producers through Kinesis, consumer and merger of a running platform: each once, and how fresh."""

import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.compute as pc
from botocore.config import Config

from bench.measure import Row
from bench.own_platform import own_platform
from bench.stream_producer import SOURCE, Pushed, Task, event_id, push
from infra.aws.outputs import output_name
from infra.local.deploy.outputs import StackOutputs
from infra.local.emulator.credentials import EmulatorCredentials
from shared.ingestion.stream.producer import EVENT_STREAM
from shared.lake.catalog.tables import BASE_TABLES, LAKE_DATABASE
from shared.lake.storage.object_store import TABLES_BUCKET
from shared.lake.table.iceberg import IcebergTables
from shared.ledger.store import LEDGER_TABLE
from shared.records.schema import DataType
from shared.runtime.resources import Resource

EVENTS, PRODUCERS = 1_000_000, 4
_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Target:
    """A running platform: its AWS APIs, what is deployed there, and a client at its front door."""

    endpoint: str
    credentials: EmulatorCredentials
    outputs: StackOutputs
    client: httpx.Client

    def aws(self, service: str, config: Config | None = None) -> Any:
        """A client of one of its AWS APIs."""
        clients: Any = self.credentials.session()
        return clients.client(service, endpoint_url=self.endpoint, config=config)

    def name(self, resource: Resource) -> str:
        """What a resource is called there."""
        return self.outputs.every[output_name(resource)]


@dataclass(frozen=True)
class Streamed:
    """What became of all events."""

    events: int
    sent: int
    pushed_seconds: float
    merged_seconds: float
    ledger: Mapping[str, int]
    lost: int
    doubled: int
    freshness: tuple[float, float]
    """Median and 99th percentile, in seconds from a record's arrival to the end of its merge."""

    @property
    def balanced(self) -> bool:
        """Whether the ledger has every record that was sent: each event loaded once, each repetition a duplicate."""
        told = self.ledger
        return (
            told["received"] >= self.sent  # more if a client of AWS repeated a call on its own
            and (told["loaded"], told["duplicate"]) == (self.events, told["received"] - self.events)
            and told["conflict"] == told["quarantined"] == told["in_flight"] == 0
        )


def measure(events: int = EVENTS) -> list[Row]:
    """Push events through a platform of its own and account for every one."""
    with own_platform() as (up, client):
        found = stream(Target(up.emulator.url, up.credentials, up.outputs, client), events, timeout=60 + events / 500)
    wrong = found.lost + found.doubled + (not found.balanced)
    median, last = found.freshness
    return [
        _rate("taken by Kinesis", found.sent, found.pushed_seconds),
        _rate("taken and merged", found.sent, found.merged_seconds),
        _row("freshness, median", f"{median:.1f} s", ("99th percentile", f"{last:.1f} s"), ratio=last / median),
        Row(
            name=f"{events:,} events, {found.sent - events:,} of them sent twice",
            ours=f"{found.ledger['loaded']:,} loaded, {found.ledger['duplicate']:,} duplicate",
            against="lost or doubled, or not in the ledger",
            theirs=f"{wrong}",
            ratio=found.ledger["loaded"] / events,
            aim="none",
            met=not wrong,
        ),
    ]


def stream(target: Target, events: int, *, timeout: float) -> Streamed:
    """Have the producers push, wait until the ledger has balanced, and look every event up in the lake."""
    tasks = [
        Task(target.endpoint, target.credentials, target.name(EVENT_STREAM), producer, events // PRODUCERS)
        for producer in range(PRODUCERS)
    ]
    with ProcessPoolExecutor(PRODUCERS, get_context("spawn")) as producers:
        pushed = list(producers.map(push, tasks))
    sent = sum(each.records for each in pushed)
    ledger = _settled(target, sent, time.monotonic() + timeout)
    merged = time.time()
    rows = _rows(target)
    expected = {event_id(task.producer, number) for task in tasks for number in range(task.events)}
    found = set(rows["event_id"].to_pylist())
    return Streamed(
        events=len(expected),
        sent=sent,
        pushed_seconds=_seconds(pushed),
        merged_seconds=merged - min(each.began for each in pushed),
        ledger=ledger,
        lost=len(expected - found),
        doubled=len(rows) - len(found),
        freshness=_freshness(target, rows),
    )


def _seconds(pushed: list[Pushed]) -> float:
    return max(each.ended for each in pushed) - min(each.began for each in pushed)


def _settled(target: Target, sent: int, deadline: float) -> Mapping[str, int]:
    """Wait until the ledger has received everything and nothing of it is in flight."""
    while True:
        line = _ledger(target)
        if line.get("received", 0) >= sent and not line["in_flight"]:
            return line
        if time.monotonic() > deadline:
            raise SystemExit(f"the ledger does not balance: {line} of {sent} sent")
        time.sleep(_POLL_SECONDS)


def _ledger(target: Target) -> Mapping[str, int]:
    answer = target.client.get("/ingest/sources", params={"size": 100}).raise_for_status()
    for source in answer.json()["data"]["content"]:
        if source["source_id"] == SOURCE:
            line = source["configuration"]["data_types"]["events"]
            return {name: line[name] for name in _COUNTED}
    return {}


_COUNTED = ("received", "loaded", "duplicate", "conflict", "quarantined", "in_flight")


def _rows(target: Target) -> pa.Table:
    """The base rows of this run's events."""
    rows = base_rows(target, "events", ["event_id", "ingested_at", "_origin", "source_id"])
    return rows.filter(pc.equal(rows["source_id"], SOURCE))


def base_rows(target: Target, data_type: str, columns: list[str]) -> pa.Table:
    """Some columns of all rows of a type in the lake, read past the API."""
    tables = IcebergTables(
        target.aws("glue"),
        target.aws("s3"),
        database=target.name(LAKE_DATABASE),
        bucket=target.name(TABLES_BUCKET),
    )
    table = BASE_TABLES[DataType(data_type)]
    return tables.rows(table, tables.head(table), columns).select(columns)


def _freshness(target: Target, rows: pa.Table) -> tuple[float, float]:
    """How long events waited from their arrival in Kinesis until they were merged: median and 99th percentile."""
    pages = target.aws("dynamodb").get_paginator("scan").paginate(TableName=target.name(LEDGER_TABLE))
    merged = {
        item["origin"]["S"]: datetime.fromisoformat(item["completed_at"]["S"]).timestamp()
        for page in pages
        for item in page["Items"]
        if "completed_at" in item
    }
    done = pa.array([merged[origin] for origin in rows["_origin"].to_pylist()])
    arrived = pc.divide(rows["ingested_at"].cast(pa.int64()).cast(pa.float64()), 1000.0)
    median, last = pc.quantile(pc.subtract(done, arrived), [0.5, 0.99]).to_pylist()
    return median, last


def _rate(name: str, records: int, seconds: float) -> Row:
    return _row(
        f"{PRODUCERS} producers, {name}",
        f"{records / seconds:,.0f} records/s",
        ("wall clock", f"{seconds:.1f} s"),
        ratio=seconds,
    )


def _row(name: str, ours: str, against: tuple[str, str], *, ratio: float) -> Row:
    return Row(name=name, ours=ours, against=against[0], theirs=against[1], ratio=ratio, aim="-", met=None)
