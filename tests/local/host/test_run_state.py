"""Others learn that a platform is up, and never believe a dead one."""

import os
from pathlib import Path

import pytest

from infra.local import run_state
from infra.local.errors import AlreadyUp, NotUp
from infra.local.layout import Layout, Ports

RUN = run_state.PlatformRun(pid=os.getpid(), started_at=1.5, ports=Ports(front=1), ready=True)


def test_a_running_platform_is_detected(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    with run_state.exclusive(layout):
        RUN.write(layout)

        assert run_state.current(layout) == RUN
        assert run_state.require_current(layout) == RUN


def test_a_stopped_platform_is_not_detected(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    with run_state.exclusive(layout):
        RUN.write(layout)

    assert run_state.current(layout) is None


def test_the_state_of_a_crashed_platform_is_ignored(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    with run_state.exclusive(layout):
        pass

    RUN.write(layout)

    assert run_state.current(layout) is None
    with pytest.raises(NotUp, match=r"start it with `\./tally up`"):
        run_state.require_current(layout)


def test_a_directory_serves_one_platform_at_a_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    with run_state.exclusive(layout), pytest.raises(AlreadyUp, match="down"), run_state.exclusive(layout):
        pass


def test_a_starting_platform_is_not_ready_for_commands(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    with run_state.exclusive(layout):
        run_state.PlatformRun(os.getpid(), 1.0, Ports()).write(layout)

        assert run_state.current(layout) is not None
        with pytest.raises(NotUp):
            run_state.require_current(layout)
