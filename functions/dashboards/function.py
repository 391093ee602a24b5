"""Declares the function `dashboards`."""

from functions.access import (
    COUNTED,
    IDENTITY,
    ON_RECORD,
    PIPELINE_READS,
    PIPELINE_WATCHES,
    WIDGET_WRITES,
    WIDGETS,
)
from functions.declaration import Access, HttpFunction
from shared.dashboards.refresh_requests import WIDGET_QUEUE
from shared.dashboards.store import DASHBOARDS_TABLE
from shared.events.bus import EVENT_BUS

FUNCTION = HttpFunction(
    name="dashboards",
    description="Stores dashboards, and serves the data of their widgets.",
    memory_mb=1769,
    timeout_seconds=29,
    reads=(*IDENTITY, *ON_RECORD, *WIDGETS, *PIPELINE_READS, Access(DASHBOARDS_TABLE)),
    writes=(
        *COUNTED,
        *ON_RECORD,
        *WIDGET_WRITES,
        Access(WIDGET_QUEUE),
        Access(DASHBOARDS_TABLE),
        Access(EVENT_BUS),
    ),
    watches=PIPELINE_WATCHES,
)
