"""`rollups rebuild`: the roll-ups of all days are computed again, and queries read the bases meanwhile."""

from dataclasses import replace

import boto3
import orjson
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.merging.queue import ROLLUP_QUEUE
from shared.records.schema import DataType

SALES, PRODUCTS = DataType.TRANSACTIONS, DataType.PRODUCTS
ROLLED_UP = {
    SALES: TableState(
        name=SALES,
        snapshot=7,
        sequence=3,
        days={"2025-02-19": 1, "2025-02-20": 3},
        derived={"sales_daily": 8},
        rolled_up=3,
    ),
    PRODUCTS: TableState(name=PRODUCTS, snapshot=9, sequence=1, days={WHOLE_TABLE: 1}, rolled_up=1),
}


def rebuild(wired: Wiring, stage: str) -> Result:
    """Run the command on a stage with these states."""
    for name, state in ROLLED_UP.items():
        wired.table_states.update(name, lambda stored, state=state: replace(state, revision=stored.revision))  # type: ignore[misc]
    return CliRunner().invoke(app, ["rollups", "rebuild", "--stage", stage])


def sent(wired: Wiring) -> list[str]:
    """The data types that the roll-up job will be started for."""
    answer = boto3.client("sqs").receive_message(
        QueueUrl=wired.settings.name_of(ROLLUP_QUEUE), MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return sorted(orjson.loads(each["Body"])["data_type"] for each in answer.get("Messages", []))


def test_every_day_is_read_from_its_base_until_the_job_is_done(wired: Wiring, stage: str) -> None:
    answer = rebuild(wired, stage)

    state = wired.table_states.get(SALES)
    assert answer.exit_code == 0, answer.output
    assert answer.stdout == "The roll-ups of 3 days are being computed again.\n"
    assert state.dirty_days == ("2025-02-19", "2025-02-20")
    assert replace(state, rolled_up=3, revision=0) == ROLLED_UP[SALES]


def test_the_job_is_started_for_the_data_types_with_data(wired: Wiring, stage: str) -> None:
    rebuild(wired, stage)

    assert sent(wired) == [PRODUCTS, SALES]


def test_a_repetition_starts_the_job_again(wired: Wiring, stage: str) -> None:
    rebuild(wired, stage)

    again = CliRunner().invoke(app, ["rollups", "rebuild", "--stage", stage])

    assert again.exit_code == 0, again.output
    assert sent(wired) == [PRODUCTS, PRODUCTS, SALES, SALES]
