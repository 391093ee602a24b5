"""One committer and four producers: rows a second, and the time from a delivery's acceptance to its publication.

Producers are processes that load deliveries as the batch route does. The committer is this process: the merger with its
ledger, without the start of a function and without the queue. Roll-ups are not computed meanwhile.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from statistics import quantiles

from bench.measure import Row
from bench.sales import sale_lines
from bench.table_lake import TableLake, table_lake
from shared.app.wiring import Wiring
from shared.ingestion.delivery import Delivery
from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType
from shared.runtime.settings import Settings

SALES = DataType.TRANSACTIONS
PRODUCERS, SECONDS = 4, 40
SIZES = (100, 1_000)
BACKLOGS = ((800, 100), (200, 1_000))
"""Numbers of deliveries that wait, and the lines of each."""
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Task:
    """What a producer loads: deliveries of so many lines, one each `pace` seconds, or `most` as fast as it can."""

    settings: Settings
    name: str
    lines: int
    pace: float = 0.0
    until: float = float("inf")
    most: int = 1_000_000


def produce(task: Task) -> Mapping[str, float]:
    """Load deliveries; return when each was accepted."""
    wired, accepted = Wiring(task.settings), dict[str, float]()
    lines = sale_lines(task.lines)
    for number in range(task.most):
        began = time.time()
        if began > task.until:
            break
        name = f"{task.name}-{number}"
        load(wired, name, [line | {"transaction_id": f"{name}-{place}"} for place, line in enumerate(lines)])
        accepted[name] = time.time()
        time.sleep(max(0.0, began + task.pace - time.time()))
    return accepted


def measure(seconds: int = SECONDS) -> list[Row]:
    """Measure paced producers, producers without a pause, and a committer alone with what waits."""
    with table_lake() as lake:
        paced = [_together(lake, lines, seconds, pace=1.0) for lines in SIZES]
        hurried = [_together(lake, lines, seconds, pace=0.0) for lines in SIZES]
        return [*paced, *hurried, *(_alone(lake, deliveries, lines) for deliveries, lines in BACKLOGS)]


def _together(lake: TableLake, lines: int, seconds: int, *, pace: float) -> Row:
    with ProcessPoolExecutor(PRODUCERS, get_context("spawn")) as pool:
        list(pool.map(produce, _tasks(lake, f"warm-{lines}-{pace}", lines, most=1)))
        began = time.time()
        tasks = _tasks(lake, f"live-{lines}-{pace}", lines, pace=pace, until=began + seconds)
        running = [pool.submit(produce, task) for task in tasks]
        passes = _commit_until_done(lake, running)
        took = time.time() - began
        accepted = {name: at for each in running for name, at in each.result().items()}
    waits = _waits(lake, accepted)
    middle, last = quantiles(waits, n=100)[49::49]
    how = f"one every {pace:g} s" if pace else "without a pause"
    rows = len(accepted) * lines
    return Row(
        name=f"{PRODUCERS} producers, deliveries of {lines:,} rows {how}",
        ours=f"{rows / took:,.0f} rows/s, {len(accepted) / took:.1f} deliveries/s, {passes} passes",
        against="acceptance to publication: median, 99th percentile",
        theirs=f"{middle:.2f} s, {last:.2f} s",
        ratio=last / middle,
        aim="-",
        met=None,
    )


def _alone(lake: TableLake, deliveries: int, lines: int) -> Row:
    with ProcessPoolExecutor(PRODUCERS, get_context("spawn")) as pool:
        list(pool.map(produce, _tasks(lake, f"waiting-{lines}", lines, most=deliveries // PRODUCERS)))
    began, worked = time.perf_counter(), time.process_time()
    while lake.wired.merger.merge([SALES], has_time=lambda: True):
        pass
    took, worked = time.perf_counter() - began, time.process_time() - worked
    return Row(
        name=f"the committer alone, {deliveries:,} deliveries of {lines:,} rows wait",
        ours=f"{deliveries * lines / took:,.0f} rows/s, {deliveries / took:.0f} deliveries/s",
        against="wall clock; its processor time per delivery",
        theirs=f"{took:.1f} s; {worked / deliveries * 1_000:.1f} ms",
        ratio=took / worked,
        aim="-",
        met=None,
    )


def _tasks(lake: TableLake, name: str, lines: int, **options: float) -> Sequence[Task]:
    settings = lake.wired.settings
    return [
        Task(settings, f"batch-{name}-{producer}", lines, **options)  # type: ignore[arg-type] # numbers of either kind
        for producer in range(PRODUCERS)
    ]


def _commit_until_done(lake: TableLake, running: Sequence[Future[Mapping[str, float]]]) -> int:
    """Merge again and again; return the number of runs that found something."""
    passes = 0
    while True:
        is_last = all(each.done() for each in running)
        before = lake.wired.table_states.get(SALES).sequence
        lake.wired.merger.merge([SALES], has_time=lambda: True)
        passes += lake.wired.table_states.get(SALES).sequence - before
        if is_last:
            return passes
        time.sleep(_POLL_SECONDS)


def _waits(lake: TableLake, accepted: Mapping[str, float]) -> Sequence[float]:
    """Return how long each delivery waited; the ledger is written right after the publication."""
    waits = list[float]()
    for name, at in accepted.items():
        entry = lake.wired.ledger.get(name)
        if entry is None or entry.completed_at is None:
            raise LookupError(f"{name} was not merged")
        waits.append(entry.completed_at.timestamp() - at)
    return waits


def load(wired: Wiring, name: str, rows: Sequence[object], data_type: DataType = SALES) -> None:
    """Load a delivery as the batch route does."""
    at = datetime.now(UTC)
    wired.loader.load(
        Delivery(
            delivery_id=name,
            kind=DeliveryKind.BATCH,
            source_id="shop",
            data_type=data_type,
            received_at=at,
            rows=rows,
            ingested_at=at,
        )
    )
