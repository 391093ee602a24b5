"""`rollups rebuild`: the roll-ups of all days are computed again, and queries read the bases meanwhile."""

from dataclasses import replace

import boto3
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.lake.catalog.rollup_tables import definition_of
from shared.lake.catalog.state import TableState
from shared.merging.queue import ROLLUP_QUEUE
from shared.records.schema import DataType

SALES, EVENTS = DataType.TRANSACTIONS, DataType.EVENTS
ROLLED_UP = {
    SALES: TableState(
        name=SALES,
        snapshot=7,
        sequence=3,
        days={"2025-02-19": 1, "2025-02-20": 3},
        derived={"sales_daily": 8},
        rolled_up=3,
    ),
    EVENTS: TableState(name=EVENTS, snapshot=9, sequence=1, days={"2025-02-20": 1}, rolled_up=1),
}


def rebuild(wired: Wiring, stage: str) -> Result:
    """Run the command on a stage with these states."""
    for name, state in ROLLED_UP.items():
        wired.table_states.update(name, lambda stored, state=state: replace(state, revision=stored.revision))  # type: ignore[misc]
    return CliRunner().invoke(app, ["rollups", "rebuild", "--stage", stage])


def requested(wired: Wiring) -> int:
    """The number of requests that wait for the roll-up job, those that are still delayed included."""
    url = wired.settings.name_of(ROLLUP_QUEUE)
    counts = boto3.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    )
    return sum(map(int, counts["Attributes"].values()))


def test_every_day_is_read_from_its_base_until_the_job_is_done(wired: Wiring, stage: str) -> None:
    answer = rebuild(wired, stage)

    state = wired.table_states.get(SALES)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == "The roll-ups of 3 days are being computed again.\n"
    assert state.dirty_days == ("2025-02-19", "2025-02-20")
    assert replace(state, rolled_up=3, revision=0) == replace(ROLLED_UP[SALES], definition=definition_of(SALES))


def test_the_job_is_started_for_the_data_types_with_data(wired: Wiring, stage: str) -> None:
    rebuild(wired, stage)

    assert requested(wired) == len(ROLLED_UP)


def test_results_of_the_earlier_roll_ups_are_forgotten_and_running_queries_keep_their_slots(
    wired: Wiring, stage: str
) -> None:
    dynamodb, table = boto3.client("dynamodb"), wired.settings.name_of(RESULT_CACHE_TABLE)
    dynamodb.put_item(TableName=table, Item={"cache_key": {"S": "a result"}, "result": {"S": "1"}})
    slots = {"cache_key": {"S": "slots"}, "holders": {"SS": ["until#id"]}}
    dynamodb.put_item(TableName=table, Item=slots)  # type: ignore[arg-type] # as AWS writes it

    rebuild(wired, stage)

    assert dynamodb.scan(TableName=table)["Items"] == [slots]


def test_a_repetition_starts_the_job_again(wired: Wiring, stage: str) -> None:
    rebuild(wired, stage)

    again = CliRunner().invoke(app, ["rollups", "rebuild", "--stage", stage])

    assert again.exit_code == 0, again.output
    assert requested(wired) == 2 * len(ROLLED_UP)
