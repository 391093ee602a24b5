"""Roll-up of inventory: the last stock level of each product and location on a day."""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import INVENTORY_DAILY
from shared.lake.rollups.group_by import DictionaryEncoded, Measures, milliseconds_since_min, unpack_last
from shared.lake.rollups.schema import conform


def roll_up_stock(inventory: pa.Table) -> dict[str, pa.Table]:
    """Roll up a day of inventory. The key includes the time, so one record per product and location is the last."""
    numbered = DictionaryEncoded(inventory)
    latest = pc.add(pc.multiply(milliseconds_since_min(inventory["timestamp"]), len(numbered)), numbered.row_numbers)
    measures: Measures = {
        "latest": (latest, "max"),
        "records": (pa.repeat(pa.scalar(1, pa.int64()), len(numbered)), "sum"),
    }
    levels = numbered.group(["product_id", "location"], measures)
    last = inventory.take(unpack_last(levels["latest"], len(numbered)))
    copied = ("quantity_on_hand", "reserved", "unit_cost")
    found = {"moment": last["timestamp"], **{name: last[name] for name in copied}}
    columns = {name: levels[name] for name in ("product_id", "location", "records")} | found
    return {INVENTORY_DAILY.name: conform(pa.table(columns), INVENTORY_DAILY)}
