"""Declares the function `health_watch`."""

from functions.access import PIPELINE_READS, PIPELINE_WATCHES
from functions.declaration import Access, ScheduleTrigger, TriggeredFunction
from shared.events.bus import EVENT_BUS
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.turns import TURNS_TABLE

FUNCTION = TriggeredFunction(
    name="health_watch",
    description="Tells when the health of a pipeline changes.",
    memory_mb=1024,
    timeout_seconds=50,
    trigger=ScheduleTrigger(every_minutes=1),
    reads=PIPELINE_READS,
    writes=(Access(EVENT_LOG_TABLE), Access(TURNS_TABLE), Access(DELIVERY_QUEUE), Access(EVENT_BUS)),
    watches=PIPELINE_WATCHES,
)
