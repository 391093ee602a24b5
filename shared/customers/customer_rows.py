"""Reads the rows that Athena writes, one for each customer: JSON whose decimals and times are text. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from shared.customers.facts import CategoryWeight, CustomerFacts, Preferences
from shared.runtime.models import utc

_CATEGORIES = ("1", "2", "3")


@dataclass(frozen=True)
class CustomerRow:
    """The facts about a customer, and the preferences."""

    facts: CustomerFacts
    preferences: Preferences


def read_row(line: bytes) -> CustomerRow:
    """Read one line; a field without a value is null or absent."""
    row: Mapping[str, Any] = orjson.loads(line)
    facts: dict[str, Any] = {
        name: None if row.get(name) is None else read(row[name]) for name, read in _READERS.items()
    }
    return CustomerRow(CustomerFacts(**facts), _preferences(row))


def _preferences(row: Mapping[str, Any]) -> Preferences:
    units, hour = row.get("weight_of_all"), row.get("hour")
    return Preferences(
        categories=tuple(
            CategoryWeight(row[f"category_{place}"], Decimal(row[f"weight_{place}"]))
            for place in _CATEGORIES
            if row.get(f"category_{place}") is not None
        ),
        units=None if units is None else Decimal(units),
        channel=row.get("channel"),
        region=row.get("region"),
        hour=None if hour is None else int(hour),
    )


def _moment(text: str) -> datetime:
    return utc(datetime.fromisoformat(text))


_BY_TYPE: Mapping[Any, Any] = {
    str: str,
    int: int,
    Decimal: Decimal,
    datetime: _moment,
    datetime | None: _moment,
}
_READERS = {each.name: _BY_TYPE[each.type] for each in fields(CustomerFacts)}
