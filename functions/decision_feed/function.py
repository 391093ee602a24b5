"""Declares the function `decision_feed`."""

from functions.declaration import Access, TableStreamTrigger, TriggeredFunction
from shared.decisions.index import DECISIONS_TABLE
from shared.ingestion.stream.failures import FEED_FAILURES
from shared.live.deliveries import DELIVERY_QUEUE
from shared.live.event_log import EVENT_LOG_TABLE
from shared.live.turns import TURNS_TABLE

FUNCTION = TriggeredFunction(
    name="decision_feed",
    description="Appends changed decisions to the log of events.",
    memory_mb=512,
    timeout_seconds=30,
    trigger=TableStreamTrigger(
        table=DECISIONS_TABLE,
        attribute="body",
        failures=FEED_FAILURES,
        batch_size=500,
        window_seconds=0,
        maximum_age_seconds=3600,
    ),
    reads=(Access(EVENT_LOG_TABLE),),
    writes=(Access(EVENT_LOG_TABLE), Access(TURNS_TABLE), Access(DELIVERY_QUEUE)),
)
