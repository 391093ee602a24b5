"""Declares the function `stream_consumer`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, StreamTrigger, TriggeredFunction
from shared.ingestion.stream.producer import EVENT_STREAM

FUNCTION = TriggeredFunction(
    name="stream_consumer",
    description="Validates and loads records of the event stream.",
    memory_mb=1769,
    timeout_seconds=120,
    uses_lake=True,
    trigger=StreamTrigger(
        stream=EVENT_STREAM,
        batch_size=10_000,
        window_seconds=2,
        retries=10,
        maximum_age_seconds=6 * 3600,
    ),
    reads=(
        Access(EVENT_STREAM),
        *LOADING_READS,
    ),
    writes=(*LOADING_WRITES,),
)
