"""The Lambda function behind the schedule of the reconciler."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.app.wiring import wiring
from shared.lake.table.port import TableUnreadable
from shared.records.schema import DataType
from shared.runtime.deadline import deadline
from shared.runtime.errors import TallyError
from shared.runtime.observability import count, instrument, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_SECONDS = 120
"""What the records of a commit may take; the query before it ends earlier, so that it is not left running."""


def reconcile(_: dict[str, Any], context: "LambdaContext") -> None:
    """Reconcile every data type as far as time permits; the next run repeats the one that it did not finish."""
    for data_type in DataType:
        try:
            with deadline(_time_left(context)):
                done = wiring().reconciler.run(data_type, has_time=lambda: _time_left(context) > 0)
        except (BotoCoreError, ClientError, ConnectionError, TableUnreadable, TallyError):
            logger().exception("reconciliation failed", extra={"data_type": data_type})
            count("FailedReconciliations")
        else:
            logger().info("reconciled", data_type=data_type, complete=done)


def _time_left(context: "LambdaContext") -> float:
    return context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS


handler = instrument(reconcile)
