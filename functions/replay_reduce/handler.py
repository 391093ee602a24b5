"""The Lambda function behind the last step of a replay run."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def complete(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Complete a run: `{"scenario_id": "2026…", "run_id": "2026…"}`; return the checksum of its results."""
    checksum = wiring().replay_reduction.complete(event["scenario_id"], event["run_id"])
    logger().info("replay completed", run_id=event["run_id"], checksum=checksum)
    return {"checksum": checksum}


handler = instrument(complete)
