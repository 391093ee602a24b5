"""One merge in a process of its own: `python -m bench.merge_once LINES INCOMING` prints seconds and peak bytes."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import orjson
import pyarrow as pa

from bench.measure import Work
from bench.sales import CATEGORIES, CHANNELS, DAY, REGIONS
from shared.lake.merge.key_index import KeyIndex
from shared.lake.parquet.columns import arrow_schema, read_parquet, write_parquet
from shared.lake.partition import merge_partition
from shared.lake.storage.paths import PartitionId
from shared.records.schema import DataType
from tests.fakes.memory_lake import MemoryLake

PARTITION = PartitionId(DataType.TRANSACTIONS, DAY.date().isoformat())
RUNS = 3


def table_of_lines(count: int, *, first: int = 0, origin: str = "bench", day: datetime = DAY) -> pa.Table:
    """Build that many lines of one day as columns."""
    chance, schema = np.random.default_rng(first), arrow_schema(DataType.TRANSACTIONS)
    numbers = np.arange(first, first + count)
    start = np.datetime64(day.replace(tzinfo=None), "ms")
    columns = {
        "transaction_id": [f"line-{number:010d}" for number in numbers],
        "timestamp": pa.array(start + chance.integers(0, 86_400_000, count).astype("timedelta64[ms]")),
        "product_id": [f"product-{number:05d}" for number in chance.integers(0, 4000, count)],
        "quantity": pa.array(chance.integers(1, 12, count).astype("float64")).cast(pa.decimal128(18, 4)),
        "unit_price": pa.array(chance.integers(50, 8000, count) / 100).cast(pa.decimal128(18, 6)),
        "order_id": [f"order-{number // 4:09d}" for number in numbers],
        "customer_id": [f"customer-{number:06d}" for number in chance.integers(0, 50_000, count)],
        "product_category": [CATEGORIES[number] for number in chance.integers(0, len(CATEGORIES), count)],
        "discount": pa.array(np.zeros(count)).cast(pa.decimal128(18, 6)),
        "currency": ["USD"] * count,
        "channel": [CHANNELS[number] for number in chance.integers(0, len(CHANNELS), count)],
        "region": [REGIONS[number] for number in chance.integers(0, len(REGIONS), count)],
        "status": ["completed"] * count,
        "source_id": ["bench-shop"] * count,
        "ingested_at": [datetime(2026, 3, 3, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=first % 60)] * count,
        "_origin": [origin] * count,
    }
    return pa.table([columns.get(each.name, pa.nulls(count, each.type)) for each in schema], schema=schema)


def main(lines: int, incoming: int) -> None:
    """Time merges into a fresh copy of the same base, and reading and writing alone."""
    base = Path(tempfile.mkdtemp()) / "base.parquet"
    _in_another_process(lines, base)
    data = base.read_bytes()
    base.unlink()
    floor = median(_timed(lambda: _read_and_write(data)) for _ in range(RUNS))
    floor_peak = _peak()
    arrived = write_parquet(table_of_lines(incoming, first=lines - incoming // 2, origin="arrived"))
    merged = median(_timed(partial(merge_partition, lake, index, PARTITION)) for lake, index in _lakes(data, arrived))
    print(orjson.dumps({"merge": merged, "peak": _peak(), "floor": floor, "floor_peak": floor_peak}).decode())


def write_base(lines: int, path: str) -> None:
    """Write a base of that many lines into a file."""
    Path(path).write_bytes(write_parquet(table_of_lines(lines), unique=("transaction_id",)))


def _in_another_process(lines: int, path: Path) -> None:
    """Build the base elsewhere, so that building it is not in this process's peak."""
    code = f"from bench.merge_once import write_base; write_base({lines}, {str(path)!r})"
    subprocess.run([sys.executable, "-c", code], check=True)


def _lakes(data: bytes, arrived: bytes) -> Iterator[tuple[MemoryLake, KeyIndex]]:
    """The same base, known to the index as every base is that a merge wrote."""
    lake = MemoryLake()
    base = read_parquet(data, arrow_schema(DataType.TRANSACTIONS))
    KeyIndex(lake).register_and_find(PARTITION, base, pa.array([], pa.string()))
    keys = lake.objects[PARTITION.keys_key].body
    del base
    for _ in range(RUNS):
        lake = MemoryLake()
        lake.put(PARTITION.keys_key, keys)
        lake.put(PARTITION.base_key, data)
        lake.put(PARTITION.incoming_key("arrived"), arrived)
        yield lake, KeyIndex(lake)


def _read_and_write(data: bytes) -> None:
    write_parquet(read_parquet(data, arrow_schema(DataType.TRANSACTIONS)))


def _timed(work: Work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
