"""The Lambda function behind the alert queue: each run of messages starts one pass over the rules that are due."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 30_000


def evaluate(_: dict[str, Any], context: "LambdaContext") -> None:
    """Evaluate rules; those for which there is no time are evaluated in the next minute."""
    found = wiring().alert_evaluator.evaluate(lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
    logger().info("rules evaluated", **asdict(found))


handler = instrument(evaluate)
