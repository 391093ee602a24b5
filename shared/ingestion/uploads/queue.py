"""Messages to the file loader."""

from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import Queue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

UPLOAD_QUEUE = Queue("upload_queue", visibility_seconds=5400, max_receives=5, fed_by_prefix="uploads/")


class UploadQueue:
    """Sends messages to the loader's queue, in addition to those that S3 sends when a file arrives."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, batch_id: str) -> None:
        """Make the loader continue an upload."""
        self._sqs.send_message(QueueUrl=self._url, MessageBody=orjson.dumps({"batch_id": batch_id}).decode())
