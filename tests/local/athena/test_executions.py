"""What the engine remembers of its executions."""

from pathlib import Path

import pytest

from infra.local.athena.executions import Execution, History


def _execution(identity: str) -> Execution:
    return Execution(
        id=identity,
        sql="SELECT 1",
        database="tally",
        work_group="primary",
        output="s3://lake/athena/",
        token=identity,
        parameters=(),
        statement_type="DML",
        substatement_type="SELECT",
        submitted=0.0,
    )


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "CANCELLED"])
def test_who_waits_for_an_execution_learns_of_its_end(tmp_path: Path, state: str) -> None:
    history = History(tmp_path, limit=10)
    execution = history.add(_execution("one"))
    end = history.end("one")
    assert end is not None
    history.move(execution, "RUNNING")
    assert not end.done()

    history.move(execution, state)

    assert end.done()
    assert history.end("one") is None


def test_nobody_waits_for_an_unknown_execution(tmp_path: Path) -> None:
    assert History(tmp_path, limit=10).end("nosuch") is None
