"""Reads the messages that failed repeatedly, and moves them back to the queue that they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from infra.admin.stage import Stage
from infra.local.errors import NoSuchQueue
from infra.resources import DEAD_LETTER_QUEUES, QUEUES

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import MessageTypeDef

_PER_CALL = 10
_HIDDEN_SECONDS = 300
"""Longer than all messages of a redrive take, so that none is received twice."""


@dataclass(frozen=True)
class DeadLetters:
    """The dead-letter queues of a stage, by the names that their alarms have: `merge-queue-dead-letters`.

    A message is deleted once it is sent again, so an interrupted redrive can be repeated: the functions behind the
    queues take a message twice without harm.
    """

    sqs: "SQSClient"
    names: Mapping[str, str]
    sources: Mapping[str, str]

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Return the dead-letter queues of a stage."""
        prefix = f"tally-{stage.name}-"
        return cls(
            stage.client("sqs"),
            {_alias(each.name): prefix + _alias(each.name) for each in DEAD_LETTER_QUEUES},
            {_alias(each.dead_letters.name): prefix + _alias(each.name) for each in QUEUES},
        )

    def counts(self) -> Iterator[tuple[str, int]]:
        """Yield each dead-letter queue with the number of its messages."""
        for alias in self.names:
            answer = self.sqs.get_queue_attributes(
                QueueUrl=self._url(self.names, alias), AttributeNames=["ApproximateNumberOfMessages"]
            )
            yield alias, int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def bodies(self, alias: str) -> list[str]:
        """Return the content of some messages, at most ten, which stay where they are.

        Raises:
            NoSuchQueue: there is no dead-letter queue of that name.
        """
        return [each["Body"] for each in self._receive(self._url(self.names, alias), hidden_seconds=0)]

    def redrive(self, alias: str) -> int:
        """Move all messages back; return their number.

        Raises:
            NoSuchQueue: there is no dead-letter queue of that name, or its messages came from no queue.
        """
        target, dead = self._url(self.sources, alias), self._url(self.names, alias)
        moved = 0
        while messages := self._receive(dead, hidden_seconds=_HIDDEN_SECONDS):
            for each in messages:
                self.sqs.send_message(QueueUrl=target, MessageBody=each["Body"])
                self.sqs.delete_message(QueueUrl=dead, ReceiptHandle=each["ReceiptHandle"])
            moved += len(messages)
        return moved

    def _receive(self, url: str, *, hidden_seconds: int) -> "list[MessageTypeDef]":
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=_PER_CALL, VisibilityTimeout=hidden_seconds, WaitTimeSeconds=1
        )
        return answer.get("Messages", [])

    def _url(self, names: Mapping[str, str], alias: str) -> str:
        if alias not in names:
            raise NoSuchQueue(alias, sorted(names))
        return self.sqs.get_queue_url(QueueName=names[alias])["QueueUrl"]


def _alias(name: str) -> str:
    return name.replace("_", "-")
