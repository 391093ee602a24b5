"""The Lambda function behind the queue of deliveries."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.live.deliveries import Delivery
from shared.runtime.observability import count, instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def deliver(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Make each delivery once, however often it is requested; messages of those that fail are delivered again."""
    wanted = {record["messageId"]: Delivery.read(record["body"]) for record in event["Records"]}
    failed = {each for each in dict.fromkeys(wanted.values()) if not _try(each)}
    again = [message for message, delivery in wanted.items() if delivery in failed]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in again]}


def _try(delivery: Delivery) -> bool:
    try:
        wiring().deliverer.deliver(delivery)
    except Exception:  # noqa: BLE001 # logged; one channel must not hold up the others
        logger().exception("delivery failed", extra={"channel": delivery.channel})
        count("FailedDeliveries")
        return False
    return True


handler = instrument(deliver)
