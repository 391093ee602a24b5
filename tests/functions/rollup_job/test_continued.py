"""What a run of the roll-up job has no time for is requested again, and the next run continues there."""

from dataclasses import replace

import boto3
import pytest

from functions.rollup_job.handler import handler
from shared.app.wiring import Wiring
from shared.merging.queue import ROLLUP_QUEUE
from shared.records.schema import DataType
from tests.events.api_gateway import context
from tests.events.sqs import sqs_event
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all

SALES = DataType.TRANSACTIONS
_DAYS = ("2025-01-01", "2025-01-02", "2025-01-03")


def _waiting(wired: Wiring) -> int:
    """The number of requests in the queue."""
    url = wired.settings.name_of(ROLLUP_QUEUE)
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesDelayed"])


def _bring(wired: Wiring) -> None:
    lines = [sale(number, timestamp=f"{day}T08:00:00Z") for number, day in enumerate(_DAYS)]
    wired.loader.load(delivery(SALES, lines, origin="batch-1"))
    merge_all(wired)


@pytest.mark.parametrize(("has_time", "runs"), [(False, 3), (True, 1)])
def test_a_run_out_of_time_requests_the_days_that_are_left(wired: Wiring, has_time: bool, runs: int) -> None:
    _bring(wired)
    before = _waiting(wired)
    one_day_at_a_time = replace(wired.rollup_runs, job=replace(wired.rollups, most_rows=1))

    requested = []
    for _ in range(runs):
        one_day_at_a_time.run(SALES, lambda: has_time)
        requested.append(_waiting(wired) - before)

    assert requested == [*range(1, runs), runs - 1]
    assert wired.table_states.get(SALES).dirty_days == ()


def test_days_that_fit_into_memory_together_are_done_in_one_run(deployed: Wiring) -> None:
    _bring(deployed)

    answer = handler(sqs_event(['{"data_type":"transactions"}']), context(remaining_ms=1))

    assert answer == {"batchItemFailures": []}
    assert deployed.table_states.get(SALES).dirty_days == ()
