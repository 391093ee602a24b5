"""Requests runs of the pusher, now or later."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.push.changes import run_message

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from shared.live.turns import Turns


@dataclass(frozen=True, kw_only=True)
class PushRuns:
    """Requests runs of the pusher, each kind at most once a second."""

    sqs: "SQSClient"
    queue_url: str
    turns: "Turns"

    def request(self, name: str) -> None:
        """Have a run made, now or once a second has passed since the last one."""
        self.turns.request(name, lambda seconds: self.send(name, seconds))

    def repair(self, name: str) -> None:
        """Have a run made that was requested and never came."""
        self.turns.repair(name, lambda seconds: self.send(name, seconds))

    def send(self, name: str, seconds: int) -> None:
        """Have a run made after so many seconds."""
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=run_message(name), DelaySeconds=seconds)
