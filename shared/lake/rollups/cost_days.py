"""The days on which a product's cost changed; on all other days a product has one cost."""

from collections.abc import Iterable, Sequence

import orjson

from shared.lake.storage.object_store import LakeStore, StoredObject
from shared.lake.storage.paths import INTRADAY_COST_CHANGES_KEY


def cost_days(lake: LakeStore) -> Sequence[str]:
    """Return, with one GET, the UTC days within which a row of `product_costs` begins, in order.

    Days are never removed, even if a later version moves the change to another day.
    """
    return read_days(lake.get(INTRADAY_COST_CHANGES_KEY))


def read_days(stored: StoredObject | None) -> list[str]:
    """Parse the stored days."""
    days: list[str] = [] if stored is None else orjson.loads(stored.body)
    return days


def write_days(days: Iterable[str]) -> bytes:
    """Serialize days."""
    return orjson.dumps(sorted(days))
