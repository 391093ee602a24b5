"""The Lambda function behind the merge queue."""

from typing import TYPE_CHECKING, Any

from functions.merger.messages import failures, partitions_of
from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 30_000


def merge(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Merge the partitions that the messages name; messages not completed in time are reported as failed."""
    wanted = partitions_of(event["Records"])
    remaining = wiring().merger.merge(
        (each for partitions in wanted.values() for each in partitions),
        has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    logger().info("merged", messages=len(wanted), left=sorted(map(str, remaining)))
    return failures(wanted, remaining)


handler = instrument(merge)
