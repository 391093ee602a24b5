"""Reads the messages that failed repeatedly, and moves them back to where they came from.

What failed on a schedule came from no queue: its function is started again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import orjson

from functions.declaration import SCHEDULE_FAILURES
from infra.admin.dead_notifications import DeadNotifications, Redriven
from infra.admin.stage import Stage
from infra.local.errors import NoSuchQueue
from infra.resources import DEAD_LETTER_QUEUES, QUEUES

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import MessageTypeDef

NOTIFICATIONS = "notifications"
"""The name under which the notifications that were given up are listed."""

_PER_CALL = 10
SCHEDULED = SCHEDULE_FAILURES.name.replace("_", "-")
"""The queue to which Lambda reports runs that failed, whole: when, of which function, with which error."""

_HIDDEN_SECONDS = 300
"""Longer than all messages of a redrive take, so that none is received twice."""

Repeat = Callable[[str], bool]
"""Repeats what a message asks for; returns whether it asks for anything."""


@dataclass(frozen=True)
class DeadLetters:
    """The dead-letter queues of a stage, by the names that their alarms have: `merge-queue-dead-letters`.

    The notifications that were given up are listed beside them.

    A message is deleted once it is sent again, so an interrupted redrive can be repeated: the functions behind the
    queues take a message twice without harm.
    """

    sqs: "SQSClient"
    functions: "LambdaClient"
    names: Mapping[str, str]
    sources: Mapping[str, str]
    notifications: DeadNotifications

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """Return the dead-letter queues of a stage."""
        prefix = f"tally-{stage.name}-"
        return cls(
            stage.client("sqs"),
            stage.client("lambda"),
            {_alias(each.name): prefix + _alias(each.name) for each in DEAD_LETTER_QUEUES},
            {_alias(each.dead_letters.name): prefix + _alias(each.name) for each in QUEUES},
            DeadNotifications.of(stage),
        )

    def counts(self) -> Iterator[tuple[str, int]]:
        """Yield each dead-letter queue with the number of its messages."""
        for alias in self.names:
            answer = self.sqs.get_queue_attributes(
                QueueUrl=self._url(self.names, alias), AttributeNames=["ApproximateNumberOfMessages"]
            )
            yield alias, int(answer["Attributes"]["ApproximateNumberOfMessages"])
        yield NOTIFICATIONS, self.notifications.count()

    def bodies(self, alias: str) -> list[str]:
        """Return the content of some messages, at most ten, which stay where they are.

        Raises:
            NoSuchQueue: there is no dead-letter queue of that name.
        """
        if alias == NOTIFICATIONS:
            return self.notifications.bodies()
        return [each["Body"] for each in self._receive(self._url(self.names, alias), hidden_seconds=0)]

    def redrive(self, alias: str) -> Redriven:
        """Move all messages back, or start the functions whose failed runs they report; leave those that report none.

        Raises:
            NoSuchQueue: there is no dead-letter queue of that name.
        """
        if alias == NOTIFICATIONS:
            return self.notifications.redrive()
        dead = self._url(self.names, alias)
        repeat = self._starter() if alias == SCHEDULED else self._sender(self._url(self.sources, alias))
        moved, left = 0, list[str]()
        while messages := self._receive(dead, hidden_seconds=_HIDDEN_SECONDS):
            for each in messages:
                if not repeat(each["Body"]):
                    left.append(each["ReceiptHandle"])
                    continue
                self.sqs.delete_message(QueueUrl=dead, ReceiptHandle=each["ReceiptHandle"])
                moved += 1
        for handle in left:
            self.sqs.change_message_visibility(QueueUrl=dead, ReceiptHandle=handle, VisibilityTimeout=0)
        return Redriven(moved, len(left))

    def _sender(self, target: str) -> Repeat:
        return lambda body: bool(self.sqs.send_message(QueueUrl=target, MessageBody=body))

    def _starter(self) -> Repeat:
        """Return what starts a function again, once however many of its runs failed: a run does all that is due."""
        started = set[str]()

        def start(report: str) -> bool:
            name = _function_of(report)
            if name is not None and name not in started:
                self.functions.invoke(FunctionName=name, InvocationType="Event")
                started.add(name)
            return name is not None

        return start

    def _receive(self, url: str, *, hidden_seconds: int) -> "list[MessageTypeDef]":
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=_PER_CALL, VisibilityTimeout=hidden_seconds, WaitTimeSeconds=1
        )
        return answer.get("Messages", [])

    def _url(self, names: Mapping[str, str], alias: str) -> str:
        if alias not in names:
            raise NoSuchQueue(alias, [*sorted(names), NOTIFICATIONS])
        return self.sqs.get_queue_url(QueueName=names[alias])["QueueUrl"]


def _function_of(report: str) -> str | None:
    """Return the function whose run failed, None if Lambda did not write the report."""
    try:
        return str(orjson.loads(report)["requestContext"]["functionArn"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None


def _alias(name: str) -> str:
    return name.replace("_", "-")
