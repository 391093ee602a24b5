"""From a record on Kinesis to a message in a client: decisions, widgets, and a thousand clients of one dashboard."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import aiohttp

from bench.measure import Row
from bench.own_platform import own_platform
from infra.aws.outputs import output_name
from infra.local.host.platform import Platform
from shared.ingestion.stream.producer import EVENT_STREAM

RECORDS, CROWD = 60, 1_000
_PATIENCE = 60.0
_QUIET_SECONDS = 0.5
_OPENED_AT_ONCE = 20
_DECISION_AIM, _WIDGET_AIM, _CROWD_AIM = 2.0, 5.0, 5.0
_WIDGET = {
    "widget_id": "revenue",
    "type": "metric_card",
    "title": "Revenue",
    "position": {"x": 0, "y": 0, "w": 4, "h": 2},
    "configuration": {"source": "metrics", "metric_type": "revenue", "time_window": "24h"},
    "refresh_interval": 60,
}


@dataclass(frozen=True)
class Stage:
    """A running platform, and what puts records on its stream."""

    up: Platform
    dashboard: str
    token: str

    def put(self, data_type: str, record: dict[str, Any]) -> None:
        """Put a record on the stream, as any producer does."""
        clients: Any = self.up.credentials.session()
        envelope = {"source_id": "push-bench", "data_type": data_type, "timestamp": _now(), "data": record}
        clients.client("kinesis", endpoint_url=self.up.emulator.url).put_record(
            StreamName=self.up.outputs.every[output_name(EVENT_STREAM)],
            PartitionKey="bench",
            Data=json.dumps(envelope).encode(),
        )

    def connect(self, session: aiohttp.ClientSession, path: str) -> Any:
        """Open a connection."""
        address = self.up.api_url.replace("http", "ws", 1).removesuffix("/api/v1")
        headers = {"Authorization": f"Bearer {self.token}"}
        return session.ws_connect(f"{address}/ws/{path}", headers=headers)


def measure(records: int = RECORDS) -> list[Row]:
    """Measure latencies one record after another on a quiet platform, and then a crowd."""
    with own_platform() as (up, client):
        body = {"name": "Bench", "category": "executive", "widgets": [_WIDGET], "is_public": True}
        made = client.post("/dashboards", json=body).raise_for_status().json()["data"]
        return asyncio.run(_measured(Stage(up, made["dashboard_id"], up.token()), records))


async def _measured(stage: Stage, records: int) -> list[Row]:
    decisions = await _latencies(stage, "analytics", records, _decision, lambda each: each["event"] == "fraud:decision")
    path = f"dashboards/{stage.dashboard}"
    widgets = await _latencies(stage, path, records, _sale, lambda each: each["type"] == "widget_update")
    return [
        _latency("record to fraud:decision", decisions, _DECISION_AIM),
        _latency("record to widget_update, merge included", widgets, _WIDGET_AIM),
        await _crowd(stage, CROWD),
    ]


async def _latencies(
    stage: Stage,
    path: str,
    records: int,
    record: Callable[[int], tuple[str, dict[str, Any]]],
    is_awaited: Callable[[Any], bool],
) -> list[float]:
    """Return the seconds from each record to the message that it causes; the first two warm the functions up."""
    taken = []
    async with aiohttp.ClientSession() as session, stage.connect(session, path) as socket:
        if path == "analytics":
            await socket.send_json({"action": "subscribe", "events": ["fraud:decision"]})
        await asyncio.wait_for(socket.receive_json(), _PATIENCE)
        for number in range(records + 2):
            started = time.monotonic()
            await asyncio.to_thread(stage.put, *record(number))
            await asyncio.wait_for(_awaited(socket, is_awaited), _PATIENCE)
            taken.append(time.monotonic() - started)
            await asyncio.sleep(_QUIET_SECONDS)
    return taken[2:]


async def _awaited(socket: aiohttp.ClientWebSocketResponse, is_awaited: Callable[[Any], bool]) -> None:
    while not is_awaited(await socket.receive_json()):
        pass


async def _crowd(stage: Stage, number: int) -> Row:
    """Have one sale change a widget that so many clients watch."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session, AsyncExitStack() as stack:
        gate = asyncio.Semaphore(_OPENED_AT_ONCE)

        async def join() -> aiohttp.ClientWebSocketResponse:
            async with gate:
                socket: aiohttp.ClientWebSocketResponse = await stack.enter_async_context(
                    stage.connect(session, f"dashboards/{stage.dashboard}")
                )
            await _awaited(socket, lambda each: each["type"] == "dashboard_refresh")
            return socket

        sockets = await asyncio.gather(*(join() for _ in range(number)))
        started = time.monotonic()
        await asyncio.to_thread(stage.put, *_sale(10_000))
        arrivals = await asyncio.gather(*(_arrival(each) for each in sockets))
    first, last = min(arrivals) - started, max(arrivals) - started
    return Row(
        name=f"record to widget_update in all of {number:,} clients",
        ours=f"{last:.1f} s to the last",
        against="to the first",
        theirs=f"{first:.1f} s",
        ratio=last / first,
        aim=f"all within {_CROWD_AIM:g} s",
        met=last <= _CROWD_AIM,
    )


async def _arrival(socket: aiohttp.ClientWebSocketResponse) -> float:
    await asyncio.wait_for(_awaited(socket, lambda each: each["type"] == "widget_update"), _PATIENCE)
    return time.monotonic()


def _decision(number: int) -> tuple[str, dict[str, Any]]:
    record = {"decision_id": f"bench-{number}", "timestamp": _now(), "score": 0.5, "outcome": "approve"}
    return "decisions", record


def _sale(number: int) -> tuple[str, dict[str, Any]]:
    line = {"product_id": "p-1", "customer_id": "c-1", "quantity": 1, "unit_price": 10, "currency": "USD"}
    return "transactions", {"transaction_id": f"bench-{number}", "timestamp": _now(), **line}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _latency(name: str, seconds: list[float], aim: float) -> Row:
    cuts = quantiles(seconds, n=100, method="inclusive")
    median, last = cuts[49], cuts[98]
    return Row(
        name=f"{name}, {len(seconds)} records",
        ours=f"{median:.2f} s",
        against="99th percentile",
        theirs=f"{last:.2f} s",
        ratio=last / median,
        aim=f"p99 under {aim:g} s",
        met=last < aim,
    )
