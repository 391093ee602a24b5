"""Sale lines to measure with as columns, always the same for the same numbers."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from bench.sales import CATEGORIES, CHANNELS, DAY, REGIONS
from shared.lake.parquet.columns import arrow_schema
from shared.records.schema import DataType

_DAY_MS = 86_400_000


def table_of_lines(
    count: int, *, first: int = 0, origin: str = "bench", day: datetime = DAY, days: int = 1
) -> pa.Table:
    """Build that many lines, in random order over so many days."""
    chance, schema = np.random.default_rng(first), arrow_schema(DataType.TRANSACTIONS)
    numbers = np.arange(first, first + count)
    start = np.datetime64(day.replace(tzinfo=None), "ms")
    columns = {
        "transaction_id": [f"line-{number:010d}" for number in numbers],
        "timestamp": pa.array(start + chance.integers(0, days * _DAY_MS, count).astype("timedelta64[ms]")),
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
