"""Messages that failed repeatedly are read, and moved back to their queue once the reason is corrected."""

from collections import Counter

import boto3
import pytest

from infra.admin.dead_letters import DeadLetters
from infra.local.errors import NoSuchQueue
from infra.resources import DEAD_LETTER_QUEUES
from shared.merging.queue import MERGE_QUEUE
from shared.runtime.settings import Settings

DEAD = "merge-queue-dead-letters"


class Queues:
    """The queues of a platform, and how many messages two of them have."""

    def __init__(self, names: dict[str, str]) -> None:
        self.sqs = boto3.client("sqs")
        self.dead, self.merge = names[MERGE_QUEUE.dead_letters.variable], names[MERGE_QUEUE.variable]
        self.commands = DeadLetters(
            self.sqs,
            {_alias(each.name): _name(names[each.variable]) for each in DEAD_LETTER_QUEUES},
            {DEAD: _name(self.merge)},
        )

    def fail(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.dead, MessageBody=body)

    def waiting(self) -> Counter[str]:
        """The messages that the merger is about to receive."""
        found = Counter[str]()
        while messages := self.sqs.receive_message(QueueUrl=self.merge, MaxNumberOfMessages=10).get("Messages"):
            found.update(each["Body"] for each in messages)
        return found


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def _alias(name: str) -> str:
    return name.replace("_", "-")


@pytest.fixture
def queues(aws: Settings) -> Queues:
    """The queues of a platform."""
    return Queues(dict(aws.names))


def test_every_dead_letter_queue_is_listed_with_its_messages(queues: Queues) -> None:
    queues.fail("a", "b")

    counts = dict(queues.commands.counts())

    assert counts.keys() == {_alias(each.name) for each in DEAD_LETTER_QUEUES}
    assert counts.pop(DEAD) == 2
    assert set(counts.values()) == {0}


def test_messages_that_are_shown_stay(queues: Queues) -> None:
    queues.fail("a")

    assert queues.commands.bodies(DEAD) == queues.commands.bodies(DEAD) == ["a"]


def test_every_message_goes_back_to_its_queue_once(queues: Queues) -> None:
    bodies = [f"message {number}" for number in range(23)]
    queues.fail(*bodies)

    assert queues.commands.redrive(DEAD) == 23
    assert queues.waiting() == Counter(bodies)
    assert dict(queues.commands.counts())[DEAD] == 0
    assert queues.commands.redrive(DEAD) == 0


def test_a_queue_that_does_not_exist_is_refused_with_those_that_do(queues: Queues) -> None:
    with pytest.raises(NoSuchQueue, match=f"nothing.* choose one of {DEAD}"):
        queues.commands.redrive("nothing")
