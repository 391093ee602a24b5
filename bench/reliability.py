"""Kills host, emulator and functions of a platform under load, and holds what it has against what it acknowledged.

`reliability=12` kills twelve times. The load, the kills and the wait for the end are bounded; all of it is local.
"""

import asyncio
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from botocore.exceptions import BotoCoreError, ClientError

from bench.measure import Row
from bench.reliability_load import KINDS, Load, Sent, source
from bench.stream import Target, base_rows
from infra.local.emulator.credentials import EmulatorCredentials
from shared.lake.storage.object_store import LAKE_BUCKET
from tests.local.end_to_end.laptop import ENDED_WITHIN, Laptop
from tests.local.end_to_end.waiting import until
from tests.local.host.test_emulator import processes_using

KILLS = 8
_BETWEEN_SECONDS = (2.0, 7.0)
_SETTLED_WITHIN, _SWEEP_SECONDS = 480.0, 15.0
_VICTIMS = {"host": "infra.local up", "emulator": "emulator.child", "function": "_worker.py"}


@dataclass(frozen=True)
class Found:
    """What is there after everything was killed, started again and settled."""

    rows: Counter[str]
    ledger: dict[str, dict[str, int]]
    revenue: float


def measure(kills: int = KILLS) -> list[Row]:
    """Send, kill and restart; then account for every record that was acknowledged."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        laptop = Laptop(Path(directory) / "platform")
        try:
            return _tried(laptop, kills)
        finally:
            laptop.end()


def _tried(laptop: Laptop, kills: int) -> list[Row]:
    laptop.up()
    with httpx.Client(base_url=laptop.api_url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {laptop.token}"
        target = Target(laptop.ports.url("emulator"), EmulatorCredentials.of(laptop.layout), laptop.outputs, client)
        sent, killed = _send_and_kill(laptop, target, kills)
        _settle(target)
        found = _found(target)
    return _table(sent, killed, found)


def _send_and_kill(laptop: Laptop, target: Target, kills: int) -> tuple[Sent, Counter[str]]:
    load = Load(target, laptop.token)
    sender = threading.Thread(target=lambda: asyncio.run(load.run()), name="load")
    sender.start()
    killed: Counter[str] = Counter()
    dice = random.Random(kills)  # noqa: S311 # no secret
    for _ in range(kills):
        time.sleep(dice.uniform(*_BETWEEN_SECONDS))
        victim = dice.choice(list(_VICTIMS))
        if _kill(laptop, victim):
            killed[victim] += 1
            if victim != "function":
                until(laptop.is_gone, seconds=ENDED_WITHIN, what="every process ends")
                laptop.up()
    time.sleep(_BETWEEN_SECONDS[1])
    load.stop.set()
    sender.join()
    return load.sent, killed


def _kill(laptop: Laptop, victim: str) -> bool:
    for process in processes_using(laptop.directory):
        with suppress(psutil.Error):
            if _VICTIMS[victim] in " ".join(process.cmdline()):
                process.kill()
                return True
    return False


def _settle(target: Target) -> None:
    """Sweep, as the schedule would, until nothing is in flight."""
    swept = 0.0

    def settled() -> bool:
        nonlocal swept
        if time.monotonic() - swept > _SWEEP_SECONDS:
            target.aws("lambda").invoke(FunctionName="tally-local-sweeper", Payload=b"{}")
            swept = time.monotonic()
        listed = target.aws("s3").list_objects_v2(Bucket=target.name(LAKE_BUCKET), Prefix="incoming/", MaxKeys=1)
        return not listed["KeyCount"] and not any(line["in_flight"] for line in _ledger(target).values())

    with suppress(AssertionError, BotoCoreError, ClientError):  # the table then shows the rows in flight
        until(settled, seconds=_SETTLED_WITHIN, what="everything is settled")


def _ledger(target: Target) -> dict[str, dict[str, int]]:
    answer = target.client.get("/ingest/sources", params={"size": 100}).raise_for_status()
    return {
        each["source_id"]: line
        for each in answer.json()["data"]["content"]
        for line in each["configuration"]["data_types"].values()
    }


def _found(target: Target) -> Found:
    question = {"metric_type": "revenue", "time_range[start]": "2013-06-01", "time_range[end]": "2013-07-01"}
    answer = target.client.get("/analytics/metrics", params=question).raise_for_status()
    rows = base_rows(target, "transactions", ["transaction_id"])
    return Found(
        rows=Counter(rows["transaction_id"].to_pylist()),
        ledger=_ledger(target),
        revenue=float(answer.json()["data"]["summary"]["total"]),
    )


def _table(sent: Sent, killed: Counter[str], found: Found) -> list[Row]:
    known = sent.acknowledged
    lost = len(known - found.rows.keys())
    doubled = sum(times - 1 for times in found.rows.values())
    loaded = sum(found.ledger.get(source(kind), {}).get("loaded", 0) for kind in KINDS)
    others = {name: line for name, line in found.ledger.items() if not name.startswith(source(""))}
    said = ", ".join(f"{number} x {what}" for what, number in sorted(killed.items()))
    return [
        _row(f"killed by signal 9 under load: {said}", f"{len(known):,} acknowledged", "lost", lost),
        _row("the same, rows in the lake", f"{found.rows.total():,}", "doubled", doubled),
        _row("the same, the ledger", f"{loaded:,} loaded", "not those in the lake", abs(loaded - found.rows.total())),
        _row("the same, revenue at 1.00 each", f"{found.revenue:,.2f}", "wrong by", abs(found.revenue - len(known))),
        _row("the same, deliveries under no source's name", f"{len(others)}", "unaccounted", _received(others)),
        _row("failed sends, repeated by the client", _summed(sent.failures), "in flight at the end", _in_flight(found)),
    ]


def _received(lines: dict[str, dict[str, int]]) -> int:
    return sum(line["received"] for line in lines.values())


def _in_flight(found: Found) -> int:
    return sum(line["in_flight"] for line in found.ledger.values())


def _summed(failures: Counter[str]) -> str:
    return ", ".join(f"{number} x {what}" for what, number in failures.most_common()) or "none"


def _row(name: str, ours: str, against: str, wrong: Any) -> Row:
    return Row(name=name, ours=ours, against=against, theirs=f"{wrong:g}", ratio=wrong, aim="none", met=not wrong)
