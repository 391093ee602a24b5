"""Keys of the former format of the lake."""

from collections.abc import Sequence

from shared.lake.storage.paths import REFERENCE
from shared.records.schema import DataType

FORMER_BASE, FORMER_ROLLUPS, FORMER_KEYS = "base", "rollup", "keys"
VERSIONS_KEY = f"{FORMER_ROLLUPS}/product_versions/rollup.parquet"
FORMER_RATES = f"{REFERENCE}/exchange_rates"

_ROLLUPS_OF = {
    DataType.TRANSACTIONS: ("sales_",),
    DataType.INVENTORY: ("inventory_daily/",),
    DataType.EVENTS: ("sessions_daily/", "product_sessions_daily/"),
    DataType.PRODUCTS: ("product_versions/", "product_costs/", "product_cost_days/"),
}


def base_prefix(data_type: DataType) -> str:
    """Return the prefix of the base objects of a data type."""
    return f"{FORMER_BASE}/{data_type}/"


def day_of(base_key: str) -> str | None:
    """Return the UTC day of a base object; None if its data type was not divided into days."""
    folder = base_key.split("/")[2]
    return folder.removeprefix("dt=") if folder.startswith("dt=") else None


def derived_prefixes(data_type: DataType) -> Sequence[str]:
    """Return the prefixes of the roll-ups and key lists of a data type, which are not converted."""
    rollups = (f"{FORMER_ROLLUPS}/{name}" for name in _ROLLUPS_OF.get(data_type, ()))
    return (f"{FORMER_KEYS}/{data_type}/", *rollups)


def is_move_notice(incoming_key: str) -> bool:
    """Whether an incoming object is a notice that records moved to another day; tables need none."""
    return incoming_key.endswith(".moved")
