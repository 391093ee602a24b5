"""The Lambda function behind the first step of a replay run."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def plan(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Plan a run: `{"scenario_id": "2026…", "run_id": "2026…"}`; return the input with the list of slices."""
    slices = wiring().replay_planning.plan(event["scenario_id"], event["run_id"])
    logger().info("replay planned", run_id=event["run_id"], slices=slices)
    return {**event, "slices": list(range(slices))}


handler = instrument(plan)
