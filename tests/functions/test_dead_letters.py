"""Messages that failed repeatedly are read, and moved back to their queue once the reason is corrected."""

import json
from collections import Counter

import boto3
import pytest

from functions.declaration import SCHEDULE_FAILURES
from infra.admin.dead_letters import NOTIFICATIONS, SCHEDULED, DeadLetters
from infra.admin.dead_notifications import DeadNotifications, Redriven
from infra.local.errors import NoSuchQueue
from infra.resources import DEAD_LETTER_QUEUES
from shared.app.wiring import Wiring
from shared.merging.queue import MERGE_QUEUE
from tests.fakes.invoked_functions import InvokedFunctions

DEAD = "merge-queue-dead-letters"


class Queues:
    """The queues of a platform, and how many messages two of them have."""

    def __init__(self, wired: Wiring) -> None:
        self.sqs = boto3.client("sqs")
        names = dict(wired.settings.names)
        self.dead, self.merge = names[MERGE_QUEUE.dead_letters.variable], names[MERGE_QUEUE.variable]
        self.schedules = names[SCHEDULE_FAILURES.variable]
        self.functions = InvokedFunctions(lambda _: None)
        self.commands = DeadLetters(
            self.sqs,
            self.functions,  # type: ignore[arg-type] # a fake that implements `Invoke` only
            {_alias(each.name): _name(names[each.variable]) for each in DEAD_LETTER_QUEUES},
            {DEAD: _name(self.merge)},
            DeadNotifications(wired.notifier.entries, wired.alert_rules),
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
def queues(wired: Wiring) -> Queues:
    """The queues of a platform."""
    return Queues(wired)


def test_every_dead_letter_queue_is_listed_with_its_messages(queues: Queues) -> None:
    queues.fail("a", "b")

    counts = dict(queues.commands.counts())

    assert counts.keys() == {*(_alias(each.name) for each in DEAD_LETTER_QUEUES), NOTIFICATIONS}
    assert counts.pop(DEAD) == 2
    assert set(counts.values()) == {0}


def test_messages_that_are_shown_stay(queues: Queues) -> None:
    queues.fail("a")

    assert queues.commands.bodies(DEAD) == queues.commands.bodies(DEAD) == ["a"]


def test_every_message_goes_back_to_its_queue_once(queues: Queues) -> None:
    bodies = [f"message {number}" for number in range(23)]
    queues.fail(*bodies)

    assert queues.commands.redrive(DEAD) == Redriven(23)
    assert queues.waiting() == Counter(bodies)
    assert dict(queues.commands.counts())[DEAD] == 0
    assert queues.commands.redrive(DEAD) == Redriven(0)


def test_a_function_is_started_once_however_many_of_its_scheduled_runs_failed(queues: Queues) -> None:
    for function in ("sweeper", "anchor", "sweeper"):
        report = {"requestContext": {"functionArn": f"arn:aws:lambda:us-east-1:1:function:{function}:live"}}
        queues.sqs.send_message(QueueUrl=queues.schedules, MessageBody=json.dumps(report))

    assert queues.commands.redrive(SCHEDULED) == Redriven(3)
    assert sorted(each.split(":")[-2] for each in queues.functions.invoked) == ["anchor", "sweeper"]
    assert dict(queues.commands.counts())[SCHEDULED] == 0


@pytest.mark.parametrize("written", ["not JSON", "[]", "{}", '{"requestContext": {}}', '{"requestContext": null}'])
def test_a_report_that_lambda_did_not_write_stays_and_is_counted(queues: Queues, written: str) -> None:
    report = {"requestContext": {"functionArn": "arn:aws:lambda:us-east-1:1:function:sweeper:live"}}
    for body in (written, json.dumps(report)):
        queues.sqs.send_message(QueueUrl=queues.schedules, MessageBody=body)

    assert queues.commands.redrive(SCHEDULED) == Redriven(1, left=1)
    assert len(queues.functions.invoked) == 1
    assert queues.commands.bodies(SCHEDULED) == [written]


def test_a_queue_that_does_not_exist_is_refused_with_those_that_do(queues: Queues) -> None:
    with pytest.raises(NoSuchQueue, match=f"nothing.* choose one of .*{DEAD}"):
        queues.commands.redrive("nothing")
