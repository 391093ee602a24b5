"""All of the UCI Online Retail file through the public API of a platform of its own, and its sums to the cent."""

import gzip
import time
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pandas as pd

from bench.measure import Row, milliseconds
from bench.own_platform import own_platform
from infra.local.host.platform import Platform
from infra.local.lake import settle
from tests.online_retail import BATCH, FILE, lines

_LONGEST_WAIT = 300.0
_RANGE = {"time_range[start]": "2010-12-01", "time_range[end]": "2012-01-01", "filters[currency]": "GBP"}
_CENT = Decimal("0.01")


def measure() -> list[Row]:
    """Send the file, wait until it is merged, and hold every monthly sum against pandas' own."""
    if not FILE.exists():
        raise SystemExit(f"{FILE} is not here")
    rows = list(lines())
    with own_platform() as (up, client):
        sent, merged = _send(client, rows, up)
        cold, warm = ask(client), ask(client)
    return [
        throughput("UCI file, accepted", len(rows), sent),
        throughput("UCI file, accepted and merged", len(rows), merged),
        sums(cold[0], rows),
        Row(
            name="monthly revenue over the front door, cached",
            ours=milliseconds(warm[1]),
            against="the same, first time",
            theirs=milliseconds(cold[1]),
            ratio=cold[1] / warm[1],
            aim="-",
            met=None,
        ),
    ]


def _send(client: httpx.Client, rows: list[dict[str, Any]], up: Platform) -> tuple[float, float]:
    started = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        batch = {"source_id": "uci-retail", "data_type": "transactions", "format": "json"}
        body = gzip.compress(orjson.dumps({**batch, "data": rows[first : first + BATCH]}), 1)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        client.post("/ingest/batch", content=body, headers=headers).raise_for_status()
    sent = time.perf_counter() - started
    if not settle(up.lake.pending, timeout=_LONGEST_WAIT, tell=lambda _: None):
        raise SystemExit(f"not merged within {_LONGEST_WAIT:.0f} s")
    return sent, time.perf_counter() - started


def ask(client: httpx.Client) -> tuple[Any, float]:
    """Ask for monthly revenue, and tell how long that took."""
    started = time.perf_counter()
    asked = {"metric_type": "revenue", "granularity": "monthly", **_RANGE}
    answer = client.get("/analytics/metrics", params=asked).raise_for_status()
    return answer.json()["data"], time.perf_counter() - started


def throughput(name: str, rows: int, seconds: float) -> Row:
    """So many rows in so many seconds."""
    return Row(
        name=name,
        ours=f"{rows / seconds:,.0f} rows/s",
        against="wall clock",
        theirs=f"{seconds:.1f} s",
        ratio=seconds,
        aim="-",
        met=None,
    )


def sums(answer: Any, rows: list[dict[str, Any]]) -> Row:
    """Hold the answer against pandas' own sums."""
    frame = pd.DataFrame(rows)
    frame["amount"] = [
        Decimal(price) * quantity for price, quantity in zip(frame.unit_price, frame.quantity, strict=True)
    ]
    good = frame[[Decimal(price) >= 0 for price in frame.unit_price]]
    expected = {str(month): total for month, total in good.groupby(good.timestamp.str[:7]).amount.sum().items()}
    told = {each["timestamp"][:7]: Decimal(str(each["value"])) for each in answer["data"]}
    equal = sum(told[month].quantize(_CENT) == total.quantize(_CENT) for month, total in expected.items())
    return Row(
        name="UCI file, monthly revenue",
        ours=f"{equal} months",
        against="pandas over the file, to the cent",
        theirs=f"{len(expected)} months",
        ratio=equal / len(expected),
        aim="all equal",
        met=equal == len(expected) == len(told),
    )
