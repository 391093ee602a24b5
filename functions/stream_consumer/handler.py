"""The Lambda function behind the event stream."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.app.wiring import wiring
from shared.ingestion.stream.consumer import consume_batch, lag_ms
from shared.ingestion.stream.positions import StreamPosition
from shared.runtime.observability import count, instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def take(event: dict[str, Any], _: "LambdaContext") -> None:
    """Load a batch of stream records; after an error Kinesis delivers the same batch again."""
    records, wired = event["Records"], wiring()
    entries = consume_batch(records, wired.loader)
    wired.stream_positions.put(StreamPosition.after(records, wired.clock()))
    quarantined, lag = sum(entry.quarantined for entry in entries), lag_ms(records, wired.clock())
    count("StreamLag", lag, MetricUnit.Milliseconds)
    count("StreamRecordsQuarantined", quarantined)
    logger().info("consumed", records=len(records), deliveries=len(entries), quarantined=quarantined, lag_ms=lag)


handler = instrument(take)
