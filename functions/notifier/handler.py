"""The Lambda function behind the notification queue."""

from typing import TYPE_CHECKING, Any

from functions.notifier.messages import failures, read
from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 40_000


def notify(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Deliver the notifications that the messages name; once a minute, also request those that are overdue."""
    batch = read(event["Records"])
    if batch.is_time_to_sweep:
        logger().info("swept", due=wiring().notifier.sweep())
    found = wiring().notifier.deliver(
        batch.notification_ids, has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS
    )
    logger().info("notified", extra={outcome.value: number for outcome, number in found.items()})
    return failures(batch.unreadable)


handler = instrument(notify)
