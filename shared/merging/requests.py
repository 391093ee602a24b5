"""Requests to compute the roll-ups of a data type."""

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.records.schema import DataType

_SETTLE_SECONDS = 2


class RollupRequests:
    """Puts requests on the roll-up queue.

    They are delivered a moment later, so that the commits of a burst are rolled up together.
    """

    def __init__(self, sqs: "SQSClient", queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def request(self, data_type: "DataType", *, after_seconds: int = _SETTLE_SECONDS) -> None:
        """Request the roll-ups of all days of a data type that changed, to be computed after a while."""
        body = orjson.dumps({"data_type": data_type}).decode()
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, DelaySeconds=after_seconds)
