"""The Lambda function behind the second step of a replay run."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def compute(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Compute one slice: `{"scenario_id": "2026…", "run_id": "2026…", "slice": 3}`; return its number of decisions."""
    decisions = wiring().replay_slices.compute(event["scenario_id"], event["run_id"], event["slice"])
    logger().info("slice replayed", run_id=event["run_id"], place=event["slice"], decisions=decisions)
    return {"decisions": decisions}


handler = instrument(compute)
