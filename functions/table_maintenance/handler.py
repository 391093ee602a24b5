"""The Lambda function behind the schedule of table maintenance."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 60_000


def maintain(_: dict[str, Any], context: "LambdaContext") -> None:
    """Maintain the tables as far as time permits; the next run continues."""
    report = wiring().maintenance.run(has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
    logger().info("maintained", **asdict(report))


handler = instrument(maintain)
