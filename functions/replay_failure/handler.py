"""The Lambda function that records why a replay run failed."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def fail(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Fail a run by the error of a step: `{"scenario_id": …, "run_id": …, "failure": {"Error": …, "Cause": …}}`."""
    failed = wiring().replay_failures.fail(event["scenario_id"], event["run_id"], event["failure"])
    logger().error("replay failed", run_id=event["run_id"], failure=event["failure"], was_under_way=failed)
    return {"failed": failed}


handler = instrument(fail)
