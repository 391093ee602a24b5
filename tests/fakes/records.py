"""Records of every type: one good one each, and strategies that draw any that the data model allows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from shared.records.bounds import Bounds
from shared.records.currencies import ISO_4217
from shared.records.schema import DataType, Field, Kind
from shared.records.schemas import SCHEMAS

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
DAY = "2025-02-27"
AT = f"{DAY}T10:15:00Z"

GOOD: Mapping[DataType, Mapping[str, Any]] = {
    DataType.TRANSACTIONS: {
        "transaction_id": "t-1",
        "timestamp": AT,
        "product_id": "p-1",
        "quantity": 2,
        "unit_price": 9.99,
    },
    DataType.ORDERS: {"order_id": "o-1", "timestamp": AT, "status": "paid", "total_amount": 19.98},
    DataType.PRODUCTS: {"product_id": "p-1", "name": "Mug"},
    DataType.CUSTOMERS: {"customer_id": "c-1", "segment": "loyal"},
    DataType.INVENTORY: {"product_id": "p-1", "timestamp": AT, "quantity_on_hand": 5},
    DataType.EVENTS: {"event_id": "e-1", "timestamp": AT, "session_id": "s-1", "event_type": "search"},
    DataType.DECISIONS: {"decision_id": "d-1", "timestamp": AT, "score": 0.5, "outcome": "review"},
    DataType.LABELS: {
        "decision_id": "d-1",
        "label": "fraud",
        "labelled_at": AT,
        "source": "chargeback",
        "decision_timestamp": AT,
    },
}


def good(data_type: DataType, **fields: Any) -> dict[str, Any]:
    """A valid record, with some fields replaced."""
    return {**GOOD[data_type], **fields}


def sale(number: int, **fields: Any) -> dict[str, Any]:
    """One sale line among others."""
    return good(DataType.TRANSACTIONS, **{"transaction_id": f"t-{number}", **fields})


_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z"))
_IDS = st.text(_LETTERS, min_size=1, max_size=128)
_TEXTS = st.text(_LETTERS, max_size=20)
_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def moments(latest: datetime = NOW) -> st.SearchStrategy[str]:
    """Times as clients write them: any zone, up to microseconds."""
    naive = st.datetimes(datetime(1990, 1, 2), latest.replace(tzinfo=None) - timedelta(days=1))  # noqa: DTZ001 # zoned below
    return st.builds(lambda moment, zone: moment.replace(tzinfo=UTC).astimezone(zone).isoformat(), naive, _ZONES)


def _finite(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def _bound(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _money(field: Field) -> st.SearchStrategy[Any]:
    # the sign of a negative amount follows the quantity, which is drawn independently
    low = 0 if field.sign_of else int(_bound(field.minimum, -1e12 + 1))
    texts = st.decimals(low, 9 * 10**11 - 1, places=6, allow_nan=False).map(lambda amount: f"{amount:f}00")
    return _places(low, 10**9, 6) | st.integers(low, 10**12 - 1) | texts.filter(lambda text: text[0] != "-")


def _places(low: float, high: float, places: int) -> st.SearchStrategy[float]:
    """Floats that are the nearest to a decimal with so many places."""
    return st.integers(int(low * 10**places), int(high * 10**places)).map(lambda units: units / 10**places)


_VALUES: Mapping[Kind, Callable[[Field], st.SearchStrategy[Any]]] = {
    Kind.ID: lambda _: _IDS,
    Kind.TEXT: lambda _: st.text(_LETTERS, min_size=1, max_size=20),
    Kind.CHOICE: lambda field: st.sampled_from(field.choices),
    Kind.CURRENCY: lambda _: st.sampled_from(ISO_4217),
    Kind.TIMESTAMP: lambda _: moments(),
    Kind.MONEY: _money,
    Kind.QUANTITY: lambda field: _places(_bound(field.minimum, -1e9), 1e9, 4) | st.integers(0, 10**9),
    Kind.INTEGER: lambda field: st.integers(
        int(_bound(field.minimum, -(2**63))), int(_bound(field.maximum, 2**63 - 1))
    ),
    Kind.NUMBER: lambda field: _finite(_bound(field.minimum, -1e308), _bound(field.maximum, 1e308)),
    Kind.BOOLEAN: lambda _: st.booleans(),
    Kind.TEXT_MAP: lambda _: st.dictionaries(_TEXTS, _TEXTS | _finite(-1e9, 1e9) | st.booleans(), max_size=3),
    Kind.NUMBER_MAP: lambda _: st.dictionaries(_TEXTS, _finite(-1e308, 1e308), max_size=3),
}


def records(data_type: DataType) -> st.SearchStrategy[dict[str, Any]]:
    """Any record of a type that the data model takes."""
    schema = SCHEMAS[data_type]
    values = {field.name: _VALUES[field.kind](field) for field in schema.fields}
    required = {field.name for field in schema.fields if field.required or field.name == schema.event_time}
    return st.fixed_dictionaries(
        {name: values[name] for name in required},
        optional={name: values[name] | st.none() for name in values.keys() - required},
    ).filter(lambda record: not Bounds(schema).excesses(record))
