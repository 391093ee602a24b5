"""The Lambda function behind the roll-up queue."""

from typing import TYPE_CHECKING, Any

from functions.rollup_job.messages import run_each
from shared.app.wiring import wiring
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def roll_up(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Compute the roll-ups of each data type that the messages name, for its days that changed."""
    return run_each(event["Records"], wiring().rollups.run)


handler = instrument(roll_up)
