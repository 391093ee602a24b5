"""Roll-up of inventory: the last stock level of each product and location on a day."""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import INVENTORY_DAILY
from shared.lake.rollups.group_by import (
    DictionaryEncoded,
    Measures,
    days_of,
    milliseconds_of_day,
    ones,
    unpack_last,
)
from shared.lake.rollups.schema import conform

_COPIED = ("quantity_on_hand", "reserved", "unit_cost")
STOCK_COLUMNS = ("timestamp", "product_id", "location", *_COPIED)


def roll_up_stock(inventory: pa.Table) -> dict[str, pa.Table]:
    """Roll up the stock levels of whole days."""
    inventory = inventory.select(STOCK_COLUMNS).append_column("dt", days_of(inventory["timestamp"]))
    numbered = DictionaryEncoded(inventory)
    latest = pc.add(pc.multiply(milliseconds_of_day(inventory["timestamp"]), len(numbered)), numbered.row_numbers)
    measures: Measures = {"latest": (latest, "max"), "records": (ones(len(numbered)), "sum")}
    levels = numbered.group(["dt", "product_id", "location"], measures)
    last = inventory.take(unpack_last(levels["latest"], len(numbered)))
    found = {"moment": last["timestamp"], **{name: last[name] for name in _COPIED}}
    columns = {name: levels[name] for name in ("dt", "product_id", "location", "records")} | found
    return {INVENTORY_DAILY.name: conform(pa.table(columns), INVENTORY_DAILY)}
