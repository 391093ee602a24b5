"""Processes race for one result over the emulator's tables; a killed one delays the others only briefly."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.layout import PROJECT
from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.waiting import until

BOUND = 60.0


@dataclass(frozen=True)
class Rival:
    """A process, and what it has said."""

    process: "subprocess.Popen[bytes]"
    said: Path

    @property
    def computes(self) -> bool:
        """Whether it is, or was, the one that computes."""
        return "computes" in self.said.read_text()

    @property
    def has(self) -> list[str]:
        """What it has in the end: the process that computed it, and whether that is remembered."""
        until(lambda: self.process.poll() is not None, seconds=BOUND, what="a rival ends")
        assert self.process.returncode == 0, self.said.read_text()
        return self.said.read_text().splitlines()[-1].split()[1:]

    def may_end(self) -> None:
        """Let it finish what it computes."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()


Begun = Callable[[float], Rival]


@pytest.fixture
def begun(platform: RunningPlatform, tmp_path: Path) -> Iterator[Begun]:
    """Begins rivals for one result, each as patient as is said."""
    told = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **platform.credentials.environment(),
        "AWS_ENDPOINT_URL": platform.emulator_url,
        "RESULTS": platform.outputs.every["ResultCacheTableName"],
        "QUESTION": str(uuid4()),
    }
    with ExitStack() as ended:

        def begin(patience: float) -> Rival:
            said = tmp_path / str(uuid4())
            with said.open("wb") as out:
                process = subprocess.Popen(  # our own program
                    [sys.executable, "-m", "tests.local.end_to_end.rival"],
                    cwd=PROJECT,
                    env={**told, "PATIENCE": str(patience)},
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                )
            ended.enter_context(process)
            ended.callback(process.kill)
            return Rival(process, said)

        yield begin


def test_racing_processes_compute_once_and_share_the_result(begun: Begun) -> None:
    rivals = [begun(BOUND) for _ in range(3)]
    until(lambda: any(each.computes for each in rivals), seconds=BOUND, what="somebody computes")
    [computing] = [each for each in rivals if each.computes]

    computing.may_end()

    computed_by = str(computing.process.pid)
    assert sorted(each.has for each in rivals) == [[computed_by, "computed"], *[[computed_by, "remembered"]] * 2]
    assert [each.computes for each in rivals].count(True) == 1


def test_the_claim_of_a_killed_process_is_taken_over(begun: Begun) -> None:
    killed = begun(3)
    until(lambda: killed.computes, seconds=BOUND, what="the first one computes")
    killed.process.kill()

    next_one = begun(BOUND)
    until(lambda: next_one.computes, seconds=BOUND, what="the next one computes")
    next_one.may_end()

    assert next_one.has == [str(next_one.process.pid), "computed"]
