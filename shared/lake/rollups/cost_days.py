"""The days within which what some product costs changed: on all others a product's sales of the day have one cost."""

from collections.abc import Iterable, Sequence

import orjson

from shared.lake.storage.object_store import LakeStore, StoredObject
from shared.lake.storage.paths import COST_DAYS_KEY


def cost_days(lake: LakeStore) -> Sequence[str]:
    """Read, with one GET, the UTC days within which a row of `product_costs` begins, in order.

    A day that was told once stays told, even if a version that came later takes the change to another day.
    """
    return read_days(lake.get(COST_DAYS_KEY))


def read_days(stored: StoredObject | None) -> list[str]:
    """Read the days out of their object."""
    days: list[str] = [] if stored is None else orjson.loads(stored.body)
    return days


def write_days(days: Iterable[str]) -> bytes:
    """Write days as their object has them."""
    return orjson.dumps(sorted(days))
