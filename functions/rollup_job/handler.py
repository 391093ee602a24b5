"""The Lambda function that computes roll-ups at requests from its queue."""

from typing import TYPE_CHECKING, Any

from functions.rollup_job.messages import run_each
from shared.app.wiring import wiring
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


_RESERVE_MS = 60_000


def roll_up(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Compute the roll-ups of each data type that the messages name, for its days that changed.

    What time does not suffice for is requested again.
    """

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _RESERVE_MS

    return run_each(event["Records"], lambda data_type: wiring().rollup_runs.run(data_type, has_time))


handler = instrument(roll_up)
