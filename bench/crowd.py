"""Two hundred clients at once for a minute on a mix of routes: errors by kind, waits, and the memory they leave."""

import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import psutil

from bench.measure import Row
from tests.local.end_to_end.laptop import Laptop
from tests.local.host.test_emulator import processes_using

CLIENTS, SECONDS, IDLE_SECONDS = 200, 60.0, 30.0
_MEGABYTE = 2**20
_QUESTION = "/analytics/metrics?metric_type={}&time_range[start]=2013-06-01&time_range[end]=2013-06-{:02}"
_METRICS = ("revenue", "transactions", "average_order_value")
_LAST_DAY = 30

Ask = Callable[[random.Random], tuple[str, str, Any]]


def _batch(dice: random.Random) -> tuple[str, str, Any]:
    rows = [_sale(dice) for _ in range(10)]
    batch = {"source_id": "crowd", "data_type": "transactions", "format": "json", "data": rows}
    return "POST", "/ingest/batch", batch


def _single(dice: random.Random) -> tuple[str, str, Any]:
    sale = _sale(dice)
    return (
        "POST",
        "/ingest/stream",
        {
            "source_id": "crowd-till",
            "data_type": "transactions",
            "timestamp": sale["timestamp"],
            "data": sale,
        },
    )


def _sale(dice: random.Random) -> dict[str, Any]:
    return {
        "transaction_id": f"crowd-{dice.getrandbits(64):x}",
        "timestamp": "2013-06-03T10:00:00Z",
        "product_id": "mug",
        "quantity": 1,
        "unit_price": "1.00",
    }


MIX: tuple[Ask, ...] = (
    _batch,
    _single,
    lambda _: ("GET", "/health", None),
    lambda _: ("GET", "/ingest/sources?size=20", None),
    lambda dice: ("GET", _QUESTION.format(dice.choice(_METRICS), dice.randint(2, _LAST_DAY)), None),
    lambda _: ("GET", "/data-quality/reports?source_id=crowd", None),
    lambda _: ("GET", "/analytics/metrics?metric_type=nonsense", None),
)


@dataclass
class Crowd:
    """What happened to all requests, by route."""

    api_url: str
    token: str
    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    async def run(self, clients: int, seconds: float) -> None:
        """Let so many clients ask one request after the other for so long."""
        end = time.monotonic() + seconds
        headers = {"Authorization": f"Bearer {self.token}"}
        connector, timeout = aiohttp.TCPConnector(limit=clients), aiohttp.ClientTimeout(total=90)
        async with aiohttp.ClientSession(headers=headers, connector=connector, timeout=timeout) as http:
            await asyncio.gather(*(self._client(http, random.Random(seed), end) for seed in range(clients)))  # noqa: S311

    async def _client(self, http: aiohttp.ClientSession, dice: random.Random, end: float) -> None:
        while time.monotonic() < end:
            method, path, body = dice.choice(MIX)(dice)
            began = time.monotonic()
            try:
                async with http.request(method, self.api_url + path, json=body) as answer:
                    await answer.read()
                    got = str(answer.status)
            except (aiohttp.ClientError, TimeoutError) as error:
                got = type(error).__name__
            route = f"{method} {path.partition('?')[0]}"
            self.answers[route][got] += 1
            self.waits[route].append(time.monotonic() - began)


def measure(clients: int = CLIENTS) -> list[Row]:
    """Warm up with a few clients, let all of them in for a minute, then wait and look at the memory again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        laptop = Laptop(Path(directory) / "platform")
        try:
            laptop.up()
            token = laptop.token
            asyncio.run(Crowd(laptop.api_url, token).run(5, SECONDS / 4))
            memory = [_memory(laptop)]
            crowd = Crowd(laptop.api_url, token)
            asyncio.run(crowd.run(clients, SECONDS))
            memory.append(_memory(laptop))
            time.sleep(IDLE_SECONDS)
            memory.append(_memory(laptop))
        finally:
            with suppress(AssertionError):  # the platform may still be stopping; the measurements are complete
                laptop.end()
    return [*(_route(crowd, route) for route in sorted(crowd.waits)), *_memories(memory)]


def _memory(laptop: Laptop) -> dict[str, float]:
    """Megabytes by kind of process: host, emulator, and the workers of all functions together."""
    found: Counter[str] = Counter()
    for process in processes_using(laptop.directory):
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            kind = "functions" if "_worker.py" in words else "emulator" if "emulator.child" in words else "host"
            found[kind] += process.memory_info().rss
            found[_count_of(kind)] += 1
    return {kind: number if "(" in kind else number / _MEGABYTE for kind, number in found.items()}


def _route(crowd: Crowd, route: str) -> Row:
    waits = sorted(crowd.waits[route])
    said = ", ".join(f"{number} x {got}" for got, number in sorted(crowd.answers[route].items()))
    failed = sum(number for got, number in crowd.answers[route].items() if not got.startswith(("2", "4")))
    return Row(
        name=f"{route}: {said}",
        ours=f"median {median(waits):.2f} s",
        against="99th percentile",
        theirs=f"{waits[int(len(waits) * 0.99)]:.2f} s",
        ratio=failed / len(waits),
        aim="no failed request",
        met=failed == 0,
    )


def _memories(memory: list[dict[str, float]]) -> list[Row]:
    before, after, idle = memory
    return [
        Row(
            name=f"memory of the {kind}, {after[_count_of(kind)]:g} processes in the end",
            ours=f"{before[kind]:.0f} MB before, {after[kind]:.0f} MB after",
            against="after idling",
            theirs=f"{idle[kind]:.0f} MB",
            ratio=idle[kind] / before[kind],
            aim="-",
            met=None,
        )
        for kind in ("host", "emulator", "functions")
    ]


def _count_of(kind: str) -> str:
    return f"{kind} (processes)"
