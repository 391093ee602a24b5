"""What inventory is rolled up to: the last stock known of each product and location on a day."""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import INVENTORY_DAILY
from shared.lake.rollups.group_by import Measures, Numbered, remainder, since_first
from shared.lake.rollups.schema import in_shape


def roll_up_stock(inventory: pa.Table) -> dict[str, pa.Table]:
    """Roll up a day of inventory; a product is counted at a location once at a moment, so one record is the last."""
    numbered = Numbered(inventory)
    latest = pc.add(pc.multiply(since_first(inventory["timestamp"]), len(numbered)), numbered.places)
    measures: Measures = {
        "latest": (latest, "max"),
        "records": (pa.repeat(pa.scalar(1, pa.int64()), len(numbered)), "sum"),
    }
    levels = numbered.grouped(["product_id", "location"], measures)
    last = inventory.take(remainder(levels["latest"], len(numbered)))
    told = ("quantity_on_hand", "reserved", "unit_cost")
    found = {"moment": last["timestamp"], **{name: last[name] for name in told}}
    columns = {name: levels[name] for name in ("product_id", "location", "records")} | found
    return {INVENTORY_DAILY.name: in_shape(pa.table(columns), INVENTORY_DAILY)}
