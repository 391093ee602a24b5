"""The Lambda function behind the second step of the computation of customers."""

from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def compute(event: dict[str, Any], _: "LambdaContext") -> dict[str, Any]:
    """Compute one slice: `{"run_id": "20260501T…", "slice": 3}`; return the number of its customers."""
    customers = wiring().customer_slices.compute(event["run_id"], event["slice"])
    logger().info("customers computed", run_id=event["run_id"], place=event["slice"], customers=customers)
    return {"customers": customers}


handler = instrument(compute)
