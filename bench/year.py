"""A shop's year as columns, a day at a time and always the same: sale lines, stock, events, and its products.

Shaped as shops are: an order has one customer, channel and moment; a product has one category; a customer has one
region and segment, comes for a while and then stays away. That decides what a roll-up can save.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench.sales import CATEGORIES, CHANNELS, REGIONS
from shared.currency.rate_intervals import RateInterval
from shared.lake.parquet.columns import arrow_schema
from shared.records.schema import DataType

LINES, DAYS = 10_000_000, 365
START = datetime(2025, 1, 1, tzinfo=UTC)
CUSTOMERS, PRODUCTS, SESSIONS_A_DAY = 200_000, 4_000, 6_000
LOCATIONS = ("north", "south")
SEGMENTS = ("new", "loyal", "wholesale")
DAY_MILLISECONDS = 86_400_000
IN_EUR = 7
"""Every so-manieth order is paid in EUR, the others in USD."""

Numbers = npt.NDArray[np.int64]


def day_of(number: int) -> datetime:
    """The midnight at which a day of the year begins."""
    return START + timedelta(days=number)


def sale_lines(number: int) -> pa.Table:
    """The sale lines of one day, in the order of their moments."""
    chance = np.random.default_rng([1, number])
    count = LINES // DAYS + (number < LINES % DAYS)
    sizes = chance.integers(1, 8, count)
    order = np.repeat(np.arange(count), sizes)[:count]
    orders = int(order[-1]) + 1
    customer = _customers(chance, number, orders)[order]
    product = (PRODUCTS * chance.random(count) ** 2).astype(np.int64)
    identity = np.arange(count) + number * (LINES // DAYS + 1)
    return _table(
        DataType.TRANSACTIONS,
        count,
        {
            "transaction_id": _names("line", identity),
            "timestamp": _moments(number, np.sort(chance.integers(0, DAY_MILLISECONDS, orders))[order]),
            "product_id": _names("product", product),
            "quantity": _decimals(np.where(chance.random(count) < 0.01, -1, chance.integers(1, 12, count)), 18, 4),
            "unit_price": _decimals((500 + product * 7 % 9500) / 100, 18, 6),
            "order_id": _names("order", order + number * (LINES // DAYS + 1)),
            "customer_id": _names("customer", customer),
            "product_name": _names("A thing for home and garden, kind", product),
            "product_category": _picked(CATEGORIES, product),
            "unit_cost": _decimals((300 + product * 4 % 5700) / 100, 18, 6, absent=product % 2 == 0),
            "discount": _decimals(np.where(chance.random(count) < 0.1, 0.5, 0), 18, 6),
            "currency": _picked(("EUR", *("USD",) * (IN_EUR - 1)), order),
            "channel": _picked(CHANNELS, order // IN_EUR),
            "region": _picked(REGIONS, customer),
            "customer_segment": _picked(SEGMENTS, customer // 6),
            "status": _picked(("cancelled", *("completed",) * 49), chance.integers(0, 50, count)),
        },
    )


def stock(number: int) -> pa.Table:
    """What stock was told on one day: as many records as there are sale lines, more of what is sold more."""
    chance, count = np.random.default_rng([2, number]), LINES // DAYS
    place = (PRODUCTS * len(LOCATIONS) * chance.random(count) ** 2).astype(np.int64)
    product = place // len(LOCATIONS)
    return _table(
        DataType.INVENTORY,
        count,
        {
            "product_id": _names("product", product),
            "timestamp": _moments(number, np.sort(chance.choice(DAY_MILLISECONDS, count, replace=False))),
            "quantity_on_hand": _decimals(chance.integers(0, 500, count), 18, 4),
            "location": _picked(LOCATIONS, place),
            "reserved": _decimals(chance.integers(0, 9, count), 18, 4),
            "unit_cost": _decimals((300 + product * 4 % 5700) / 100, 18, 6),
        },
    )


def events(number: int) -> pa.Table:
    """What visitors did on one day, about as many events as there are sale lines."""
    chance = np.random.default_rng([3, number])
    session = np.repeat(np.arange(SESSIONS_A_DAY), chance.integers(1, 9, SESSIONS_A_DAY))
    count, visitor = len(session), session + number * SESSIONS_A_DAY
    product = (PRODUCTS * chance.random(count) ** 2).astype(np.int64)
    begun = chance.integers(0, DAY_MILLISECONDS - 3_600_000, SESSIONS_A_DAY)[session]
    kind = chance.choice(5, count, p=[0.4, 0.4, 0.1, 0.05, 0.05])
    kinds = ("page_view", "product_view", "add_to_cart", "checkout", "purchase")
    columns: dict[str, pa.Array] = {
        "event_id": _names("event", np.arange(count) + number * SESSIONS_A_DAY * 9),
        "timestamp": _moments(number, begun + chance.integers(0, 3_600_000, count)),
        "session_id": _names("session", visitor),
        "event_type": _picked(kinds, kind),
        "product_id": pc.if_else(pa.array(kind > 0), _names("product", product), None),
        "product_category": pc.if_else(pa.array(kind > 0), _picked(CATEGORIES, product), None),
        "channel": _picked(CHANNELS, visitor // len(REGIONS)),
        "region": _picked(REGIONS, visitor),
    }
    return _table(DataType.EVENTS, count, columns).sort_by("timestamp")


def products() -> pa.Table:
    """The shop's products as they stood before the year began."""
    product = np.arange(PRODUCTS)
    return _table(
        DataType.PRODUCTS,
        PRODUCTS,
        {
            "product_id": _names("product", product),
            "name": _names("A thing for home and garden, kind", product),
            "category": _picked(CATEGORIES, product),
            "price": _decimals((500 + product * 7 % 9500) / 100, 18, 6),
            "cost": _decimals((300 + product * 4 % 5700) / 100, 18, 6),
            "currency": _picked(("USD",), product),
            "updated_at": _moments(0, np.full(PRODUCTS, -DAY_MILLISECONDS)),
        },
    )


def rates() -> list[RateInterval]:
    """What a EUR was worth in USD on each day of the year."""
    worth = np.random.default_rng(4).integers(10_000, 12_000, DAYS)
    days = [day_of(number).date().isoformat() for number in range(DAYS + 1)]
    return [
        RateInterval("EUR", first, after, Decimal(int(rate)).scaleb(-4))
        for first, after, rate in zip(days, days[1:], worth, strict=False)
    ]


def _customers(chance: np.random.Generator, number: int, count: int) -> Numbers:
    """Who comes on a day: some far more often than others, each only between the first day and the last."""
    drawn = (CUSTOMERS * chance.random(4 * count) ** 1.5).astype(np.int64)
    first, stay = drawn * 7919 % DAYS, 20 + drawn * 104_729 % DAYS
    here = drawn[(first - 100 <= number) & (number < first + stay)]
    return np.resize(here, count)


def _table(data_type: DataType, count: int, columns: dict[str, pa.Array]) -> pa.Table:
    schema = arrow_schema(data_type)
    stamped = columns | {
        "source_id": pa.repeat(pa.scalar("bench-shop"), count),
        "ingested_at": pa.repeat(pa.scalar(datetime(2026, 1, 2), pa.timestamp("ms")), count),  # noqa: DTZ001 UTC, as stored
        "_origin": pa.repeat(pa.scalar("bench"), count),
    }
    return pa.table([stamped.get(each.name, pa.nulls(count, each.type)) for each in schema], schema=schema)


def _names(kind: str, numbers: Numbers) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise(kind, digits, "-")


def _picked(choices: tuple[str, ...] | list[str], numbers: Numbers) -> pa.Array:
    return pa.array(choices).take(pa.array(numbers % len(choices)))


def _moments(number: int, milliseconds: Numbers) -> pa.Array:
    start = np.datetime64(day_of(number).replace(tzinfo=None), "ms")
    return pa.array(start + milliseconds.astype("timedelta64[ms]"))


def _decimals(
    values: npt.NDArray[np.generic], digits: int, places: int, *, absent: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    return pa.array(values.astype(np.float64), mask=absent).cast(pa.decimal128(digits, places))
