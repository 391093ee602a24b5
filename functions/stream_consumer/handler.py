"""The Lambda function behind the event stream."""

from typing import TYPE_CHECKING, Any

from shared.ingestion.consuming import consume
from shared.runtime.observability import instrumented, logger
from shared.runtime.wiring import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def take(event: dict[str, Any], _: "LambdaContext") -> None:
    """Bring one run of the stream in; an error makes Kinesis send the same run again."""
    entries = consume(event["Records"], wiring().loader)
    quarantined = sum(entry.quarantined for entry in entries)
    logger().info("consumed", records=len(event["Records"]), deliveries=len(entries), quarantined=quarantined)


handler = instrumented(take)
