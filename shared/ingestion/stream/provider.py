"""Provides the producer of the event stream, and how far its consumer has read it."""

from shared.ingestion.stream.positions import STREAM_POSITIONS_TABLE, StreamPositions
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
        id_prefix_of=source_configs(deployment).id_prefix_of,
        clock=deployment.clock,
    )


@provider
def stream_positions(deployment: Deployment) -> StreamPositions:
    """Build the store of how far the stream is read."""
    return StreamPositions(deployment.clients.dynamodb, deployment.name_of(STREAM_POSITIONS_TABLE))
