"""The Lambda function behind the merge queue."""

from typing import TYPE_CHECKING, Any

from functions.merger.messages import data_types_of, failures
from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 30_000


def merge(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Merge the data types that the messages name; messages not completed in time are reported as failed."""
    wanted = data_types_of(event["Records"])
    remaining = wiring().merger.merge(
        {each for data_types in wanted.values() for each in data_types},
        has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    logger().info("merged", messages=len(wanted), left=sorted(remaining))
    return failures(wanted, remaining)


handler = instrument(merge)
