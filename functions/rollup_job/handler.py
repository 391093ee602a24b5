"""The Lambda function behind the roll-up queue."""

from typing import TYPE_CHECKING, Any

from functions.rollup_job.messages import failures, messages_by_type
from shared.app.wiring import wiring
from shared.runtime.observability import count, instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from shared.records.schema import DataType


def roll_up(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Compute the roll-ups of each data type that a message names; messages of types that fail are reported."""
    wanted = messages_by_type(event["Records"])
    return failures(message for data_type, messages in wanted.items() if not _try(data_type) for message in messages)


def _try(data_type: "DataType") -> bool:
    try:
        wiring().rollups.run(data_type)
    except Exception:  # noqa: BLE001 # the reason is logged, and one type must not hold up another
        logger().exception("roll-up failed", extra={"data_type": data_type})
        count("FailedRollups")
        return False
    return True


handler = instrument(roll_up)
