"""Provides the producer of the event stream."""

from shared.ingestion.stream.producer import EVENT_STREAM, EventStream
from shared.runtime.deployment import Deployment, provider
from shared.sources.provider import source_configs


@provider
def event_stream(deployment: Deployment) -> EventStream:
    """Build the producer."""
    return EventStream(
        kinesis=deployment.clients.kinesis,
        stream_name=deployment.name_of(EVENT_STREAM),
        mapping_of=source_configs(deployment).mapping_of,
        clock=deployment.clock,
    )
