"""The Lambda function behind the stream of the index of decisions."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def feed(event: dict[str, Any], _: "LambdaContext") -> None:
    """Append the decisions of a run of changes; after an error DynamoDB delivers the same run again."""
    appended = wiring().decision_feed.append(event["Records"])
    logger().info("decisions appended", records=len(event["Records"]), decisions=appended)


handler = instrument(feed)
