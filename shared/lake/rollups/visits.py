"""Roll-ups of clickstream events: by session, and by product and session."""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.catalog.rollup_tables import PRODUCT_SESSIONS_DAILY, SESSIONS_DAILY
from shared.lake.rollups.group_by import DictionaryEncoded, Measures, as_int, days_of, ones
from shared.lake.rollups.schema import conform

_SESSION = ("session_id", "product_category", "region", "channel")
VISIT_COLUMNS = ("timestamp", "event_type", "product_id", *_SESSION)

_VIEW, _PURCHASE = "product_view", "purchase"


def roll_up_visits(events: pa.Table) -> dict[str, pa.Table]:
    """Roll up the events of whole days."""
    events = events.select(VISIT_COLUMNS).append_column("dt", days_of(events["timestamp"]))
    return {SESSIONS_DAILY.name: _by_session(events), PRODUCT_SESSIONS_DAILY.name: _by_product(events)}


def _by_session(events: pa.Table) -> pa.Table:
    measures: Measures = {
        "first_moment": (events["timestamp"], "min"),
        "events": (ones(len(events)), "sum"),
        "purchases": (as_int(pc.equal(events["event_type"], _PURCHASE)), "sum"),
    }
    return conform(DictionaryEncoded(events).group(["dt", *_SESSION], measures), SESSIONS_DAILY)


def _by_product(events: pa.Table) -> pa.Table:
    is_meant = pc.is_in(events["event_type"], value_set=pa.array([_VIEW, _PURCHASE]))
    steps = events.filter(pc.and_(is_meant, pc.is_valid(events["product_id"])))
    measures: Measures = {
        "views": (as_int(pc.equal(steps["event_type"], _VIEW)), "sum"),
        "purchases": (as_int(pc.equal(steps["event_type"], _PURCHASE)), "sum"),
    }
    keys = ["dt", "product_id", "session_id"]
    return conform(DictionaryEncoded(steps).group(keys, measures), PRODUCT_SESSIONS_DAILY)
