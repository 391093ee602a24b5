"""The Lambda function behind the push queue."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.deadline import deadline
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


_RESERVE_SECONDS = 30


def push(event: dict[str, Any], context: "LambdaContext") -> None:
    """Act on everything that has changed, together; after an error all of its messages are delivered again.

    Answers that take too long are left to who is asked for them.
    """
    with deadline(context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS):
        wiring().pusher.push(record["body"] for record in event["Records"])


handler = instrument(push)
