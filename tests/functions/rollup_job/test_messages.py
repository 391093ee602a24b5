"""Which data types a batch of the roll-up queue runs, and which of its messages are delivered again."""

from typing import Any

import orjson

from functions.rollup_job.messages import run_each
from shared.merging.requests import RollupRequests
from shared.records.schema import DataType
from tests.events.sqs import sqs_event

SALES, EVENTS = DataType.TRANSACTIONS, DataType.EVENTS


def message(data_type: str) -> str:
    """The body of a message."""
    return orjson.dumps({"data_type": data_type}).decode()


def test_each_type_runs_once_however_many_messages_name_it() -> None:
    ran: list[DataType] = []

    answer = run_each(sqs_event([message(SALES), message(EVENTS), message(SALES)])["Records"], ran.append)

    assert ran == [SALES, EVENTS]
    assert answer == {"batchItemFailures": []}


def test_only_the_messages_of_a_failed_type_are_delivered_again() -> None:
    ran: list[DataType] = []

    def run(data_type: DataType) -> None:
        if data_type is SALES:
            raise ConnectionError("the table is out of reach")
        ran.append(data_type)

    answer = run_each(sqs_event([message(SALES), message(EVENTS), message(SALES)])["Records"], run)

    assert ran == [EVENTS]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}, {"itemIdentifier": "message-2"}]}


def test_a_message_without_a_data_type_does_not_hold_up_the_others() -> None:
    ran: list[DataType] = []
    wrong = ["no JSON", "[]", "{}", message("unheard-of")]

    answer = run_each(sqs_event([*wrong, message(SALES)])["Records"], ran.append)

    assert ran == [SALES]
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [
        f"message-{number}" for number in range(len(wrong))
    ]


def test_what_is_requested_is_what_the_job_reads() -> None:
    queue, ran = SentBodies(), list[DataType]()
    RollupRequests(queue, "the queue").request(SALES)  # type: ignore[arg-type] # all that requests use of a client

    run_each(sqs_event(queue.bodies)["Records"], ran.append)

    assert ran == [SALES]


class SentBodies:
    """A client of SQS that keeps what is sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message(self, **request: Any) -> None:
        self.bodies.append(request["MessageBody"])
