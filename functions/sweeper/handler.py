"""The Lambda function behind the schedule of the sweeper."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def sweep(_: dict[str, Any], __: "LambdaContext") -> None:
    """Complete deliveries that are overdue."""
    swept = wiring().sweeper.sweep()
    logger().info("swept", **asdict(swept))


handler = instrument(sweep)
