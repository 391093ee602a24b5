"""The Lambda function behind the last step of the computation of customers."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def publish(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Publish a computation whose slices are complete: `{"run_id": "20260501T…"}`; return its counts."""
    published = asdict(wiring().customer_publication.publish(event["run_id"]))
    logger().info("customers published", run_id=event["run_id"], **published)
    return published


handler = instrument(publish)
