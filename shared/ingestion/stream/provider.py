"""Provides the producer of the event stream, how far its consumer has read it, and what it could not load."""

from datetime import timedelta

from shared.ingestion.stream.accepted import STREAM_RECORDS_TABLE, AcceptedRecords
from shared.ingestion.stream.failures import STREAM_FAILURES, DiscardedBatches
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
        accepted=accepted_records(deployment),
        clock=deployment.clock,
    )


@provider
def stream_positions(deployment: Deployment) -> StreamPositions:
    """Build the store of how far the stream is read."""
    return StreamPositions(deployment.clients.dynamodb, deployment.name_of(STREAM_POSITIONS_TABLE))


@provider
def discarded_batches(deployment: Deployment) -> DiscardedBatches:
    """Build the reader of discarded batches, for requests that wait for it."""
    return DiscardedBatches(deployment.clients.interactive_s3, deployment.name_of(STREAM_FAILURES))


@provider
def accepted_records(deployment: Deployment) -> AcceptedRecords:
    """Build the store of records that the consumer has not read."""
    return AcceptedRecords(
        deployment.clients.dynamodb,
        deployment.name_of(STREAM_RECORDS_TABLE),
        positions=stream_positions(deployment),
        kept_for=timedelta(hours=EVENT_STREAM.retention_hours),
        clock=deployment.clock,
    )
