"""What clients of the model tests tell of: a few records under a few keys, again and again, some of them bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared.records.schema import DataType

DAYS = ("2025-02-26", "2025-02-27", "2025-01-05")
_VERSIONS = tuple(datetime(2025, 2, 28, hour, tzinfo=UTC) for hour in range(3))
_FUTURE = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Told:
    """What a client says of one thing: its number, its day, one of a few contents, and perhaps a version."""

    number: int
    day: int
    content: int
    version: int | None = None
    flaw: str = ""


def tellings(*, moving: bool = True) -> st.SearchStrategy[Told]:
    """Anything a client may say; `moving`: of one thing under several days."""
    days = st.integers(0, len(DAYS) - 1) if moving else st.just(0)
    flaws = st.sampled_from(["", "", "", "", "", "missing", "ahead"])
    return st.builds(Told, st.integers(0, 2), days, st.integers(0, 2), st.none() | st.integers(0, 2), flaws)


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
    return {"name": f"Mug {told.content}", "price": Decimal(told.content)}


def _event(told: Told, at: datetime) -> dict[str, Any]:
    kind = ("search", "checkout", "purchase")[told.content]
    return {"timestamp": at, "session_id": "s-1", "event_type": kind}


THINGS: Mapping[DataType, Thing] = {
    DataType.TRANSACTIONS: Thing("transaction_id", _sale),
    DataType.ORDERS: Thing("order_id", _order, version="updated_at"),
    DataType.PRODUCTS: Thing("product_id", _product, version="updated_at", by_day=False),
    DataType.EVENTS: Thing("event_id", _event),
}


def at(told: Told) -> datetime:
    """When it happened: one moment of each day."""
    return datetime.fromisoformat(f"{DAYS[told.day]}T10:15:00+00:00")


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
