"""The Lambda function that computes customer snapshots, on a schedule or on demand."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.app.wiring import wiring
from shared.runtime.observability import instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def compute(_: dict[str, Any], __: "LambdaContext") -> dict[str, Any]:
    """Compute and store a snapshot of all customers; return its counts."""
    computed = asdict(wiring().customer_snapshot_job.run())
    logger().info("customers computed", **computed)
    return computed


handler = instrument(compute)
