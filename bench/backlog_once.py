"""Drains a backlog in a process of its own: `python -m bench.backlog_once DELIVERIES LINES DAY_ROWS`.

So many deliveries of so many lines wait, all of a day that has so many rows already. The merger runs as its function
does, in runs that end before the function would, in a process whose peak memory is its own.
"""

import sys
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import orjson

from bench.committing import SALES, Task, produce
from bench.memory import peak_megabytes
from bench.merge_once import fill_day, timed
from bench.table_lake import table_lake
from functions.merger.function import FUNCTION
from shared.app.wiring import Wiring
from shared.lake.storage.paths import incoming_prefix
from shared.merging.merger import Merger
from shared.records.schema import DataType
from shared.runtime.settings import Settings

_PRODUCERS = 2
_READERS = 8
_RUN_SECONDS = FUNCTION.timeout_seconds - 30
"""The handler begins no pass in the last 30 seconds."""


def backlog(deliveries: int, lines: int, day_rows: int) -> Mapping[str, float]:
    """Fill a day, load the deliveries, and drain them."""
    with table_lake() as lake:
        fill_day(lake, day_rows)
        settings = lake.wired.settings
        with ProcessPoolExecutor(_PRODUCERS, get_context("spawn")) as pool:
            tasks = [
                Task(settings, f"batch-{producer}", lines, most=deliveries // _PRODUCERS)
                for producer in range(_PRODUCERS)
            ]
            list(pool.map(produce, tasks))
        reading = timed(lambda: _read_all(lake.wired))
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            drained = pool.submit(drain, settings).result()
        left = sum(1 for _ in lake.wired.lake.names(incoming_prefix(SALES)))
        unfinished = sum(1 for _ in lake.wired.ledger.list_unfinished(lake.wired.clock()))
    return {**drained, "reading": reading, "left": left, "unfinished": unfinished}


def drain(settings: Settings, data_types: Collection[DataType] = (SALES,)) -> Mapping[str, float]:
    """Run the merger until nothing waits; return its runs, seconds and peak memory in MB."""
    merger, before = Wiring(settings).merger, peak_megabytes()
    began, worked = time.perf_counter(), time.process_time()
    runs = 1
    while _is_left_over(merger, data_types):
        runs += 1
    return {
        "runs": runs,
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - worked,
        "peak": peak_megabytes(),
        "peak_before": before,
    }


def _is_left_over(merger: Merger, data_types: Collection[DataType]) -> bool:
    ends = time.perf_counter() + _RUN_SECONDS
    return bool(merger.merge(data_types, has_time=lambda: time.perf_counter() < ends))


def _read_all(wired: Wiring) -> None:
    with ThreadPoolExecutor(_READERS) as pool:
        for _ in pool.map(lambda name: wired.lake.get(name.key), wired.lake.names(incoming_prefix(SALES))):
            pass


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(backlog(*map(int, sys.argv[1:]))) + b"\n")
