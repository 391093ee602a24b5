"""`tables`: the snapshots of a base table are listed, and one of them becomes the current one again."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.trail import Asked
from shared.records.schema import DataType
from shared.runtime.paging import Window
from tests.fakes.deliveries import delivery
from tests.fakes.records import DAY, sale
from tests.fakes.state_dump import merge_all, roll_up_all, table_rows

SALES = DataType.TRANSACTIONS


def tables(stage: str, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, ["tables", *words, "--stage", stage])


def listed(stage: str) -> list[Any]:
    """The snapshots of the sales."""
    answer = tables(stage, "snapshots", SALES, "--json")
    assert answer.exit_code == 0, answer.output
    found: list[Any] = json.loads(answer.stdout)
    return found


def sell(wired: Wiring, *numbers: int) -> None:
    """Merge a delivery of sales."""
    wired.loader.load(delivery(SALES, [sale(each) for each in numbers], origin=f"batch-{numbers[0]}"))
    merge_all(wired)


def test_a_table_goes_back_to_a_snapshot_and_forward_again(wired: Wiring, stage: str) -> None:
    sell(wired, 1)
    (first,) = listed(stage)
    sell(wired, 2, 3)
    last = listed(stage)[-1]
    roll_up_all(wired)

    back = tables(stage, "restore", SALES, str(first["snapshot"]))
    rows, outdated = len(table_rows(wired.settings, SALES)), wired.table_states.get(SALES).dirty_days
    roll_up_all(wired)
    rolled_up = [each["lines"] for each in table_rows(wired.settings, "sales_hourly")]
    forward = tables(stage, "restore", SALES, str(last["snapshot"]))

    assert back.stdout == f"{SALES} is at snapshot {first['snapshot']}; it was at {last['snapshot']}.\n"
    assert (rows, outdated, rolled_up) == (1, (DAY,), [1])
    assert forward.exit_code == 0, forward.output
    assert len(table_rows(wired.settings, SALES)) == 3
    assert [each["current"] for each in listed(stage)] == [False, True]


def test_a_restoration_is_in_the_audit_log(wired: Wiring, stage: str) -> None:
    sell(wired, 1)
    (only,) = listed(stage)

    tables(stage, "restore", SALES, str(only["snapshot"]))

    (entry,) = [json.loads(each.body) for each in wired.audit_trail.find(Asked(), Window(0, 10)).items]
    assert (entry["action"], entry["resource"], entry["after"]) == (
        "tables restore",
        SALES,
        {"snapshot": only["snapshot"]},
    )


def test_a_snapshot_that_is_not_kept_is_refused(wired: Wiring, stage: str) -> None:
    sell(wired, 1)

    answer = tables(stage, "restore", SALES, "7")

    assert answer.exit_code != 0
    assert "Snapshot 7 is not kept" in str(answer.exception)
    assert len(table_rows(wired.settings, SALES)) == 1


def test_a_table_that_does_not_exist_is_refused_with_those_that_do(stage: str) -> None:
    answer = tables(stage, "snapshots", "nothing")

    assert answer.exit_code != 0
    assert "nothing" in str(answer.exception)
    assert SALES in str(answer.exception)
