"""Messages to the file loader."""

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class UploadQueue:
    """Sends messages to the loader's queue, in addition to those that S3 sends when a file arrives."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, batch_id: str) -> None:
        """Make the loader continue an upload."""
        self._sqs.send_message(QueueUrl=self._url, MessageBody=orjson.dumps({"batch_id": batch_id}).decode())
