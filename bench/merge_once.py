"""Merges in a process of its own, so that its peak memory is its own: `python -m bench.merge_once history 70000 545`.

`history ROWS DAYS` merges one delivery in random order; beside it stand DuckDB's COPY into Parquet by day, as a floor,
and a plain append by PyIceberg. `live ROWS` merges deliveries of 100 lines, half of them corrections, into a day that
has so many. `day ROWS` computes the roll-ups of such a day, a portion at a time.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

import duckdb
import orjson
import pyarrow as pa

from bench.measure import Work
from bench.sale_tables import table_of_lines
from bench.sales import DAY
from bench.table_lake import TableLake, table_lake
from shared.lake.catalog.table import LakeTable
from shared.lake.catalog.tables import BASE_TABLES, HIDDEN_COLUMNS
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.table.port import TableChange
from shared.records.schema import DataType

SALES = DataType.TRANSACTIONS
LIVE_LINES = 100
LIVE_DELIVERIES = 12
ROLLED_UP = 2
"""Of so many deliveries, the last, the day's roll-ups are timed: each reads the whole day."""
_FILL = 1_000_000


def history(rows: int, days: int) -> dict[str, float]:
    """Time one delivery over many days."""
    lines = table_of_lines(rows, day=DAY - timedelta(days=days), days=days)
    with table_lake() as lake:
        lake.deliver(SALES, "warm", table_of_lines(10, first=10**9))
        lake.merge(SALES)
        lake.deliver(SALES, "history", lines)
        lake.requests.reset()
        merge = timed(lambda: lake.merge(SALES))
        told = {"requests": float(lake.requests.calls["s3"]), "bytes": float(lake.requests.written["s3"])}
        rollup = timed(lambda: lake.wired.rollups.run(SALES))
        append = timed(lambda: _append(lake, lines))
    return {"merge": merge, "rollup": rollup, "append": append, "copy": _copy(lines), "peak": _peak(), **told}


def live(rows: int) -> dict[str, float]:
    """Time small deliveries into a large day, warm."""
    with table_lake() as lake:
        fill_day(lake, rows)
        lake.wired.rollups.run(SALES)
        before = _peak()
        merges, rollups = list[float](), list[float]()
        for number in range(LIVE_DELIVERIES):
            first = rows - LIVE_LINES // 2 + number * LIVE_LINES
            lake.deliver(SALES, f"live-{number}", table_of_lines(LIVE_LINES, first=first, origin=f"live-{number}"))
            lake.requests.reset()
            merges.append(timed(lambda: lake.merge(SALES)))
            requests, written = lake.requests.calls["s3"], lake.requests.written["s3"]
            if number >= LIVE_DELIVERIES - ROLLED_UP:
                rollups.append(timed(lambda: lake.wired.rollups.run(SALES)))
    return {
        "merge": median(merges[2:]),
        "rollup": median(rollups),
        "requests": float(requests),
        "bytes": float(written),
        "peak": _peak(),
        "peak_before": before,
    }


def day(rows: int) -> dict[str, float]:
    """Time the roll-ups of a large day, and take the memory that they need."""
    with table_lake() as lake:
        fill_day(lake, rows)
        pa.default_memory_pool().release_unused()
        _forget_peak()
        before = _peak()
        rollup = timed(lambda: lake.wired.rollups.run(SALES))
        files = sum(len(lake.wired.lake_tables.head(table).files) for table in ROLLUPS[SALES])
        return {"rollup": rollup, "peak": _peak(), "peak_before": before, "files": float(files)}


def fill_day(lake: TableLake, rows: int) -> None:
    """Let a day have so many lines."""
    for first in range(0, rows, _FILL):
        _fill(lake, first, min(_FILL, rows - first))


def timed(work: Work) -> float:
    """Return the seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _fill(lake: TableLake, first: int, rows: int) -> None:
    """Append lines as merges would, without settling them: they are new."""
    table, tables = BASE_TABLES[SALES], lake.wired.lake_tables
    lines = with_fingerprints(SALES, table_of_lines(rows, first=first)).sort_by("timestamp")
    made = tables.commit(table, tables.head(table), TableChange(rows=lines))
    day = DAY.date().isoformat()
    lake.wired.table_states.update(SALES, lambda state: state.with_commit(made.id or 0, made.sequence, [day]))


def _append(lake: TableLake, lines: pa.Table) -> None:
    """Append the same lines with PyIceberg's own writer, unpartitioned and without looking for their keys."""
    base = BASE_TABLES[SALES]
    hidden = {each.name for each in HIDDEN_COLUMNS}
    plain = LakeTable(
        name="appended",
        description="",
        columns=tuple(each for each in base.columns if each.name not in hidden),
    )
    lake.wired.lake_tables.ensure(plain)
    microseconds = pa.schema(
        [
            pa.field(each.name, pa.timestamp("us") if pa.types.is_timestamp(each.type) else each.type)
            for each in lines.schema
        ]
    )
    lake.wired.lake_tables.library_table(plain).append(lines.cast(microseconds))


def _copy(lines: pa.Table) -> float:
    """Write the same lines into a Parquet file for each day with DuckDB, on the local disk."""
    with _directory() as directory, duckdb.connect(config={"threads": 2}) as database:
        database.register("lines", lines)
        by_day = "SELECT *, CAST(CAST(timestamp AS date) AS varchar) AS dt FROM lines"
        options = "FORMAT parquet, COMPRESSION zstd, PARTITION_BY dt"
        return timed(lambda: database.execute(f"COPY ({by_day}) TO '{directory}' ({options})"))


@contextmanager
def _directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp())
    try:
        yield directory / "copied"
    finally:
        shutil.rmtree(directory)


def _peak() -> float:
    """Return the most memory that this process has had since its start, or since `_forget_peak`."""
    [line] = [each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM:")]
    return float(line.split()[1]) * 1024


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


if __name__ == "__main__":
    scenario, *numbers = sys.argv[1:]
    sizes = list(map(int, numbers))
    scenarios: Mapping[str, Callable[..., dict[str, float]]] = {"history": history, "live": live, "day": day}
    measured = scenarios[scenario](*sizes)
    print(orjson.dumps(measured).decode())
