"""Purchases of many customers who come at rates of their own and leave at some point, always the same ones."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.sales import CATEGORIES, CHANNELS, REGIONS
from shared.lake.parquet.columns import arrow_schema
from shared.records.schema import DataType

OPENED = datetime(2024, 1, 1)  # noqa: DTZ001 # columns are in UTC
DAYS = 600
_DAY_MS = 86_400_000
_MOST_PURCHASES = 40


def purchases(customers: int, *, at_once: int = 200_000) -> Iterator[pa.Table]:
    """Yield the sale lines of the customers, some customers after the others; each order has one line."""
    for first in range(0, customers, at_once):
        yield _lines(first, min(at_once, customers - first))


def _lines(first: int, count: int) -> pa.Table:
    chance = np.random.default_rng(first)
    buyers, days = _bought(chance, count)
    number = len(buyers)
    schema = arrow_schema(DataType.TRANSACTIONS)
    start = np.datetime64(OPENED, "ms")
    moments = start + (days * _DAY_MS + chance.integers(0, _DAY_MS, number)).astype("timedelta64[ms]")
    places = np.arange(number)
    columns: dict[str, Any] = {
        "transaction_id": _named(f"line-{first}-", places),
        "order_id": _named(f"order-{first}-", places),
        "customer_id": _named("customer-", buyers + first),
        "timestamp": pa.array(moments),
        "product_id": _named("product-", chance.integers(0, 4000, number)),
        "product_category": _one_of(CATEGORIES, chance, number),
        "channel": _one_of(CHANNELS, chance, number),
        "region": _one_of(REGIONS, chance, number),
        "quantity": pa.array(chance.integers(1, 12, number).astype("float64")).cast(pa.decimal128(18, 4)),
        "unit_price": pa.array(chance.integers(50, 8000, number) / 100).cast(pa.decimal128(18, 6)),
        "discount": pa.array(np.zeros(number)).cast(pa.decimal128(18, 6)),
        "currency": pa.repeat("USD", number),
        "status": pa.repeat("completed", number),
        "source_id": pa.repeat("bench-shop", number),
        "ingested_at": pa.array(np.full(number, np.datetime64("2026-03-03", "ms"))),
        "_origin": pa.repeat("bench", number),
    }
    arrays = [columns.get(each.name, pa.nulls(number, each.type)) for each in schema]
    return pa.table([_chunk(each, field.type) for each, field in zip(arrays, schema, strict=True)], schema=schema)


def _bought(chance: np.random.Generator, count: int) -> tuple[Any, Any]:
    """Draw purchases as the BG/NBD model has them, up to the last day: customers and days."""
    rate, leave = chance.gamma(0.8, 1 / 40, count), chance.beta(0.9, 3.0, count)
    day = chance.integers(0, DAYS - 100, count).astype("float64")
    active = np.arange(count)
    found = []
    for _ in range(_MOST_PURCHASES):
        found.append((active, np.floor(day[active])))
        active = active[chance.random(len(active)) > leave[active]]
        day[active] += 1 + chance.exponential(1 / np.maximum(rate[active], 1e-9))
        active = active[day[active] < DAYS]
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


def _named(prefix: str, numbers: Any) -> Any:
    return pc.binary_join_element_wise(prefix, pc.cast(pa.array(numbers), pa.string()), "")


def _one_of(values: Any, chance: np.random.Generator, number: int) -> Any:
    return pa.array(list(values)).take(pa.array(chance.integers(0, len(values), number)))


def _chunk(array: Any, kind: pa.DataType) -> Any:
    return array.cast(kind) if array.type != kind else array
