"""The Lambda function behind the first step of the computation of customers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def prepare(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Prepare the computation of an execution: `{"started": "2026-05-01T04:30:00.000Z"}`; return its slices."""
    run = wiring().customer_preparation.prepare(datetime.fromisoformat(event["started"]))
    logger().info("customers prepared", run_id=run.run_id, customers=run.customers, slices=run.slices)
    return {"run_id": run.run_id, "slices": list(range(run.slices))}


handler = instrument(prepare)
