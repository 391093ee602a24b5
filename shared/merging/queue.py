"""The queues that start the merger and the roll-up job."""

from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import Queue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.records.schema import DataType

MERGE_QUEUE = Queue("merge_queue", visibility_seconds=720, max_receives=5, fed_by_prefix="incoming/")
ROLLUP_QUEUE = Queue("rollup_queue", visibility_seconds=1800, max_receives=5)


class RollupQueue:
    """Sends messages to the roll-up job."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, data_type: "DataType") -> None:
        """Have the roll-ups of a data type computed for the days that changed."""
        self._sqs.send_message(QueueUrl=self._url, MessageBody=orjson.dumps({"data_type": data_type}).decode())
