"""The first day with data of a type: a lower bound for queries that need history."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.lake.catalog.tables import TABLES
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore

_PARTITION = "dt="
_DAY = len("yyyy-mm-dd")


def first_day(lake: "LakeStore", data_type: DataType) -> datetime | None:
    """Return, with one listing, the first UTC day with a base partition; None if there is none."""
    [prefix] = (f"{table.prefix}{_PARTITION}" for table in TABLES if table.name == data_type)
    first = next(lake.names(prefix), None)
    return datetime.fromisoformat(first.key[len(prefix) :][:_DAY]).replace(tzinfo=UTC) if first else None
