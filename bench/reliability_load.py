"""Load clients that resend each record unchanged until the platform acknowledges it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import orjson
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bench.stream import Target

KINDS = ("batches", "singles", "kinesis")
DAYS = tuple(f"2013-06-{day:02}" for day in range(1, 8))
BATCH_ROWS, KINESIS_ROWS = 40, 50
_RETRY_SECONDS, _PAUSE_SECONDS = 0.5, 0.05
_ACCEPTED = {201, 202}
_QUICK = Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=30)


@dataclass
class Sent:
    """Records sent by the load clients: those acknowledged, and the errors received instead."""

    acknowledged: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Load:
    """Batch, stream and Kinesis clients that send records to one platform until they are stopped."""

    target: Target
    token: str
    stop: threading.Event = field(default_factory=threading.Event)
    sent: Sent = field(default_factory=Sent)

    async def run(self) -> Sent:
        """Send until stopped, and until the last record under way is acknowledged."""
        headers = {"Authorization": f"Bearer {self.token}"}
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as http:
            await asyncio.gather(
                self._client("batches", BATCH_ROWS, lambda rows: self._post_batch(http, rows)),
                self._client("singles", 1, lambda rows: self._post_single(http, rows)),
                self._client("kinesis", KINESIS_ROWS, self._put_records),
            )
        return self.sent

    async def _client(self, name: str, rows: int, send: Callable[[list[Any]], Awaitable[str]]) -> None:
        for records in _records(name, rows):
            if self.stop.is_set():
                return
            while problem := await send(records):
                self.sent.failures[f"{name}: {problem}"] += 1
                await asyncio.sleep(_RETRY_SECONDS)
            self.sent.acknowledged.update(each["transaction_id"] for each in records)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _post_batch(self, http: aiohttp.ClientSession, rows: list[Any]) -> str:
        batch = {"source_id": source("batches"), "data_type": "transactions", "format": "json", "data": rows}
        return await self._post(http, "/ingest/batch", batch)

    async def _post_single(self, http: aiohttp.ClientSession, rows: list[Any]) -> str:
        return await self._post(http, "/ingest/stream", _envelope("singles", rows[0]))

    async def _post(self, http: aiohttp.ClientSession, path: str, body: Any) -> str:
        try:
            async with http.post(f"{self.target.client.base_url}{path.lstrip('/')}", json=body) as answer:
                return "" if answer.status in _ACCEPTED else f"{answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error).__name__

    async def _put_records(self, rows: list[Any]) -> str:
        entries = [
            {"Data": orjson.dumps(_envelope("kinesis", each)), "PartitionKey": each["transaction_id"]} for each in rows
        ]
        return await asyncio.to_thread(self._put, entries)

    def _put(self, entries: list[Any]) -> str:
        try:
            kinesis = self.target.aws("kinesis", _QUICK)
            answer = kinesis.put_records(StreamName=self.target.outputs.event_stream, Records=entries)
        except (BotoCoreError, ClientError) as error:
            return type(error).__name__
        return "throttled" if answer["FailedRecordCount"] else ""


def source(name: str) -> str:
    """Name the source that a kind of client sends for."""
    return f"reliability-{name}"


def _records(name: str, rows: int) -> Iterator[list[Any]]:
    numbers = count()
    while True:
        yield [_sale(name, next(numbers)) for _ in range(rows)]


def _sale(name: str, number: int) -> Any:
    return {
        "transaction_id": f"{name}-{number:07d}",
        "timestamp": f"{DAYS[number % len(DAYS)]}T10:00:00Z",
        "product_id": "mug",
        "quantity": 1,
        "unit_price": "1.00",
    }


def _envelope(name: str, sale: Any) -> Any:
    return {
        "source_id": source(name),
        "data_type": "transactions",
        "timestamp": sale["timestamp"],
        "data": sale,
    }
