"""The queue that starts the background function of exports: messages that name exports."""

from typing import TYPE_CHECKING

import orjson

from shared.runtime.resources import Queue

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

EXPORT_QUEUE = Queue("export_queue", visibility_seconds=5400, max_receives=4)
_RETRY_SECONDS = 30


class ExportQueue:
    """Sends messages to the background function."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs = sqs
        self._url = url

    def send(self, export_id: str) -> None:
        """Have an export prepared now."""
        self._send(export_id, 0)

    def send_later(self, export_id: str) -> None:
        """Have an export prepared again, after half a minute."""
        self._send(export_id, _RETRY_SECONDS)

    def _send(self, export_id: str, delay: int) -> None:
        body = orjson.dumps({"export_id": export_id}).decode()
        self._sqs.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=delay)
