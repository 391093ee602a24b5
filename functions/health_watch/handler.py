"""The Lambda function behind the schedule of the health watch."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def watch(_: dict[str, Any], __: "LambdaContext") -> None:
    """Tell which pipelines have another status than before."""
    logger().info("health compared", changed=wiring().health_watch.check())


handler = instrument(watch)
