"""Declares the function `stream_consumer`."""

from functions.access import LOADING_READS, LOADING_WRITES
from functions.declaration import Access, StreamTrigger, TriggeredFunction
from shared.ingestion.stream.failures import STREAM_FAILURES
from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE
from shared.ingestion.stream.producer import EVENT_STREAM

FUNCTION = TriggeredFunction(
    name="stream_consumer",
    description="Validates and loads records of the event stream.",
    memory_mb=1769,
    timeout_seconds=120,
    uses_lake=True,
    trigger=StreamTrigger(
        stream=EVENT_STREAM,
        failures=STREAM_FAILURES,
        batch_size=10_000,
        window_seconds=0,
        # A day less than the stream keeps its records: none expires before it is stored as failed.
        maximum_age_seconds=6 * 24 * 3600,
    ),
    reads=(
        Access(EVENT_STREAM),
        *LOADING_READS,
    ),
    writes=(*LOADING_WRITES, Access(STREAM_POSITIONS_TABLE)),
)
