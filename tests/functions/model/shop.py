"""The input of the model tests: a few records under a few keys, repeated, some of them invalid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared.records.schema import DataType

_MOMENTS = tuple(
    datetime.fromisoformat(f"{moment}:00+00:00")
    for moment in ("2025-02-26T12:10", "2025-02-27T12:10", "2025-01-05T12:10", "2025-03-01T12:10", "2025-03-01T13:10")
)
SOON = (3, 4)
"""Event times that are in the future when they are first sent."""
TOLERANCE = timedelta(minutes=5)
_VERSIONS = tuple(datetime(2025, 2, 28, hour, tzinfo=UTC) for hour in range(3))
_FUTURE = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Told:
    """A record of a client: its number, one of a few times and contents, and perhaps a version."""

    number: int
    moment: int
    content: int
    version: int | None = None
    flaw: str = ""


def tellings() -> st.SearchStrategy[Told]:
    """Anything a client may say; most of it is good, and of few things."""
    numbers, contents = st.integers(0, 2), st.integers(0, 2)
    moments = st.sampled_from((0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3))
    flaws = st.sampled_from(("",) * 18 + ("missing", "ahead"))
    return st.builds(Told, numbers, moments, contents, st.none() | st.integers(0, 2), flaws)


@dataclass(frozen=True)
class Thing:
    """A data type as clients here use it: the field of its key, what its records say, and the field of a version."""

    key: str
    says: Callable[[Told, datetime], dict[str, Any]]
    version: str | None = None
    by_day: bool = True


def _sale(told: Told, at: datetime) -> dict[str, Any]:
    return {
        "timestamp": at,
        "product_id": "p-1",
        "quantity": Decimal(told.content + 1),
        "unit_price": Decimal("9.99"),
        "region": "EU" if told.content else None,
        "status": "pending" if told.content == 2 else "completed",
    }


def _order(told: Told, at: datetime) -> dict[str, Any]:
    status = ("placed", "paid", "shipped")[told.content]
    return {"timestamp": at, "status": status, "total_amount": Decimal(told.content)}


def _product(told: Told, _: datetime) -> dict[str, Any]:
    return {"name": f"Mug {told.content}", "price": Decimal(told.content), "cost": Decimal(told.content // 2)}


def _event(told: Told, at: datetime) -> dict[str, Any]:
    kind = ("search", "checkout", "purchase")[told.content]
    return {"timestamp": at, "session_id": "s-1", "event_type": kind}


THINGS: Mapping[DataType, Thing] = {
    DataType.TRANSACTIONS: Thing("transaction_id", _sale, version="updated_at"),
    DataType.ORDERS: Thing("order_id", _order, version="updated_at"),
    DataType.PRODUCTS: Thing("product_id", _product, version="updated_at", by_day=False),
    DataType.EVENTS: Thing("event_id", _event, version="updated_at"),
}


def at(told: Told) -> datetime:
    """When it happened."""
    return _MOMENTS[told.moment]


def is_good(data_type: DataType, told: Told, judged: datetime) -> bool:
    """Whether a record is good at a moment: nothing may lie more than five minutes ahead."""
    return not told.flaw and (not THINGS[data_type].by_day or at(told) <= judged + TOLERANCE)


def version(data_type: DataType, told: Told) -> datetime | None:
    """The version that the record brings, if it does: an order that says none has its own time."""
    if THINGS[data_type].version is None:
        return None
    if told.version is not None:
        return _VERSIONS[told.version]
    return at(told) if data_type is DataType.ORDERS else None


def record(data_type: DataType, told: Told) -> dict[str, Any]:
    """The record as the client sends it."""
    thing = THINGS[data_type]
    said = {thing.key: f"k-{told.number}", **thing.says(told, at(told))}
    if thing.version is not None and told.version is not None:
        said[thing.version] = _VERSIONS[told.version]
    if told.flaw == "missing":
        del said[thing.key]
    elif told.flaw == "ahead":
        said["timestamp" if thing.by_day else "updated_at"] = _FUTURE
    return {name: _sent(value) for name, value in said.items() if value is not None}


def _sent(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) and value != int(value) else _whole(value)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value
